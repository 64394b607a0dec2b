import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { untidy } from '../../e2e/layout';

const FOLDER = path.join(__dirname, '..', '..', '..', 'workflows');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

describe('the canvas of a template', () => {
	it.each(FILES)('reads from left to right, each part in its note: %s', (file) => {
		const template = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Parameters<
			typeof untidy
		>[0];
		expect(untidy(template)).toEqual([]);
	});
});
