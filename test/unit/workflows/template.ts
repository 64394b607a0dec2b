import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
	FilterValue,
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { Workflow, createRunExecutionData, executeFilter } from 'n8n-workflow';

/*
 * A template of workflows/ without an n8n: its expressions are evaluated and its conditions decided by n8n's own code, so that a test
 * can ask which way an item takes. What the nodes do is seen where they run (test/e2e/template-runs.test.ts).
 */

interface File {
	nodes: INode[];
	connections: Record<string, { main?: Array<Array<{ node: string }> | null> }>;
}

export class Template {
	private readonly file: File;
	private readonly workflow: Workflow;

	constructor(name: string) {
		const at = path.join(__dirname, '..', '..', '..', 'workflows', name);
		this.file = JSON.parse(readFileSync(at, 'utf8')) as File;
		this.workflow = new Workflow({
			nodes: this.file.nodes,
			connections: this.file.connections as IConnections,
			active: false,
			// Of types that are not known n8n leaves the parameters as they stand.
			nodeTypes: {
				getByName: () => undefined as never,
				getByNameAndVersion: () => undefined as never,
				getKnownTypes: () => ({}),
			},
			settings: { timezone: 'UTC' },
		});
	}

	node(name: string): INode {
		const found = this.file.nodes.find((node) => node.name === name);
		if (!found) throw new Error(`There is no node "${name}"`);
		return found;
	}

	/** The nodes behind an output. */
	behind(name: string, output = 0): string[] {
		return (this.file.connections[name]?.main?.[output] ?? []).map(({ node }) => node);
	}

	/**
	 * The parameters of a node as they are for an item. `before` are the nodes that have run, the last one first, with what they gave
	 * out: for expressions that look back.
	 */
	parametersFor(
		name: string,
		json: object,
		before: Array<[string, object[]]> = [],
	): INodeParameters {
		const itemsOf = (list: object[]): INodeExecutionData[] =>
			list.map((one) => ({ json: one as IDataObject, pairedItem: { item: 0 } }));
		const runData = Object.fromEntries(
			before.map(([node, given], index) => [
				node,
				[
					{
						data: { main: [itemsOf(given)] },
						source: before[index + 1] ? [{ previousNode: before[index + 1]![0] }] : [null],
						startTime: 0,
						executionIndex: before.length - index,
						executionTime: 0,
					},
				],
			]),
		);
		const input = itemsOf(before[0]?.[1] ?? [json]);
		return this.workflow.expression.getParameterValue(
			this.node(name).parameters,
			before[0] ? createRunExecutionData({ resultData: { runData } }) : null,
			0,
			0,
			name,
			input,
			'manual',
			{},
			before[0] && {
				node: this.node(name),
				data: { main: [input] },
				source: { main: [{ previousNode: before[0][0] }] },
			},
		) as INodeParameters;
	}

	/** The nodes that an item goes on to from an If, Filter or Switch. */
	wayFrom(name: string, json: object): string[] {
		const parameters = this.parametersFor(name, json);
		const rules = (parameters.rules as { values?: Array<{ conditions: FilterValue }> } | undefined)
			?.values;
		if (!rules)
			return this.behind(
				name,
				executeFilter(parameters.conditions as unknown as FilterValue) ? 0 : 1,
			);
		const first = rules.findIndex(({ conditions }) => executeFilter(conditions));
		return this.behind(name, first < 0 ? rules.length : first);
	}
}
