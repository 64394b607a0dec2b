import { IANAZone } from 'luxon';
import type {
	IExecuteFunctions,
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

/** A field holds what it cannot: `message` names it and says what it holds, `advice` what it takes. */
export class ParameterInvalid extends Error {
	constructor(
		message: string,
		readonly advice: string,
	) {
		super(message);
		this.name = 'ParameterInvalid';
	}
}

/** What to say of a field that nearly every node has. */
const ADVICE: Record<string, string> = {
	conversationId:
		'It needs the ID that WhatsApp Trigger puts into conversation.id. Put WhatsApp Trigger, or Conversation → Record Message, before this node.',
};

interface Place {
	context: IExecuteFunctions;
	index: number;
	node: INode;
	/** How the parameter is asked for, e.g. "filters.lastMessageAfter". */
	path: string;
	raw: unknown;
}

/**
 * What the editor's form makes sure of where something is typed in, and nobody where an expression gives it: that a required field
 * holds something, a number is one and within its limits, a time can be read, and a choice is one of the list. An optional field may be
 * empty. Throws {@link ParameterInvalid}.
 */
export function checkParameters(
	context: IExecuteFunctions,
	properties: readonly INodeProperties[],
	index: number,
): void {
	const node = context.getNode();
	// Only n8n itself fills in what a node leaves out.
	if (!node.parameters) return;
	for (const property of properties) {
		if (!NodeHelpers.displayParameter(node.parameters, property, node, null)) continue;
		const raw = node.parameters[property.name];
		check(property, { context, index, node, path: property.name, raw });
	}
}

function check(property: INodeProperties, place: Place): void {
	const { raw, path } = place;
	if (raw === undefined) return;
	switch (property.type) {
		case 'collection':
			for (const option of (property.options ?? []) as INodeProperties[]) within(option, place);
			return;
		case 'fixedCollection':
			for (const group of (property.options ?? []) as INodePropertyCollection[]) {
				const entries = (raw as Record<string, unknown>)[group.name];
				const list = Array.isArray(entries) ? entries : [entries];
				list.forEach((entry, at) => {
					const own = Array.isArray(entries)
						? `${path}.${group.name}[${at}]`
						: `${path}.${group.name}`;
					for (const value of group.values) within(value, { ...place, path: own, raw: entry });
				});
			}
			return;
		default:
			checkValue(property, place);
	}
}

function within(property: INodeProperties, place: Place): void {
	const { raw, path, node } = place;
	if (typeof raw !== 'object' || raw === null || !(property.name in raw)) return;
	if (!NodeHelpers.displayParameterPath(node.parameters, property, path, node, null)) return;
	check(property, {
		...place,
		path: `${path}.${property.name}`,
		raw: (raw as INodeParameters)[property.name],
	});
}

function checkValue(property: INodeProperties, place: Place): void {
	const refuse = refusalOf(property);
	const required = property.required === true && MAY_BE_EMPTY.has(property.type);
	if (!refuse && !required) return;
	const value = valueOf(place);
	const empty = value === undefined || value === null || String(value).trim() === '';
	const { displayName, name, placeholder = '' } = property;
	if (!empty) return refuse?.(value);
	if (required) {
		const example = placeholder ? `, ${placeholder}` : '';
		throw new ParameterInvalid(
			`${displayName} is empty`,
			ADVICE[name] ??
				`Fill it in${example}, or check that its expression finds something in this item.`,
		);
	}
}

/** The value of one item; an expression is only worked out where its result matters. */
function valueOf({ context, index, path, raw }: Place): unknown {
	const isExpression = typeof raw === 'string' && raw.startsWith('=');
	return isExpression ? (context.getNodeParameter(path, index) as unknown) : raw;
}

type Refusal = (value: unknown) => void;

/** Kinds of a field that an expression can leave empty; a list of parameters says itself what it lacks. */
const MAY_BE_EMPTY = new Set<INodeProperties['type']>(['string', 'dateTime']);

function refusalOf(property: INodeProperties): Refusal | undefined {
	const { type, name, displayName } = property;
	if (type === 'string' && /timeZone$/iu.test(name)) return timeZone(displayName);
	return REFUSALS[type]?.(property);
}

function timeZone(displayName: string): Refusal {
	return (value) => {
		if (IANAZone.isValidZone(String(value))) return;
		throw new ParameterInvalid(
			`${displayName} is ${quoted(value)}, which is no time zone`,
			'Use a name such as Europe/Berlin or America/Sao_Paulo.',
		);
	};
}

const REFUSALS: Partial<
	Record<INodeProperties['type'], (property: INodeProperties) => Refusal | undefined>
> = {
	number:
		({ displayName, typeOptions = {} }) =>
		(value) => {
			const { minValue = -Infinity, maxValue = Infinity } = typeOptions;
			const number = Number(value);
			if (Number.isFinite(number) && number >= minValue && number <= maxValue) return;
			const limits = [
				...(minValue > -Infinity ? [`from ${minValue}`] : []),
				...(maxValue < Infinity ? [`to ${maxValue}`] : []),
			].join(' ');
			throw new ParameterInvalid(
				`${displayName} is ${quoted(value)}, which is no number${limits ? ` ${limits}` : ''}`,
				'Enter a number, or check what its expression finds in this item.',
			);
		},
	dateTime:
		({ displayName }) =>
		(value) => {
			if (!Number.isNaN(new Date(String(value)).getTime())) return;
			throw new ParameterInvalid(
				`${displayName} is ${quoted(value)}, which is no time that can be read`,
				'Give a date such as 2026-11-20, or a time such as 2026-11-20T09:30:00Z.',
			);
		},
	options: ({ displayName, options, typeOptions, noDataExpression }) => {
		if (noDataExpression || typeOptions?.loadOptionsMethod || !options?.length) return undefined;
		const choices = options as INodePropertyOptions[];
		return (value) => {
			if (choices.some((choice) => choice.value === value)) return;
			throw new ParameterInvalid(
				`${displayName} is ${quoted(value)}, which is none of its choices`,
				`Its expression has to give one of these: ${choices
					.map((choice) => String(choice.value))
					.filter(Boolean)
					.join(', ')}.`,
			);
		};
	},
};

const LONGEST_QUOTE = 60;

function quoted(value: unknown): string {
	if (typeof value === 'number') return String(value);
	const text = (typeof value === 'object' ? JSON.stringify(value) : String(value as string)) ?? '';
	return `“${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}”`;
}
