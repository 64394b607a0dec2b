import { CrmUpsert } from '../../../nodes/CrmUpsert/CrmUpsert.node';

function tooEarly(): never {
	throw new Error('loaded before its first use');
}

jest.mock('@hubspot/api-client/lib/codegen/crm/objects', () => tooEarly());
jest.mock('pipedrive', () => tooEarly());
jest.mock('jsforce/lib/connection', () => tooEarly());
jest.mock('axios', () => tooEarly());

test('loading the node loads the SDK of no CRM', () => {
	expect(new CrmUpsert().description.name).toBe('crmUpsert');
});
