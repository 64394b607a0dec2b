import { DateTime } from 'luxon';
import type { IsoTime } from '../time';
import texts from './texts/acknowledgements.json';

/** What the customer is told at a handoff. */
export type AcknowledgementCase =
	| 'assigned'
	| 'queued'
	| 'long_wait'
	| 'vip'
	| 'off_hours'
	/** Off hours, and the bot goes on helping until somebody is there. */
	| 'off_hours_bot';

export interface AcknowledgementFacts {
	case: AcknowledgementCase;
	/** BCP 47 tag; English where we have no text in it. */
	language?: string;
	/** IANA zone in which times are told. */
	timeZone: string;
	now: IsoTime;
	agentName?: string;
	queue: string;
	/** Place in the queue, from 1. */
	position?: number;
	/** Expected wait in minutes, where recent waits say so. */
	waitMinutes?: number;
	/** When a person will have answered: the SLA's due time, so that the text promises what is measured. */
	dueAt?: IsoTime;
	/** When the team is back, off hours. */
	opensAt?: IsoTime;
	customerName?: string;
}

export type AcknowledgementTexts = Record<AcknowledgementCase, string>;

/**
 * The text that the customer gets. `custom` are staff's own texts by case; both kinds may use {agent}, {queue}, {position},
 * {wait}, {due}, {opens} and {name}. A sentence with a variable that is not known is left out rather than sent with a gap, so no text
 * promises a time that nobody has computed. Where nothing of staff's own text is left, ours is sent: the customer is never told nothing.
 */
export function acknowledgementText(
	facts: AcknowledgementFacts,
	custom: Partial<AcknowledgementTexts> = {},
): string {
	const language = supportedLanguage(facts.language);
	const ours = (texts as Record<string, AcknowledgementTexts>)[language]![facts.case];
	const values: Record<string, string | undefined> = {
		agent: facts.agentName,
		queue: facts.queue,
		position: facts.position === undefined ? undefined : String(facts.position),
		wait: facts.waitMinutes === undefined ? undefined : String(facts.waitMinutes),
		due: facts.dueAt && tellTime(facts.dueAt, facts.now, facts.timeZone, language),
		opens: facts.opensAt && tellTime(facts.opensAt, facts.now, facts.timeZone, language),
		name: facts.customerName,
	};
	return filled(custom[facts.case] ?? '', values) || filled(ours, values);
}

/** A text with its variables filled in; a sentence with one of them whose value is not known is left out. */
export function filled(template: string, values: Record<string, string | undefined>): string {
	const isKnown = (name: string) => !Object.hasOwn(values, name) || values[name] !== undefined;
	return sentences(template)
		.filter((sentence) => namesIn(sentence).every(isKnown))
		.map((sentence) =>
			sentence.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole),
		)
		.join('')
		.trim();
}

/** The language of our own texts that fits a tag: the primary tag if we have it, else English. */
export function supportedLanguage(tag: string | undefined): string {
	const primary = (tag ?? '').toLowerCase().split(/[-_]/u)[0] ?? '';
	return primary in texts ? primary : 'en';
}

/** Variables that only this package fills in; an unknown one is text as far as we are concerned. */
const VARIABLES = new Set(['agent', 'queue', 'position', 'wait', 'due', 'opens', 'name']);

/** What a text of staff's names in braces and nobody fills in, e.g. "agnet": it would reach the customer as it stands. */
export function unknownVariables(text: string): string[] {
	return namesIn(text).filter((name) => !VARIABLES.has(name));
}

function namesIn(text: string): string[] {
	return [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name!);
}

function sentences(text: string): string[] {
	return [...new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(text)].map(
		({ segment }) => segment,
	);
}

/** A time as one says it: the hour today, the weekday within a week, else the date, always with the zone's own clock. */
function tellTime(at: IsoTime, now: IsoTime, timeZone: string, language: string): string {
	const then = DateTime.fromISO(at, { zone: timeZone }).setLocale(language);
	const today = DateTime.fromISO(now, { zone: timeZone });
	const days = then.startOf('day').diff(today.startOf('day'), 'days').days;
	const day =
		days === 0
			? undefined
			: then.toLocaleString(days < 7 ? { weekday: 'long' } : DateTime.DATE_FULL);
	const told = [day, then.toLocaleString(DateTime.TIME_SIMPLE)].filter(Boolean).join(', ');
	// The narrow no-break space before "AM" is a box on some phones.
	return told.replaceAll('\u202f', ' ');
}
