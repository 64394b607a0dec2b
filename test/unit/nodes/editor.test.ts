import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

/** What staff meet in n8n's editor, for every node of the package. */

const ROOT = path.join(__dirname, '..', '..', '..');

interface Manifest {
	n8n: { nodes: string[] };
}
interface Codex {
	node: string;
	alias: string[];
	categories: string[];
	resources: { primaryDocumentation: Array<{ url: string }> };
}
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;

const nodes = manifest.n8n.nodes.map((built): [string, INodeTypeDescription, string] => {
	const name = path.basename(built, '.node.js');
	const folder = path.join(ROOT, 'nodes', name);
	const loaded = require(path.join(folder, `${name}.node.ts`)) as Record<
		string,
		new () => INodeType
	>;
	return [name, new loaded[name]!().description, folder];
});

const codexOf = (folder: string, name: string) =>
	JSON.parse(readFileSync(path.join(folder, `${name}.node.json`), 'utf8')) as Codex;

/** The node as it is when it has just been dropped on the canvas. */
function fresh(description: INodeTypeDescription, parameters = {}) {
	const node = {
		id: '1',
		name: description.displayName,
		type: description.name,
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters,
	};
	node.parameters =
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			node,
			description,
		) ?? {};
	return node;
}

/** The line under a node's name on the canvas, made as the editor makes it. */
function subtitleOf(description: INodeTypeDescription, parameters = {}): unknown {
	const node = fresh(description, parameters);
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => ({ description }) as INodeType,
			getByNameAndVersion: () => ({ description }) as INodeType,
			getKnownTypes: () => ({}),
		},
	});
	return workflow.expression.getSimpleParameterValue(node, description.subtitle, 'internal', {});
}

describe.each(nodes)('%s in the editor', (name, description, folder) => {
	it('is found by what staff look for', () => {
		const { alias } = codexOf(folder, name);
		for (const word of ['handoff', 'human', 'whatsapp']) {
			expect([description.displayName.toLowerCase(), ...alias].join(' ')).toContain(word);
		}
	});

	it('stands among all nodes: those of the category AI are found in a panel of their own alone', () => {
		expect(codexOf(folder, name).categories).not.toContain('AI');
	});

	it('leads to its page, which exists', () => {
		const [{ url }] = codexOf(folder, name).resources.primaryDocumentation as [{ url: string }];
		expect(existsSync(path.join(ROOT, url.replace(/^.*\/blob\/main\//u, '')))).toBe(true);
	});

	it('has an icon for both themes', () => {
		const { light, dark } = description.icon as { light: string; dark: string };
		for (const icon of [light, dark]) {
			expect(existsSync(path.join(folder, icon.replace(/^file:/u, '')))).toBe(true);
		}
		expect(light).not.toBe(dark);
	});

	it('tells its credentials apart where there are several', () => {
		const credentials = description.credentials ?? [];
		if (credentials.length < 2) return;
		expect(credentials.filter(({ displayName }) => !displayName)).toEqual([]);
	});

	it('keeps every choice in the form', () => {
		// The editor takes a list out of the form whose choices all lead to a credential, together with what shows or hides that list:
		// it is to be chosen where the credential is made.
		const shows = (description.credentials ?? []).map(({ displayOptions }) => displayOptions?.show);
		const deciding = new Set(shows.flatMap((show) => Object.keys(show ?? {})));
		const swallowed = description.properties.filter(
			({ name: field, options }) =>
				deciding.has(field) &&
				options?.length &&
				(field === 'authentication' ||
					options.every((option) =>
						shows.some((show) => show?.[field]?.includes((option as INodePropertyOptions).value)),
					)),
		);
		expect(swallowed.map(({ name: field }) => field)).toEqual([]);
	});

	it('says on the canvas what it does, in words', () => {
		const operation = description.properties.find(({ name: field }) => field === 'operation');
		const choices = (operation?.options ?? [{}]) as Array<Partial<INodePropertyOptions>>;
		for (const { value } of choices) {
			const subtitle = subtitleOf(description, value ? { operation: value } : {});
			expect(subtitle).toEqual(expect.stringMatching(/^\p{L}.*\S$/u));
			expect(subtitle).not.toMatch(/undefined|_/u);
			if (/[A-Z]/u.test(String(value))) expect(subtitle).not.toContain(value);
		}
	});

	it('has one place for options, and nothing behind it', () => {
		const operation = description.properties.find(({ name: field }) => field === 'operation');
		const choices = (operation?.options ?? [{}]) as Array<Partial<INodePropertyOptions>>;
		for (const { value } of choices) {
			const node = fresh(description, value ? { operation: value } : {});
			const shown = description.properties.filter((property: INodeProperties) =>
				NodeHelpers.displayParameter(node.parameters, property, node, description),
			);
			const at = shown.findIndex(({ displayName }) => displayName === 'Options');
			if (at >= 0) expect(shown.slice(at + 1).map(({ displayName }) => displayName)).toEqual([]);
		}
	});
});

describe('a list of people', () => {
	it('asks of each only what is needed at first, and for more where staff want to give it', () => {
		const [, description] = nodes.find(([name]) => name === 'HandoffRouter')!;
		const list = description.properties.find(({ name }) => name === 'agents')!;
		const { values } = list.options![0] as INodePropertyCollection;
		const shown = (agent: object) => {
			const node = fresh(description, { agents: { agent: [agent] } } as object);
			return values
				.filter((value) =>
					NodeHelpers.displayParameterPath(
						node.parameters,
						value,
						'agents.agent[0]',
						node,
						description,
					),
				)
				.map(({ displayName }) => displayName);
		};
		const first = ['Name', 'Email', 'Most Conversations at Once', 'Queues', 'Available'];
		expect(shown({ name: 'Ana' })).toEqual([...first, 'More About This Agent']);
		expect(shown({ name: 'Ana', details: true })).toHaveLength(values.length);
	});
});
