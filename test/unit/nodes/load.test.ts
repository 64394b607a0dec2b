import path from 'node:path';

import manifest from '../../../package.json';

function tooEarly(): never {
	throw new Error('loaded before its first use');
}

jest.mock('../../../core/summary/languages/language', () => ({
	...jest.requireActual<object>('../../../core/summary/languages/language'),
	compile: tooEarly,
}));
jest.mock('@hubspot/api-client/lib/codegen/crm/objects', () => tooEarly());
jest.mock('pipedrive', () => tooEarly());
jest.mock('jsforce/lib/connection', () => tooEarly());
jest.mock('pg', () => tooEarly());
jest.mock('date-holidays', () => tooEarly());
jest.mock('axios', () => tooEarly());
jest.mock('libphonenumber-js', () => tooEarly());
jest.mock('sentiment', () => tooEarly());
jest.mock('tinyld', () => tooEarly());

test.each(manifest.n8n.nodes)(
	'n8n’s start pays for no library, no database and no language when it loads %s',
	(built) => {
		const name = path.basename(built, '.node.js');
		const loaded = require(
			path.join(__dirname, '../../../nodes', name, `${name}.node.ts`),
		) as Record<string, new () => { description: { name: string } }>;
		expect(new loaded[name]!().description.name).not.toBe('');
	},
);
