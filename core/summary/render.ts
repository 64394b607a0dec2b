import { lazily } from '../lazily';
import type { Brief, DetectedIntent } from './brief';
import { escapeFor } from './escape';
import { redactBrief } from './redact';
import type { RedactionRules } from './secrets';
import { clip, sameWords } from './text';

/** `text` for WhatsApp, Slack and e-mail; `markdown`; `note` is HTML for CRMs. */
export type RenderFormat = 'text' | 'markdown' | 'note';

export interface RenderOptions {
	/** Longest rendering in characters (UTF-16 units, as CRMs and WhatsApp count). */
	maxCharacters?: number;
	/** What to hide; left out, nothing is. */
	redact?: RedactionRules;
	/** IANA zone for times; default the brief's own, else UTC. */
	timeZone?: string;
}

/**
 * Default lengths. `text`: WhatsApp's limit for a text message; `headline`: what phones show of a notification;
 * `note`: HubSpot takes 65,536 characters for the body of a note, the smallest limit of the three CRMs.
 */
export const DEFAULT_BUDGETS = {
	text: 4_096,
	markdown: 10_000,
	note: 60_000,
	headline: 140,
} as const;

export interface Renderings {
	text: string;
	markdown: string;
	/** HTML. */
	note: string;
	headline: string;
}

/** One statement of a rendering: a label of ours and a value from the conversation. */
interface Line {
	label?: string;
	value: string;
	/** A link that may be followed; only for addresses that did not come from the customer's words. */
	href?: string;
}

interface Block {
	title: string;
	lines: Line[];
	/** What is kept first when room is short: 0 before 1 before 2 … */
	rank: number;
	list?: boolean;
	/** Of a transcript the newest lines are kept. */
	newestFirst?: boolean;
}

/**
 * The brief as text. Cut to length by leaving out what matters least and ending at sentences; what customers wrote is inert
 * in every format (no markup, no links, no mentions, no template braces).
 */
export function render(brief: Brief, format: RenderFormat, options: RenderOptions = {}): string {
	const shown = options.redact ? redactBrief(brief, options.redact) : brief;
	const zone = options.timeZone ?? brief.timeZone ?? 'UTC';
	const blocks = blocksOf(shown, zone);
	const budget = Math.max(0, options.maxCharacters ?? DEFAULT_BUDGETS[format]);
	return assemble(fit(blocks, format, budget), format);
}

/** One plain line for a notification. */
export function renderHeadline(brief: Brief, options: RenderOptions = {}): string {
	const shown = options.redact ? redactBrief(brief, options.redact) : brief;
	const max = Math.max(0, options.maxCharacters ?? DEFAULT_BUDGETS.headline);
	let room = max;
	for (;;) {
		const line = escapeFor('text', clip(shown.headline, room));
		if (line.length <= max || room <= 0) return line.length <= max ? line : '';
		room -= line.length - max;
	}
}

function blocksOf(brief: Brief, zone: string): Block[] {
	const blocks: Block[] = [];
	const add = (
		rank: number,
		title: string,
		lines: Array<Line | undefined>,
		more: Partial<Block> = {},
	) => {
		const present = lines.filter((line): line is Line => line !== undefined && line.value !== '');
		if (present.length > 0) blocks.push({ title, rank, lines: present, ...more });
	};
	const said = (label: string, statement: { value: string } | undefined): Line | undefined =>
		statement && { label, value: statement.value };
	const { customer, escalation } = brief;

	add(0, 'Customer', [
		{
			value: [
				customer.name,
				customer.phone ?? customer.userId,
				customer.email,
				customer.vip ? 'VIP' : undefined,
				customer.segment,
				customer.language ? languageName(customer.language) : undefined,
			]
				.filter(Boolean)
				.join(' · '),
		},
	]);
	if (escalation)
		add(1, 'Why a person is needed', [
			{
				value: `${escalation.reason} (score ${escalation.score}, priority ${escalation.priority})`,
			},
			escalation.leadClass ? { label: 'Lead', value: escalation.leadClass } : undefined,
			...escalation.evidence.map((evidence) => ({ value: `“${evidence.value}”` })),
		]);
	add(2, 'Summary', [
		said('Unanswered question', brief.unansweredQuestion),
		said('Need', brief.need),
		said('Product', brief.product),
		said('Budget', brief.budget),
		said('When', brief.timeline),
		said('Urgency', brief.urgency),
		brief.intent && { label: 'Detected intent', value: intentText(brief.intent) },
		brief.sentiment && { label: 'Mood', value: brief.sentiment.summary },
	]);
	add(
		3,
		'References',
		brief.references
			.filter((reference) => !saidAbove(brief, reference))
			.map(({ label, value }) => ({ label, value })),
	);
	add(
		3,
		'Collected',
		Object.entries(brief.collected).map(([label, value]) => ({
			value: `${label}: ${String(value)}`,
		})),
	);
	add(
		4,
		'Open orders',
		brief.openOrders.map((order) => ({
			value: [order.reference, order.status].filter(Boolean).join(' · '),
		})),
	);
	add(
		4,
		'Open deals',
		brief.openDeals.map((deal) => ({
			value: [deal.name, deal.stage, deal.amount === undefined ? undefined : String(deal.amount)]
				.filter(Boolean)
				.join(' · '),
			...(deal.url ? { href: deal.url } : {}),
		})),
	);
	add(
		5,
		'What the bot tried',
		[
			...brief.botTried.map(({ value }) => ({ value })),
			brief.botMisunderstood && {
				value: `Did not understand ${times(brief.botMisunderstood.count)}`,
			},
		],
		{ list: true },
	);
	add(
		5,
		'Attachments',
		brief.attachments.map((file) => ({
			value: [file.type, file.name].filter(Boolean).join(': '),
			...(file.url ? { href: file.url } : {}),
		})),
		{ list: true },
	);
	add(2, 'Suggested reply', [{ value: brief.suggestedReply }]);
	add(
		6,
		`Transcript (times in ${zone})`,
		brief.transcript.map((line) => ({
			label: `${localTime(line.at, zone)} ${line.who}`,
			value: line.text,
		})),
		{ list: true, newestFirst: true },
	);
	return blocks;
}

/** A sum that is the budget, a day that is when it is wanted: staff read them in the summary already. */
function saidAbove(
	{ budget, timeline }: Brief,
	{ kind, value }: Brief['references'][number],
): boolean {
	if (kind === 'amount')
		return budget !== undefined && sameWords(budget.value) === sameWords(value);
	return kind === 'date' && timeline !== undefined && timeline.value.includes(value);
}

function times(count: number): string {
	return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

const languageNames = lazily(
	() => new Intl.DisplayNames('en', { type: 'language', fallback: 'code' }),
);

/** "German" for "de"; a tag that is none as it is. */
function languageName(tag: string): string {
	try {
		return languageNames().of(tag.replace(/_/gu, '-')) ?? tag;
	} catch {
		return tag;
	}
}

/** "track_order (92 % sure)" */
function intentText({ name, confidence }: DetectedIntent): string {
	return confidence === undefined ? name : `${name} (${Math.round(confidence * 100)} % sure)`;
}

/** "2026-11-02 11:30", on the wall clock of a zone; UTC for a zone that nobody knows. */
function localTime(at: string, zone: string): string {
	const format = (timeZone: string) =>
		new Intl.DateTimeFormat('sv-SE', {
			timeZone,
			dateStyle: 'short',
			timeStyle: 'short',
		}).format(new Date(at));
	try {
		return format(zone);
	} catch {
		return format('UTC');
	}
}

/** Rendered lines of a block that found room, in reading order. */
interface Fitted {
	title: string;
	lines: string[];
	order: number;
}

/** Less room than this is not worth a cut line. */
const MIN_LINE = 24;

/** Gives room to the blocks in the order of their rank; within one, from its first line (or its newest) on. */
function fit(blocks: readonly Block[], format: RenderFormat, budget: number): Fitted[] {
	const fitted: Fitted[] = [];
	let left = budget;
	const ranked = blocks
		.map((block, order) => ({ block, order }))
		.sort((a, b) => a.block.rank - b.block.rank || a.order - b.order);
	for (const { block, order } of ranked) {
		const title = titleOf(block.title, format);
		let room = left - title.length - frame(format);
		const lines: string[] = [];
		const given = block.newestFirst ? [...block.lines].reverse() : block.lines;
		for (const line of given) {
			let rendered = lineOf(line, format);
			if (rendered.length > room) {
				// A line of the transcript stands whole or not at all; a statement is cut at a sentence.
				if (block.newestFirst || room < MIN_LINE) break;
				rendered = cutLine(line, format, room);
				if (rendered === '') break;
			}
			lines.push(rendered);
			room -= rendered.length;
		}
		if (lines.length === 0) continue;
		if (block.newestFirst) lines.reverse();
		fitted.push({ title, lines, order });
		left = room;
	}
	return fitted.sort((a, b) => a.order - b.order);
}

function cutLine(line: Line, format: RenderFormat, room: number): string {
	let max = Math.min(line.value.length, room);
	while (max >= 2) {
		const value = clip(line.value, max);
		if (value === '') return '';
		const { href: _href, ...bare } = line;
		const rendered = lineOf({ ...bare, value }, format);
		if (rendered.length <= room) return rendered;
		max = Math.min(max - 1, value.length - Math.ceil((rendered.length - room) / 2));
	}
	return '';
}

function assemble(blocks: readonly Fitted[], format: RenderFormat): string {
	const body = blocks.map(({ title, lines }) =>
		format === 'note' ? `${title}<ul>${lines.join('')}</ul>` : `${title}${lines.join('')}`,
	);
	return format === 'note' ? body.join('') : body.join('\n').trimEnd();
}

/** Characters that {@link assemble} adds to a block besides title and lines. */
function frame(format: RenderFormat): number {
	return format === 'note' ? '<ul></ul>'.length : 1;
}

function titleOf(title: string, format: RenderFormat): string {
	const safe = escapeFor(format, title);
	if (format === 'note') return `<p><strong>${safe}</strong></p>`;
	return format === 'markdown' ? `### ${safe}\n\n` : `${safe.toUpperCase()}\n`;
}

function lineOf({ label, value, href }: Line, format: RenderFormat): string {
	const shown = escapeFor(format, value);
	const name = label ? escapeFor(format, label) : undefined;
	const link = href && safeLink(href);
	if (format === 'note') {
		const text = link ? `<a href="${link}" rel="noopener noreferrer">${shown}</a>` : shown;
		return `<li dir="auto">${name ? `<strong>${name}:</strong> ` : ''}${text}</li>`;
	}
	if (format === 'markdown') {
		const text = link ? `[${shown}](<${link}>)` : shown;
		return `- ${name ? `**${name}:** ` : ''}${text}\n`;
	}
	return `• ${name ? `${name}: ` : ''}${shown}${link ? ` ${link}` : ''}\n`;
}

/** An address that a reader may follow, in a form that no format reads anything else into; undefined for other schemes. */
function safeLink(href: string): string | undefined {
	let url: URL;
	try {
		url = new URL(href);
	} catch {
		return undefined;
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
	return url.href
		.replace(
			/["'<>()[\]{}`*_~|\\\s]/gu,
			(character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
		)
		.replace(/&/gu, '&amp;');
}
