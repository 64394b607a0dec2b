import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { INode, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import type { N8nClient } from '../../host/n8n';
import { ROOT } from '../../host/install';
import type { WorkflowFile } from '../../host/stack';
import { readWorkflow } from '../../host/stack';
import { LIMIT_MS, signedInClient } from './harness';

jest.setTimeout(LIMIT_MS);

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
	active: boolean;
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
			const own = new Set(description.properties.map(({ name }) => name));
			const unknown = Object.keys(node.parameters).filter((name) => !own.has(name));
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

	it('flows from left to right, and no two nodes lie on each other', () => {
		const at = new Map(nodes.map(({ name, position }) => [name, position]));
		for (const [from, outputs] of Object.entries(template.connections)) {
			for (const [type, targets] of Object.entries(outputs)) {
				// Sub-nodes hang below the node that they belong to.
				if (type !== 'main') continue;
				for (const target of targets.flat().filter((one) => one !== null)) {
					if (template.nodes.some(({ name }) => name === target.node)) {
						expect({
							from,
							to: target.node,
							right: at.get(target.node)![0] > at.get(from)![0],
						}).toEqual({ from, to: target.node, right: true });
					}
				}
			}
		}
		for (const [index, { name, position }] of nodes.entries()) {
			for (const other of nodes.slice(index + 1)) {
				const apart =
					Math.abs(other.position[0] - position[0]) >= 120 ||
					Math.abs(other.position[1] - position[1]) >= 100;
				expect({ name, other: other.name, apart }).toEqual({
					name,
					other: other.name,
					apart: true,
				});
			}
		}
	});

	it('holds no secret, no id of an account or an installation, and nobody’s data', () => {
		const text = JSON.stringify(template);
		expect(template.active).toBe(false);
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

describe('the bots of the templates', () => {
	const textOf = (file: string) =>
		JSON.stringify(
			templates.find(([name]) => name === file)![1].nodes.map((node) => node.parameters),
		);

	it('say that they are programs, and how to reach a person at any time', () => {
		expect(textOf('01-whatsapp-intake-faq-bot.json')).toMatch(
			/a program, not a person.*Write .{0,3}agent.{0,3} at any time to talk to a person/u,
		);
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

	it('keep one voice: what bot, system and team say is set in one workflow, in the customer’s language', () => {
		expect(textOf('01-whatsapp-intake-ai-agent.json')).toContain(
			'Answer in the language of the customer',
		);
	});
});

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
