import { CrmUpsert } from '../../../nodes/CrmUpsert/CrmUpsert.node';

jest.mock('@hubspot/api-client/lib/codegen/crm/objects', () => {
	throw new Error('loaded before its first use');
});

test('loading the node does not load the SDK of a CRM', () => {
	expect(new CrmUpsert().description.name).toBe('crmUpsert');
});
