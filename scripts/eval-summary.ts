import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Conversation } from '../core/conversation/conversation';
import { NO_COUNTERS } from '../core/conversation/conversation';
import type { ConversationMessage } from '../core/conversation/message';
import { readMessage } from '../core/escalation/reading';
import { summarise } from '../core/summary';
import type { Brief } from '../core/summary/brief';
import { sameWords } from '../core/summary/text';

/** A written dialogue; messages are numbered from 1 and begin with "c: " (customer), "b: " (bot) or "a: " (agent). */
export interface Dialogue {
	title: string;
	language: string;
	phone: string;
	messages: string[];
	expected: Expected;
	/**
	 * Other answers that a careful reader would accept just as well. Where nothing is expected, the field may be stated so or
	 * left out; references and messages tried that stand here are neither wanted nor wrong.
	 */
	alternatives?: Alternatives;
}

interface Expected {
	/** As the customer introduces himself. */
	name?: string;
	/** Message, and words of it that must be in the statement. */
	need?: [number, string];
	/** Verbatim. */
	question?: string;
	product?: string;
	budget?: string;
	timeline?: string;
	/** Message that says that it is urgent. */
	urgency?: number;
	/** "kind:value" */
	references: string[];
	/** Messages in which the bot answered or tried something. */
	tried: number[];
	/** Where the mood ends. */
	mood?: 'negative' | 'neutral' | 'positive';
}

type Text = 'name' | 'question' | 'product' | 'budget' | 'timeline' | 'mood';

type Alternatives = { [K in Text]?: string | string[] } & {
	need?: Need | Need[];
	urgency?: number | number[];
	references?: string[];
	tried?: number[];
};

/** Written to improve the rules on, and written before a rule was looked at; see docs/accuracy.md. */
export const SETS = [
	'tuned',
	'held-out-1',
	'held-out-2',
	'held-out-3',
	'held-out-4',
	'held-out-5',
	'held-out-6',
	'held-out-7',
	'held-out-8',
	'held-out-9',
	'held-out-10',
	'held-out-11',
	'held-out-12',
] as const;
export type DialogueSet = (typeof SETS)[number];

const FOLDER = path.join(__dirname, '..', 'test', 'fixtures', 'dialogues');

/** The written dialogues of a set, with the language of their file. */
export function dialogues(set: DialogueSet): Dialogue[] {
	const folder = path.join(FOLDER, set);
	return readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.sort()
		.flatMap((name) => {
			const file = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
				language: string;
				phone: string;
				dialogues: Array<Omit<Dialogue, 'language' | 'phone'>>;
			};
			return file.dialogues.map((dialogue) => ({
				...dialogue,
				language: file.language,
				phone: file.phone,
			}));
		});
}

const START = Date.UTC(2026, 10, 10, 9, 0);
const AUTHORS = { c: 'customer', b: 'bot', a: 'agent' } as const;

export function messagesOf(dialogue: Dialogue): ConversationMessage[] {
	return dialogue.messages.map((line, index) => {
		const author = AUTHORS[line[0] as keyof typeof AUTHORS];
		const sentAt = new Date(START + index * 60_000).toISOString();
		return {
			id: `m${String(index + 1).padStart(2, '0')}`,
			direction: author === 'customer' ? 'in' : 'out',
			author,
			type: 'text',
			text: line.slice(3),
			sentAt,
			receivedAt: sentAt,
		};
	});
}

export function conversationOf(dialogue: Dialogue): Conversation {
	const time = new Date(START).toISOString();
	return {
		id: 'dialogue',
		namespace: 'default',
		channelId: '1',
		state: 'bot',
		version: 1,
		episode: 1,
		identity: { keys: [{ kind: 'phone', value: dialogue.phone }], phone: dialogue.phone },
		profile: { consent: { status: 'unknown', scope: 'all' }, fields: {} },
		counters: { ...NO_COUNTERS },
		collected: {},
		tags: [],
		priority: 'normal',
		handoffCount: 0,
		lastMessageAt: time,
		createdAt: time,
		updatedAt: time,
	};
}

/** A message's mood, by the scorer's measure as in the node. */
export function feelingOf(text: string, language: string | undefined): number {
	return readMessage(text, language).feeling.value;
}

export function briefOf(dialogue: Dialogue): Brief {
	return summarise({
		conversation: conversationOf(dialogue),
		messages: messagesOf(dialogue),
		now: new Date(START + 3_600_000).toISOString(),
		sentiment: feelingOf,
	});
}

export type Field =
	| 'name'
	| 'need'
	| 'question'
	| 'product'
	| 'budget'
	| 'timeline'
	| 'urgency'
	| 'references'
	| 'tried'
	| 'mood'
	| 'language';

export interface FieldScore {
	field: Field;
	/** Stated and right. */
	right: number;
	/** Stated and wrong, or nothing should have been stated. */
	wrong: number;
	/** Not stated, or stated wrongly. */
	missed: number;
	precision: number;
	recall: number;
	/** What went wrong, for the reader of the report. */
	notes: string[];
}

/** Field-level precision and recall of the summary over the dialogues. */
export function evaluateSummary(all: readonly Dialogue[]): FieldScore[] {
	const scores = new Map<Field, FieldScore>();
	const count = (field: Field, outcome: 'right' | 'wrong' | 'missed', note?: string) => {
		const score = scores.get(field) ?? {
			field,
			right: 0,
			wrong: 0,
			missed: 0,
			precision: 1,
			recall: 1,
			notes: [],
		};
		score[outcome] += 1;
		if (note) score.notes.push(note);
		scores.set(field, score);
	};
	for (const dialogue of all) {
		const brief = briefOf(dialogue);
		const { expected, alternatives = {} } = dialogue;
		const where = `${dialogue.language} “${dialogue.title}”`;
		const single = (
			field: Field,
			stated: string | undefined,
			wanted: boolean,
			fits: boolean,
			what: string,
		) => {
			if (stated === undefined && !wanted) return;
			if (stated !== undefined && fits) return count(field, 'right');
			const note = `${where}: ${stated ?? '(nothing)'} instead of ${what}`;
			if (stated !== undefined) count(field, 'wrong', note);
			if (wanted) count(field, 'missed', stated === undefined ? note : undefined);
		};
		const needs = [...needsIn(expected.need), ...needsIn(alternatives.need)];
		single(
			'need',
			brief.need?.value,
			needs.length > 0,
			needs.some(
				([message, words]) =>
					brief.need?.messageIds[0] === id(message) && brief.need.value.includes(words),
			),
			JSON.stringify(needs),
		);
		const texts = (field: Text, stated: string | undefined) => {
			const accepted = [expected[field], alternatives[field]]
				.flat()
				.filter((text) => text !== undefined);
			single(
				field,
				stated,
				expected[field] !== undefined,
				accepted.some((text) => sameWords(text) === sameWords(stated ?? '')),
				accepted.join(' / ') || '(nothing)',
			);
		};
		texts('name', brief.customer.name);
		texts('question', brief.unansweredQuestion?.value);
		texts('product', brief.product?.value);
		texts('budget', brief.budget?.value);
		texts('timeline', brief.timeline?.value);
		if (expected.mood) texts('mood', brief.sentiment?.summary.split(' ').at(-1)?.toLowerCase());
		const urgent = [expected.urgency, alternatives.urgency].flat().filter((at) => at !== undefined);
		single(
			'urgency',
			brief.urgency?.messageIds[0],
			expected.urgency !== undefined,
			urgent.some((message) => brief.urgency?.messageIds[0] === id(message)),
			urgent.join(' / ') || '(nothing)',
		);
		single(
			'language',
			brief.customer.language,
			true,
			brief.customer.language === dialogue.language,
			dialogue.language,
		);
		many(
			'references',
			brief.references.map(({ kind, value }) => `${kind}:${value}`),
			expected.references,
			alternatives.references ?? [],
		);
		many(
			'tried',
			brief.botTried.flatMap(({ messageIds }) => messageIds),
			expected.tried.map(id),
			(alternatives.tried ?? []).map(id),
		);
		function many(
			field: Field,
			stated: readonly string[],
			wanted: readonly string[],
			allowed: readonly string[],
		) {
			for (const value of stated) {
				if (allowed.includes(value)) continue;
				if (wanted.includes(value)) count(field, 'right');
				else count(field, 'wrong', `${where}: ${value} is not expected`);
			}
			for (const value of wanted)
				if (!stated.includes(value)) count(field, 'missed', `${where}: ${value} is missing`);
		}
	}
	return [...scores.values()].map((score) => ({
		...score,
		precision: ratio(score.right, score.right + score.wrong),
		recall: ratio(score.right, score.right + score.missed),
	}));
}

type Need = NonNullable<Expected['need']>;

function needsIn(value: Need | Need[] | undefined): Need[] {
	if (value === undefined) return [];
	return typeof value[0] === 'number' ? [value as Need] : (value as Need[]);
}

function id(message: number): string {
	return `m${String(message).padStart(2, '0')}`;
}

function ratio(part: number, whole: number): number {
	return whole === 0 ? 1 : part / whole;
}

/** A table of the scores, one field a line, for `npm run eval`. */
export function summaryReport(scores: readonly FieldScore[], title: string): string {
	const lines = scores.map(
		({ field, precision, recall, right, wrong, missed }) =>
			`  ${field.padEnd(12)} precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  (${right} right, ${wrong} wrong, ${missed} missed)`,
	);
	return [`Context Summarizer, ${title}`, ...lines].join('\n');
}
