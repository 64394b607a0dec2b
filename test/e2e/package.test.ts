import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from '../../host/install';
import type { N8nClient } from '../../host/n8n';
import { LIMIT_MS, signedInClient } from './harness';

jest.setTimeout(LIMIT_MS);

interface NodeType {
	name: string;
	iconUrl?: string | { light: string; dark: string };
}

const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
	name: string;
	files: string[];
	dependencies: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
};

describe('the package in a real n8n', () => {
	let client: N8nClient;
	let types: NodeType[];
	beforeAll(async () => {
		client = await signedInClient();
		types = (await (await client.request('GET', '/types/nodes.json')).json()) as NodeType[];
	});

	it('brings every node of package.json under its published name', () => {
		const expected = manifest.n8n.nodes.map((file) => {
			const name = path.basename(file, '.node.js');
			return `${manifest.name}.${name[0]!.toLowerCase()}${name.slice(1)}`;
		});
		const names = types.map(({ name }) => name.toLowerCase());
		for (const name of expected) expect(names).toContain(name.toLowerCase());
		expect(expected).toHaveLength(globSync('nodes/*/*.node.ts', { cwd: ROOT }).length);
	});

	it('has an icon for light and dark for every node, and n8n serves it', async () => {
		const ours = types.filter(({ name }) => name.startsWith(`${manifest.name}.`));
		for (const { name, iconUrl } of ours) {
			expect({ name, iconUrl }).toEqual({
				name,
				iconUrl: { light: expect.any(String), dark: expect.any(String) },
			});
			for (const url of Object.values(iconUrl as { light: string; dark: string })) {
				expect((await client.request('GET', `/${url}`)).status).toBe(200);
			}
		}
	});

	it('brings every credential type of package.json', async () => {
		const credentials = (await (
			await client.request('GET', '/types/credentials.json')
		).json()) as NodeType[];
		const names = credentials.map(({ name }) => name.toLowerCase());
		for (const file of manifest.n8n.credentials) {
			expect(names).toContain(path.basename(file, '.credentials.js').toLowerCase());
		}
	});
});

describe('the tarball', () => {
	const packed = () =>
		(
			JSON.parse(
				execFileSync(
					'npm',
					['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'],
					{
						cwd: ROOT,
						encoding: 'utf8',
					},
				),
			) as Array<{ files: Array<{ path: string }> }>
		)[0]!.files.map((file) => file.path);

	it('holds what runs, and no tests, stand-ins or sources', () => {
		const files = packed();
		expect(files).toEqual(
			expect.arrayContaining(['index.js', 'README.md', 'LICENSE', 'package.json']),
		);
		for (const file of ['index.html', 'app.js', 'charts.js', 'style.css', 'LICENSES.txt']) {
			expect(files).toContain(`dist/adapters/inbox/page/${file}`);
		}
		for (const file of files) {
			expect(file).toMatch(
				/^(dist\/|index\.js$|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/u,
			);
			expect(file).not.toMatch(/^dist\/(test|sandbox|host|scripts|bench)\/|(?<!\.d)\.ts$/u);
		}
	});

	it('depends on what its code imports and on nothing else', () => {
		const code = packed()
			.filter((file) => file.endsWith('.js'))
			.map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
			.join('\n');
		const imported = new Set(
			[...code.matchAll(/require\(["']([^"'./][^"']*)["']\)/gu)]
				.map(([, name]) => name!)
				.filter((name) => !name.startsWith('node:'))
				.map((name) =>
					name
						.split('/')
						.slice(0, name.startsWith('@') ? 2 : 1)
						.join('/'),
				),
		);
		imported.delete('n8n-workflow');
		expect([...imported].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
	});
});
