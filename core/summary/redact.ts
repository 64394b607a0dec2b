import type { Brief, Grounded } from './brief';
import { CODE_KINDS } from './references';
import { makeHeadline, suggestReply } from './reply';
import type { RedactionRules } from './secrets';
import { asksForSecret, findSecrets, isBareSecret } from './secrets';

/** Replaces every secret that the rules name with a mask such as `[card •••• 4242]`. What was there cannot be had back from it. */
export function redactText(text: string, rules: RedactionRules): string {
	let out = '';
	let from = 0;
	for (const secret of findSecrets(text, rules)) {
		out += text.slice(from, secret.start) + secret.mask;
		from = secret.end;
	}
	return out + text.slice(from);
}

/**
 * A brief without the secrets that the rules name, in any of its texts. Headline and suggested reply are made anew from what
 * is left, since a text cut to length could hold half a secret that nothing recognises any more.
 */
export function redactBrief(brief: Brief, asked: RedactionRules): Brief {
	const codes = brief.references.filter(({ kind }) => CODE_KINDS.includes(kind));
	const rules = { ...asked, known: new Set(codes.map(({ value }) => value)) };
	const pieces = spreadPieces(brief.transcript, ({ who }) => who, rules);
	const text = (value: string) => redactText(withoutPieces(value, pieces), rules);
	const grounded = (statement: Grounded) => ({ ...statement, value: text(statement.value) });
	const transcript = redactTranscript(brief.transcript, rules);
	const bare = rules.kinds.includes('password') ? bareSecrets(brief.transcript) : new Set<string>();
	const statement = (value: Grounded) =>
		bare.has(value.value.trim()) ? { ...value, value: BARE_MASK } : grounded(value);
	const { memory: _memory, ...rest } = brief;
	const redacted: Brief = {
		...rest,
		customer: {
			...brief.customer,
			...(brief.customer.name ? { name: text(brief.customer.name) } : {}),
			...(brief.customer.email ? { email: text(brief.customer.email) } : {}),
			...(brief.customer.phone ? { phone: text(brief.customer.phone) } : {}),
		},
		...(brief.escalation
			? {
					escalation: {
						...brief.escalation,
						reason: text(brief.escalation.reason),
						evidence: brief.escalation.evidence.map(statement),
					},
				}
			: {}),
		...(brief.intent ? { intent: { ...brief.intent, name: text(brief.intent.name) } } : {}),
		...(brief.need ? { need: statement(brief.need) } : {}),
		...(brief.unansweredQuestion
			? { unansweredQuestion: statement(brief.unansweredQuestion) }
			: {}),
		...(brief.product ? { product: statement(brief.product) } : {}),
		...(brief.budget ? { budget: statement(brief.budget) } : {}),
		...(brief.timeline ? { timeline: statement(brief.timeline) } : {}),
		...(brief.urgency ? { urgency: statement(brief.urgency) } : {}),
		references: brief.references.map((reference) => ({ ...reference, ...statement(reference) })),
		botTried: brief.botTried.map(statement),
		collected: Object.fromEntries(
			Object.entries(brief.collected).map(([key, value]) => [
				key,
				redactCollected(key, value, rules),
			]),
		),
		attachments: brief.attachments.map((file) => ({
			...file,
			...(file.name ? { name: text(file.name) } : {}),
			...(file.url ? { url: text(file.url) } : {}),
		})),
		openDeals: brief.openDeals.map((deal) => ({ ...deal, name: text(deal.name) })),
		openOrders: brief.openOrders.map((order) => ({ ...order, reference: text(order.reference) })),
		transcript,
	};
	redacted.headline = makeHeadline(redacted);
	redacted.suggestedReply = suggestReply(redacted);
	return redacted;
}

const BARE_MASK = '[code ••••]';

/** A transcript without secrets; a bare code that answers "Enter the code that we sent" is one too. */
export function redactTranscript(
	transcript: Brief['transcript'],
	rules: RedactionRules,
): Brief['transcript'] {
	const bare = rules.kinds.includes('password') ? bareSecrets(transcript) : new Set<string>();
	const pieces = spreadPieces(transcript, ({ who }) => who, rules);
	return transcript.map((line) => ({
		...line,
		who: redactText(line.who, rules),
		text: bare.has(line.text.trim())
			? BARE_MASK
			: redactText(withoutPieces(line.text, pieces), rules),
	}));
}

/** A part of a number that somebody sent in several messages, and what stands in its place. */
export interface Piece {
	text: string;
	mask: string;
}

/** Most messages that one number is spread over. */
const MAX_SPREAD = 4;
/** "my card is 4242 4242", "DE89 3704 0044": the first digits of a message, with the country before them. */
const PIECE =
	/(?<![\p{L}\p{N}])(?:(?:[A-Z]{2} ?|[a-z]{2})(?=\d{2}))?\p{Nd}(?:[ .-]?(?:\p{Nd}|[A-Z]{1,4}(?![a-z])))*/u;
const MIN_PIECE = 3;

/** The pieces of cards and accounts that one sender spread over messages in a row, whatever others said between. */
export function spreadPieces<Line extends { text: string }>(
	lines: readonly Line[],
	sender: (line: Line) => string,
	rules: RedactionRules,
): Piece[] {
	const kinds = rules.kinds.filter((kind) => kind === 'card' || kind === 'iban');
	if (kinds.length === 0) return [];
	const pieces: Piece[] = [];
	const runs = new Map<string, string[]>();
	for (const line of lines) {
		const piece = PIECE.exec(line.text)?.[0].trim() ?? '';
		if (piece.length < MIN_PIECE) continue;
		const run = [...(runs.get(sender(line)) ?? []), piece].slice(-MAX_SPREAD);
		runs.set(sender(line), run);
		for (let from = 0; from < run.length - 1; from += 1) {
			const parts = run.slice(from);
			const [found] = findSecrets(parts.join(' '), { kinds });
			if (!found || found.start > 0 || found.end < parts.join(' ').length) continue;
			parts.forEach((text, index) => {
				const mask = index === 0 ? found.mask : found.mask.replace(/ \w+\]$/u, ']');
				pieces.push({ text, mask });
			});
		}
	}
	return pieces;
}

/** A text without those pieces. */
export function withoutPieces(text: string, pieces: readonly Piece[]): string {
	return pieces.reduce((rest, piece) => rest.split(piece.text).join(piece.mask), text);
}

function bareSecrets(transcript: Brief['transcript']): Set<string> {
	const bare = new Set<string>();
	transcript.forEach((line, index) => {
		const before = transcript[index - 1];
		if (before && before.who !== line.who && asksForSecret(before.text) && isBareSecret(line.text))
			bare.add(line.text.trim());
	});
	return bare;
}

/** A collected value is read together with its name: `pin: 4711`. */
function redactCollected(
	key: string,
	value: string | number | boolean,
	rules: RedactionRules,
): string | number | boolean {
	if (typeof value === 'boolean') return value;
	const label = key.replace(/([a-z])([A-Z])/gu, '$1 $2').replace(/[_-]+/gu, ' ');
	const prefix = `${label}: `;
	const whole = redactText(prefix + String(value), rules);
	const redacted = whole.startsWith(prefix)
		? whole.slice(prefix.length)
		: redactText(String(value), rules);
	return redacted === String(value) ? value : redacted;
}
