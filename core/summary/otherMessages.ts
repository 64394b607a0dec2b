import type { Author, ConversationMessage } from '../conversation/message';
import { isoTime } from '../time';

/** The messages of a field are not a list of messages; `advice` says what would be. */
export class MessagesNotRead extends Error {
	readonly advice =
		'Give a list of entries with "text" and "from" (customer, bot or agent), or choose Stored Conversation under Read From.';
	constructor(what: string) {
		super(`The field Messages holds ${what}, not a list of messages`);
		this.name = 'MessagesNotRead';
	}
}

/** Words by which chat memories and other gateways name who wrote a message. */
const AUTHORS: Readonly<Record<string, Author>> = {
	customer: 'customer',
	user: 'customer',
	human: 'customer',
	client: 'customer',
	contact: 'customer',
	in: 'customer',
	inbound: 'customer',
	incoming: 'customer',
	bot: 'bot',
	assistant: 'bot',
	ai: 'bot',
	model: 'bot',
	out: 'bot',
	outbound: 'bot',
	outgoing: 'bot',
	agent: 'agent',
	staff: 'agent',
	operator: 'agent',
	system: 'system',
};

const SECOND_MS = 1000;

/**
 * Messages from a field: our own shape as it is, or entries as other systems have them. Entries without a time are given
 * the place that they have in the list, one second apart, the last one at `now`. Throws {@link MessagesNotRead}.
 */
export function messagesFrom(value: unknown, now: Date): ConversationMessage[] {
	let list = value;
	if (typeof list === 'string') {
		try {
			list = JSON.parse(list);
		} catch {
			throw new MessagesNotRead('text that is no JSON');
		}
	}
	if (!Array.isArray(list))
		throw new MessagesNotRead(
			list === null || list === undefined ? 'nothing' : `a single ${typeof list}`,
		);
	const wordless = list.every(
		(entry: unknown) =>
			typeof entry === 'object' &&
			entry !== null &&
			textOf(entry as Record<string, unknown>) === '' &&
			!('media' in entry || 'type' in entry),
	);
	if (list.length > 0 && wordless) throw new MessagesNotRead('entries without any text');
	let last = now.getTime() - list.length * SECOND_MS;
	return list.map((entry: unknown, position) => {
		if (typeof entry === 'string') entry = { text: entry };
		if (typeof entry !== 'object' || entry === null)
			throw new MessagesNotRead(`an entry ${position + 1} without text`);
		const fields = entry as Record<string, unknown>;
		const sent = timeOf(fields) ?? last + SECOND_MS;
		last = sent;
		const author = authorOf(fields);
		return {
			type: 'text',
			direction: author === 'customer' ? 'in' : 'out',
			...(fields as Partial<ConversationMessage>),
			id: typeof fields.id === 'string' && fields.id !== '' ? fields.id : `message-${position + 1}`,
			author,
			text: textOf(fields),
			sentAt: isoTime(new Date(sent)),
			receivedAt: isoTime(new Date(sent)),
		} as ConversationMessage;
	});
}

function textOf(fields: Record<string, unknown>): string {
	for (const name of ['text', 'content', 'body', 'message']) {
		const value = fields[name];
		if (typeof value === 'string') return value;
		const inner = (value as { body?: unknown } | undefined)?.body;
		if (typeof inner === 'string') return inner;
	}
	return '';
}

function authorOf(fields: Record<string, unknown>): Author {
	for (const name of ['author', 'from', 'role', 'sender', 'type', 'direction']) {
		const value = fields[name];
		const author = typeof value === 'string' ? AUTHORS[value.toLowerCase()] : undefined;
		if (author) return author;
	}
	return 'customer';
}

/** Milliseconds of the entry's time: ISO text, or a number in seconds (as WhatsApp has it) or milliseconds. */
function timeOf(fields: Record<string, unknown>): number | undefined {
	for (const name of ['sentAt', 'time', 'timestamp', 'date', 'createdAt']) {
		const value = fields[name];
		if (value === undefined || value === null || value === '') continue;
		const number = Number(value);
		const time = Number.isFinite(number)
			? number < 1e11
				? number * SECOND_MS
				: number
			: Date.parse(String(value));
		if (Number.isFinite(time) && Math.abs(time) <= 8.64e15) return time;
	}
	return undefined;
}
