import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { replay, tableOf, type PastConversation } from '../../core/escalation/replay';
import { ParameterInvalid } from '../shared/checkParameters';
import { toJson } from '../shared/item';
import { readBoolean, readBotFacts } from './botFacts';
import { scorerSettings } from './scorerSettings';

interface Columns {
	author?: string;
	conversation?: string;
	text?: string;
	time?: string;
	label?: string;
}

const DEFAULT_COLUMNS: Required<Columns> = {
	author: 'author',
	conversation: 'conversation',
	text: 'text',
	time: 'sentAt',
	label: 'escalated',
};

type Row = Record<string, unknown>;

/** Runs past conversations through the very function that decides live. Writes nothing. */
export function testRules(context: IExecuteFunctions): {
	continue: INodeExecutionData[];
	escalate: INodeExecutionData[];
} {
	const columns = {
		...DEFAULT_COLUMNS,
		...(context.getNodeParameter('columns', 0, {}) as Columns),
	};
	const settings = scorerSettings(context, 0);
	const rows = context.getInputData().map((item) => item.json as Row);
	const { conversations, itemsOf } = readConversations(rows, columns);
	// An item without anything stands for "none were found"; a review of a week without any is no mistake.
	const anything = rows.some((row) => Object.keys(row).length > 0);
	const anyText = conversations.some(({ messages }) =>
		messages.some(({ text }) => text.trim() !== ''),
	);
	if (anything && !anyText) {
		throw new ParameterInvalid(
			`No item has a message text under “${columns.text}”`,
			'Name the column of the text under Columns, or give each item a list “messages” whose entries have it.',
		);
	}
	const replayed = conversations.map((conversation) => replay(conversation, settings));
	if (context.getNodeParameter('giveBack', 0, 'table') === 'table') {
		const thresholds = thresholdsOf(String(context.getNodeParameter('thresholds', 0, '')));
		const everyItem = context.getInputData().map((_, item) => ({ item }));
		const table = tableOf(conversations, settings, thresholds);
		return {
			continue: table.map((row) => ({ json: toJson(row), pairedItem: everyItem })),
			escalate: [],
		};
	}
	const outputs = { continue: [] as INodeExecutionData[], escalate: [] as INodeExecutionData[] };
	replayed.forEach((result, i) => {
		outputs[result.decision].push({
			json: toJson(result),
			pairedItem: itemsOf[i]!.map((item) => ({ item })),
		});
	});
	return outputs;
}

function thresholdsOf(text: string): number[] {
	const parts = text.split(/[\s,;]+/u).filter(Boolean);
	const wrong = parts.find((part) => !(Number(part) >= 1 && Number(part) <= 100));
	if (wrong === undefined && parts.length > 0) return parts.map(Number);
	throw new ParameterInvalid(
		wrong === undefined
			? 'Thresholds is empty'
			: `Thresholds: “${wrong}” is no number from 1 to 100`,
		'List the thresholds to try, with commas between them, e.g. 20, 30, 40, 50.',
	);
}

/** Items as conversations: each one its own, or rows that share a value in the conversation column. */
function readConversations(rows: readonly Row[], columns: Required<Columns>) {
	const conversations: PastConversation[] = [];
	const itemsOf: number[][] = [];
	const byId = new Map<string, number>();
	rows.forEach((row, index) => {
		const own = row.messages;
		const given = row[columns.conversation] ?? row.id;
		const id =
			given === undefined || given === null || typeof given === 'object'
				? `conversation ${index + 1}`
				: String(given);
		const label = readLabel(row[columns.label]);
		const messages = Array.isArray(own) ? (own as Row[]) : [row];
		let at = Array.isArray(own) ? undefined : byId.get(id);
		if (at === undefined) {
			at = conversations.length;
			byId.set(id, at);
			conversations.push({ id, messages: [] });
			itemsOf.push([]);
		}
		itemsOf[at]!.push(index);
		const conversation = conversations[at]!;
		if (label !== undefined) conversation.needed = (conversation.needed ?? false) || label;
		messages.forEach((message) => {
			const bot = message.bot;
			conversation.messages.push({
				id: String(message.id ?? `${id}#${conversation.messages.length + 1}`),
				text: String(message[columns.text] ?? ''),
				author: authorOf(message[columns.author] ?? message.role ?? message.from),
				...(typeof message.type === 'string' ? { type: message.type } : {}),
				...(message[columns.time] ? { sentAt: String(message[columns.time]) } : {}),
				bot: readBotFacts({
					...(message as object),
					...(typeof bot === 'object' && bot !== null ? bot : {}),
				}),
			});
		});
	});
	return { conversations, itemsOf };
}

function authorOf(value: unknown): 'customer' | 'bot' | 'agent' {
	const word = String(value ?? 'customer').toLowerCase();
	if (/^(bot|assistant|system|ai|out|outgoing)/.test(word)) return 'bot';
	if (/^(agent|human|staff|operator|employee)/.test(word)) return 'agent';
	return 'customer';
}

function readLabel(value: unknown): boolean | undefined {
	const known = readBoolean(value);
	if (known !== undefined) return known;
	const word = String(value ?? '')
		.trim()
		.toLowerCase();
	if (['human', 'escalate', 'escalated', 'person', 'handoff', 'justified', 'missed'].includes(word))
		return true;
	if (['bot', 'continue', 'other', 'unnecessary'].includes(word)) return false;
	return undefined;
}
