import path from 'node:path';
import type {
	IExecuteFunctions,
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { checkParameters } from '../../../nodes/shared/checkParameters';

const ROOT = path.join(__dirname, '..', '..', '..');
/** Nodes that work on items; triggers have no expression that could fail. */
const NODES = [
	'ContextSummarizer',
	'Conversation',
	'CrmUpsert',
	'EscalationScorer',
	'HandoffReport',
	'HandoffRouter',
	'InboxSync',
	'SlaClock',
];

const propertiesOf = (name: string): INodeProperties[] => {
	const loaded = require(path.join(ROOT, 'nodes', name, `${name}.node.ts`)) as Record<
		string,
		new () => INodeType
	>;
	return new loaded[name]!().description.properties;
};

/** The check as a node makes it: `expressions` are what the fields of these paths give for the item. */
function check(
	properties: INodeProperties[],
	given: INodeParameters,
	expressions: Record<string, unknown> = {},
	all = properties,
): string {
	const node = { name: 'Node', typeVersion: 1, parameters: {} } as INode;
	node.parameters = NodeHelpers.getNodeParameters(all, given, true, false, node, null) ?? {};
	const context = {
		getNode: () => node,
		getNodeParameter: (name: string) => (name in expressions ? expressions[name] : 'something'),
	} as unknown as IExecuteFunctions;
	try {
		checkParameters(context, properties, 0);
		return '';
	} catch (error) {
		const { message, advice } = error as Error & { advice?: string };
		if (!advice) throw error;
		return `${message} › ${advice}`;
	}
}

interface Field {
	title: string;
	property: INodeProperties;
	path: string;
	/** Parameters with which the field is shown and holds an expression. */
	given: INodeParameters;
	/** The node's parameters, and this one without all others. */
	all: INodeProperties[];
	alone: INodeProperties[];
}

/** Every field that an expression can get wrong, at the top, among options and in the rows of lists. */
function fieldsOf(name: string): Field[] {
	const properties = propertiesOf(name);
	const choiceOtherThan = (key: string, values: unknown[] = []) =>
		((properties.find((one) => one.name === key)?.options ?? []) as Array<{ value: string }>).find(
			({ value }) => !values.includes(value),
		)?.value ?? 'another';
	const shown = ({ displayOptions = {} }: INodeProperties): INodeParameters =>
		Object.fromEntries([
			...Object.entries(displayOptions.show ?? {}).map(([key, values]) => [key, values![0]]),
			...Object.entries(displayOptions.hide ?? {}).map(([key, values]) => [
				key,
				choiceOtherThan(key, values),
			]),
		]) as INodeParameters;
	return properties.flatMap((property): Field[] => {
		const base = shown(property);
		const field = (
			one: INodeProperties,
			at: string,
			given: INodeParameters,
			alone: INodeProperties = one,
		): Field[] =>
			['number', 'dateTime', 'options', 'string'].includes(one.type) && !one.noDataExpression
				? [
						{
							title: `${name}: ${at}`,
							property: one,
							path: at,
							given: { ...base, ...given },
							all: properties,
							alone: [alone],
						},
					]
				: [];
		const among = (list: INodeProperties[]) => list.filter((one) => !one.displayOptions);
		if (property.type === 'collection') {
			return among(property.options as INodeProperties[]).flatMap((one) =>
				field(
					one,
					`${property.name}.${one.name}`,
					{ [property.name]: { [one.name]: '={{ x }}' } },
					{ ...property, options: [one] },
				),
			);
		}
		if (property.type === 'fixedCollection') {
			return (property.options as INodePropertyCollection[]).flatMap((group) =>
				among(group.values).flatMap((one) =>
					field(
						one,
						`${property.name}.${group.name}[0].${one.name}`,
						{ [property.name]: { [group.name]: [{ [one.name]: '={{ x }}' }] } },
						{ ...property, options: [{ ...group, values: [one] }] },
					),
				),
			);
		}
		return field(property, property.name, { [property.name]: '={{ x }}' });
	});
}

const fields = NODES.flatMap(fieldsOf);
const of = (...types: string[]) =>
	fields
		.filter(({ property }) => types.includes(property.type))
		.map((field): [string, Field] => [field.title, field]);

describe('what an expression gives', () => {
	it.each(of('number'))('has to be a number within the limits: %s', (_title, field) => {
		const { property, path: at, given } = field;
		const { all, alone } = field;
		const { minValue, maxValue } = property.typeOptions ?? {};
		expect(check(alone, given, { [at]: 'many' }, all)).toContain(
			`${property.displayName} is “many”, which is no number`,
		);
		if (minValue !== undefined) {
			expect(check(alone, given, { [at]: minValue - 1 }, all)).toContain(`from ${minValue}`);
			expect(check(alone, given, { [at]: minValue }, all)).toBe('');
		}
		if (maxValue !== undefined) {
			expect(check(alone, given, { [at]: String(maxValue + 1) }, all)).toContain(`to ${maxValue}`);
			expect(check(alone, given, { [at]: String(maxValue) }, all)).toBe('');
		}
		expect(check(alone, given, { [at]: undefined }, all)).toBe('');
	});

	it.each(of('dateTime'))('has to be a time that can be read: %s', (_title, field) => {
		const { all, alone } = field;
		const { property, path: at, given } = field;
		expect(check(alone, given, { [at]: 'soonish' }, all)).toContain(
			`${property.displayName} is “soonish”, which is no time that can be read`,
		);
		expect(check(alone, given, { [at]: '2026-11-20T09:30:00Z' }, all)).toBe('');
		const empty = check(alone, given, { [at]: '' }, all);
		if (property.required) expect(empty).toContain(`${property.displayName} is empty`);
		else expect(empty).toBe('');
	});

	it.each(of('options'))('has to be one of the choices: %s', (_title, field) => {
		const { property, path: at, given } = field;
		const { all, alone } = field;
		const choices = (property.options ?? []) as Array<{ value: unknown }>;
		// Lists of an account are checked by the service.
		if (property.typeOptions?.loadOptionsMethod) {
			expect(check(alone, given, { [at]: 'anything' }, all)).toBe('');
			return;
		}
		expect(check(alone, given, { [at]: 'none such' }, all)).toContain(
			`${property.displayName} is “none such”, which is none of its choices`,
		);
		for (const { value } of choices) expect(check(alone, given, { [at]: value }, all)).toBe('');
	});

	it.each(of('string').filter(([, { property }]) => property.required))(
		'must not be nothing where the field is required: %s',
		(_title, field) => {
			const { property, path: at, given } = field;
			const { all, alone } = field;
			for (const nothing of [undefined, null, '', '  ']) {
				expect(check(alone, given, { [at]: nothing }, all)).toContain(
					`${property.displayName} is empty › `,
				);
			}
		},
	);

	it.each(of('string').filter(([, { property }]) => /timeZone$/iu.test(property.name)))(
		'has to be a time zone that there is: %s',
		(_title, field) => {
			const { property, path: at, given } = field;
			const { all, alone } = field;
			expect(check(alone, given, { [at]: 'Europe/Berln' }, all)).toContain(
				`${property.displayName} is “Europe/Berln”, which is no time zone › `,
			);
			expect(check(alone, given, { [at]: 'Asia/Kolkata' }, all)).toBe('');
		},
	);

	it('is asked for only where the field is shown', () => {
		const properties = propertiesOf('Conversation');
		const given = { operation: 'get', retentionDays: '={{ x }}' };
		expect(check(properties, given, { retentionDays: 'many' })).toBe('');
	});

	it.each(NODES)(
		'says nothing against a node as it is when it is dropped on the canvas: %s',
		(name) => {
			const given = { timeZone: 'UTC', priority: 'normal' };
			expect(check(propertiesOf(name), {}, given)).toBe('');
		},
	);
});
