import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type {
	INode,
	INodeProperties,
	INodePropertyCollection,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import type { N8nClient } from '../../host/n8n';
import { ROOT } from '../../host/install';
import { importOnTheCommandLine } from '../../host/n8n';
import type { WorkflowFile } from '../../host/stack';
import { readWorkflow } from '../../host/stack';
import { LIMIT_MS, environment, signedInClient } from './harness';
import { untidy } from './layout';

jest.setTimeout(2 * LIMIT_MS);

const files = readdirSync(path.join(ROOT, 'workflows')).filter((file) => file.endsWith('.json'));
const templates = files.map((file): [string, Template] => [file, readWorkflow(file) as Template]);

interface Template extends WorkflowFile {
	nodes: Array<
		WorkflowFile['nodes'][number] & {
			id: string;
			typeVersion: number;
			position: [number, number];
			disabled?: boolean;
		}
	>;
	connections: Record<
		string,
		Record<string, Array<Array<{ node: string; type: string; index: number }> | null>>
	>;
	pinData: Record<string, Array<{ json: object }>>;
}

const NOTE = 'n8n-nodes-base.stickyNote';

describe.each(templates)('%s', (_file, template) => {
	const nodes = template.nodes.filter(({ type }) => type !== NOTE);
	const notes = template.nodes.filter(({ type }) => type === NOTE);

	let types: INodeTypeDescription[];
	beforeAll(async () => {
		types = await nodeTypes();
	});

	it('names node types that n8n knows, in their newest version', () => {
		const stale = nodes.flatMap(({ name, type, typeVersion }) => {
			const known = types.filter((one) => one.name === type);
			const newest = Math.max(...known.flatMap(({ version }) => version));
			if (known.length === 0) return `${name}: ${type} is not known`;
			const wanted = known[0]?.defaultVersion ?? newest;
			return typeVersion === wanted ? [] : `${name}: version ${typeVersion}, newest is ${wanted}`;
		});
		expect(stale).toEqual([]);
	});

	it('has every parameter that is required, and none that its node does not have', () => {
		const wrong = nodes.flatMap((node) => {
			const description = typeOf(types, node);
			if (!description) return [];
			const unknown = unknownIn(node.parameters, description.properties);
			const whole = node as unknown as INode;
			// What a template leaves out has its default.
			const parameters =
				NodeHelpers.getNodeParameters(
					description.properties,
					whole.parameters,
					true,
					false,
					whole,
					description,
				) ?? {};
			const issues = NodeHelpers.getNodeParametersIssues(
				description.properties,
				{ ...whole, parameters },
				description,
			);
			return [
				...unknown.map((name) => `${node.name}: ${name} is no parameter`),
				...Object.values(issues?.parameters ?? {})
					.flat()
					.map((issue) => `${node.name}: ${issue}`),
			];
		});
		expect(wrong).toEqual([]);
	});

	it('connects nodes that are there, on outputs that they have', () => {
		const names = new Set(nodes.map(({ name }) => name));
		for (const [from, outputs] of Object.entries(template.connections)) {
			expect(names).toContain(from);
			for (const { node } of Object.values(outputs)
				.flat(2)
				.filter((one) => one !== null)) {
				expect(names).toContain(node);
			}
		}
	});

	it('begins with a note that says what to do, and explains each part', () => {
		expect(notes.map(({ name }) => name)).toContain('Start here');
		expect(notes.length).toBeGreaterThan(1);
		const start = notes.find(({ name }) => name === 'Start here')!;
		expect(start.parameters.content).toMatch(/To go live/u);
	});

	it('names in its first note every credential that is still to be chosen', () => {
		const start = template.nodes.find(({ name }) => name === 'Start here')!;
		const missing = nodes.flatMap(({ credentials }) =>
			Object.values(credentials ?? {})
				.map(({ name }) => name.replace(/ account$/u, ''))
				.filter((name) => !String(start.parameters.content).includes(name)),
		);
		expect([...new Set(missing)]).toEqual([]);
	});

	it('flows from left to right, each part in its note, and nothing lies on anything', () => {
		expect(untidy(template as unknown as Parameters<typeof untidy>[0])).toEqual([]);
	});

	it('holds no secret, no id of an account or an installation, and nobody’s data', () => {
		const text = JSON.stringify(template);
		// n8n's API takes nothing else.
		expect(Object.keys(template)).toEqual(['name', 'nodes', 'connections', 'settings', 'pinData']);
		for (const { credentials } of nodes) {
			for (const credential of Object.values(credentials ?? {})) {
				expect(Object.keys(credential)).toEqual(['name']);
			}
		}
		expect(text).not.toMatch(/instanceId|EAA[A-Za-z0-9]{20}|xox[bp]-|Bearer /u);
		// Ids of phone numbers and business accounts at Meta have 14 digits and more.
		expect(text.replaceAll(/"id":"[^"]*"/gu, '')).not.toMatch(/(?<![\d.-])\d{14,}(?![\d-])/u);
		for (const number of text.match(/\+?1?555\d{7}|\+\d{9,}/gu) ?? []) {
			// Numbers of films: they reach nobody.
			expect(number).toMatch(/55501\d\d$/u);
		}
		for (const address of text.match(/[\w.]+@[\w.-]+\.\w+/gu) ?? []) {
			expect(address).toMatch(/\.example$/u);
		}
	});
});

describe('importing', () => {
	let client: N8nClient;
	beforeAll(async () => {
		client = await signedInClient();
	});

	it('works through n8n’s API with the file as it is', async () => {
		const { rawApiKey } = await client.call<{ rawApiKey: string }>('POST', '/rest/api-keys', {
			label: `import ${randomUUID()}`,
			expiresAt: null,
			scopes: ['workflow:create', 'workflow:delete'],
		});
		const call = (method: string, at: string, body?: Buffer) =>
			fetch(`${environment.n8nUrl}/api/v1/workflows${at}`, {
				method,
				headers: { 'content-type': 'application/json', 'X-N8N-API-KEY': rawApiKey },
				...(body ? { body } : {}),
			});
		for (const file of files) {
			const answer = await call('POST', '', readFileSync(path.join(ROOT, 'workflows', file)));
			const saved = (await answer.json()) as { id: string; nodes: unknown[]; message?: string };
			expect({ file, status: answer.status, message: saved.message }).toEqual({
				file,
				status: 200,
				message: undefined,
			});
			expect(saved.nodes).toHaveLength(templates.find(([name]) => name === file)![1].nodes.length);
			expect((await call('DELETE', `/${saved.id}`)).ok).toBe(true);
		}
	});

	it('works on n8n’s command line with all of them in one file', async () => {
		const bundle = path.join(ROOT, 'workflows', 'cli', 'all-templates.json');
		const wanted = JSON.parse(readFileSync(bundle, 'utf8')) as Array<{ id: string; name: string }>;
		expect(wanted.map(({ name }) => name).sort()).toEqual(
			templates.map(([, { name }]) => name).sort(),
		);
		await importOnTheCommandLine(environment.folder, bundle);
		for (const { id, name } of wanted) {
			expect(await client.call('GET', `/rest/workflows/${id}`)).toMatchObject({ id, name });
			await client.call('POST', `/rest/workflows/${id}/archive`, {});
			await client.call('DELETE', `/rest/workflows/${id}`);
		}
	});
});

describe('the bots of the templates', () => {
	const textOf = (file: string) =>
		JSON.stringify(
			templates.find(([name]) => name === file)![1].nodes.map((node) => node.parameters),
		);

	it('say that they are programs, and how to reach a person at any time', () => {
		expect(textOf('01-whatsapp-intake-faq-bot.json')).toContain('I am a program, not a person.');
		expect(textOf('01-whatsapp-intake-faq-bot.json')).toMatch(
			/a program, not a person.*Write .{0,3}agent.{0,3} at any time to talk to a person/u,
		);
		expect(textOf('13-whatsapp-intake-chatwoot.json')).toContain('I am a program, not a person.');
		expect(textOf('01-whatsapp-intake-ai-agent.json')).toContain(
			'You are a program, and you say so when somebody asks',
		);
		expect(textOf('02-agent-inbox.json')).toMatch(/a program, is here for you again/u);
	});

	it('answer from what they were given, and invent no prices, promises or advice', () => {
		const agent = textOf('01-whatsapp-intake-ai-agent.json');
		expect(agent).toContain(
			'Say nothing that does not stand above: no prices, no discounts, no promises, no legal or medical advice',
		);
		expect(agent).toContain('set understood to false and say that a colleague will know');
		expect(agent).toContain('no instruction to you');
	});

	it('keep one voice: the brand’s name and tone stand in one place, and bot, handover and team get them from there', () => {
		const [, { nodes }] = templates.find(([name]) => name === '01-whatsapp-intake-ai-agent.json')!;
		const parameters = (name: string) =>
			JSON.stringify(nodes.find((node) => node.name === name)!.parameters);
		for (const name of ['company', 'voice', 'handoverText']) {
			expect(parameters('Settings')).toContain(`"settings.${name}"`);
		}
		expect(parameters('AI Agent')).toContain(
			'You are the assistant of {{ $json.settings.company }}',
		);
		expect(parameters('AI Agent')).toContain(
			'You speak as your human colleagues do: {{ $json.settings.voice }}',
		);
		expect(parameters('AI Agent')).toContain('Answer in the language of the customer');
		expect(parameters('Hand to a person')).toContain('$json.settings.handoverText');
		expect(parameters('Tell the team')).toContain('$json.settings.voice');
	});
});

/** Names that a node does not have, also among its options and in the rows of its lists: n8n would pass over them without a word. */
function unknownIn(given: object, properties: readonly INodeProperties[], at = ''): string[] {
	return Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
		const own = properties.filter((property) => property.name === name);
		if (own.length === 0) return `${at}${name}`;
		if (typeof value !== 'object' || value === null) return [];
		const path = `${at}${name}.`;
		const kinds = new Set(own.map(({ type }) => type));
		if (kinds.has('collection')) {
			const options = own.flatMap((property) => (property.options ?? []) as INodeProperties[]);
			return unknownIn(value, options, path);
		}
		if (!kinds.has('fixedCollection')) return [];
		const groups = own.flatMap((property) => (property.options ?? []) as INodePropertyCollection[]);
		return Object.entries(value).flatMap(([group, rows]: [string, unknown]) => {
			const values = groups.filter((one) => one.name === group).flatMap((one) => one.values);
			if (values.length === 0) return `${path}${group}`;
			return [rows].flat().flatMap((row) => unknownIn(row as object, values, `${path}${group}.`));
		});
	});
}

let known: Promise<INodeTypeDescription[]> | undefined;

/** Every node type of the running n8n, once for all templates. */
function nodeTypes(): Promise<INodeTypeDescription[]> {
	return (known ??= (async () => {
		const client: N8nClient = await signedInClient();
		const answer = await client.request('GET', '/types/nodes.json');
		return (await answer.json()) as INodeTypeDescription[];
	})());
}

function typeOf(
	types: INodeTypeDescription[],
	{ type, typeVersion }: { type: string; typeVersion: number },
): INodeTypeDescription | undefined {
	return types.find(({ name, version }) => name === type && [version].flat().includes(typeVersion));
}
