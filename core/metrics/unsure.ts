import type { BotTurn, ConversationMessage } from '../conversation/message';
import { isCustomerTurn } from '../conversation/message';
import { lexicon } from '../escalation/lexicon';
import { gistOf } from '../escalation/similarity';
import { SAME } from '../escalation/signals/repetition';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';
import type { Verdict } from './labels';
import { verdictOn, verdictStands } from './labels';
import type { Period } from './metrics';

/** An answer of the bot that a person should read, since the bot itself was not sure of it. */
export interface UnsureAnswer extends BotTurn {
	conversationId: string;
	messageId: string;
	at: IsoTime;
	/** What the customer had written. */
	question: string;
	answer: string;
	/** By doubt and by what came of it, 0 to 100; the review goes from the top. */
	points: number;
	/** What the customer did next. */
	then: WhatCame;
	text: string;
	verdict?: Verdict;
}

export type WhatCame = 'asked_again' | 'silent' | 'handed_over' | 'went_on' | 'open';

export interface UnsureSettings {
	/** Answers of which the bot was less sure; 0 to 1. */
	confidenceBar: number;
	/** Without a message for so long after the answer, the customer counts as gone. */
	silentAfterMinutes: number;
}

/** As the scorer's balanced sensitivity has it. */
export const UNSURE_DEFAULTS: UnsureSettings = { confidenceBar: 0.5, silentAfterMinutes: 120 };

/** Of the 100 points, those for the doubt alone; an answer that was not understood at all has them all. */
const DOUBT_POINTS = 70;

/** What makes a doubtful answer worse. Where a person took over, nobody was left alone with it. */
const THEN: Record<WhatCame, { points: number; text: string }> = {
	asked_again: { points: 30, text: 'the customer asked again' },
	silent: { points: 20, text: 'the customer did not write again' },
	went_on: { points: 10, text: 'the customer went on' },
	open: { points: 10, text: 'the customer may yet answer' },
	handed_over: { points: 0, text: 'a person took over' },
};

/** Whether the bot was ever less sure than the bar: only then are a conversation's messages worth reading. */
export function mayBeUnsure(
	{ conversation }: ConversationRecord,
	{ confidenceBar }: UnsureSettings,
): boolean {
	return (conversation.lowestConfidence ?? 1) < confidenceBar;
}

/** The answers of one conversation, `messages` oldest first, that the bot was not sure of. {@link byDoubt} ranks them. */
export function unsureAnswers(
	record: ConversationRecord,
	messages: readonly ConversationMessage[],
	period: Period,
	now: IsoTime,
	settings: UnsureSettings,
): UnsureAnswer[] {
	const found: UnsureAnswer[] = [];
	let asked: ConversationMessage | undefined;
	for (const [index, message] of messages.entries()) {
		if (isCustomerTurn(message)) asked = message;
		const doubt = message.bot ? doubtOf(message.bot, settings.confidenceBar) : 0;
		if (doubt === 0 || message.sentAt < period.from || message.sentAt >= period.to) continue;
		const then = whatCame(record, messages.slice(index + 1), message, asked, now, settings);
		const { conversation } = record;
		const verdict = verdictStands(record, message.sentAt) ? verdictOn(conversation) : undefined;
		found.push({
			conversationId: conversation.id,
			messageId: message.id,
			at: message.sentAt,
			question: asked?.text ?? '',
			answer: message.text,
			...message.bot,
			points: Math.round(doubt * DOUBT_POINTS) + THEN[then].points,
			then,
			text: `${told(message.bot!)}; ${THEN[then].text}`,
			...(verdict ? { verdict } : {}),
		});
	}
	return found;
}

/** The most doubtful first, of equal ones the newest. */
export function byDoubt(a: UnsureAnswer, b: UnsureAnswer): number {
	return b.points - a.points || (a.at < b.at ? 1 : -1);
}

/** 0 for an answer that the bot was sure of, 1 for one that it gave without having understood. */
function doubtOf({ understood, confidence }: BotTurn, bar: number): number {
	if (understood === false) return 1;
	if (confidence === undefined || confidence >= bar) return 0;
	return (bar - confidence) / bar;
}

function told({ understood, confidence }: BotTurn): string {
	if (understood === false) return 'The bot had not understood';
	return `The bot was ${Math.round((confidence ?? 0) * 100)} % sure`;
}

function whatCame(
	{ audit }: ConversationRecord,
	later: readonly ConversationMessage[],
	answer: ConversationMessage,
	asked: ConversationMessage | undefined,
	now: IsoTime,
	{ silentAfterMinutes }: UnsureSettings,
): WhatCame {
	const next = later.find(isCustomerTurn);
	const small = (word: string) => lexicon().smallWords.has(word);
	if (next && asked && gistOf(asked.text, small).resembles(gistOf(next.text, small), SAME)) {
		return 'asked_again';
	}
	// By the customer's next words at the latest: a handoff after that was about something else.
	const person = audit.find(
		({ at, from, to, action }) =>
			at > answer.sentAt && ((from !== 'human' && to === 'human') || action === 'capture'),
	);
	const nextButOne = next && later.slice(later.indexOf(next) + 1).find(isCustomerTurn);
	if (person && (!nextButOne || person.at < nextButOne.sentAt)) return 'handed_over';
	if (next) return 'went_on';
	const quiet = (Date.parse(now) - Date.parse(answer.sentAt)) / 60_000;
	return quiet >= silentAfterMinutes ? 'silent' : 'open';
}
