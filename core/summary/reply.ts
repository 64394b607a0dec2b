import type { Brief } from './brief';
import { languageFor } from './languages';
import type { ReplyTemplates } from './languages/language';
import { has } from './languages/language';
import { REFERENCE_LABELS } from './references';
import { validIban } from './secrets';
import { clip, oneLine, sameWords } from './text';

/** Longest quotation within a suggested reply or a headline, in characters. */
const MAX_QUOTE = 160;
const MAX_HEADLINE = 140;
const MAX_THING = 30;

type Facts = Pick<
	Brief,
	'customer' | 'unansweredQuestion' | 'need' | 'product' | 'budget' | 'references' | 'escalation'
>;

/**
 * A first line for the agent, in the customer's language: greets by name and picks up where the bot stopped. Says nothing
 * but what the messages say and promises nothing.
 */
export function suggestReply(facts: Facts): string {
	const reply = templatesFor(facts);
	const name = firstName(facts.customer.name);
	const parts = [name ? fill(reply.helloName, 'name', name) : reply.hello];
	const quote = (text: string) => clip(text, MAX_QUOTE);
	const code = codeOf([...facts.references].reverse());
	if (!facts.unansweredQuestion && !facts.need && !facts.product && !code)
		return [...parts, reply.open].join(' ');
	parts.push(reply.takenOver);
	if (facts.unansweredQuestion)
		parts.push(fill(reply.question, 'value', quote(facts.unansweredQuestion.value)));
	// Whoever names a sum means to buy; else the product may be what is broken.
	else if (facts.product && (facts.budget || !facts.need))
		parts.push(fill(reply.product, 'value', quote(facts.product.value)));
	else if (facts.need) parts.push(fill(reply.need, 'value', quote(facts.need.value)));
	if (code) parts.push(fill(reply.order, 'value', code.value));
	parts.push(reply.close);
	return parts.join(' ');
}

/** In the letters that the customer writes the language with. */
function templatesFor({ customer, unansweredQuestion, need, product }: Facts): ReplyTemplates {
	const { reply, replyInLatin, script } = languageFor(customer.language);
	const written = [unansweredQuestion, need, product].map((said) => said?.value ?? '').join(' ');
	return replyInLatin && script && /\p{Script=Latin}/u.test(written) && !has(script, written)
		? replyInLatin
		: reply;
}

const CODES = ['order', 'invoice', 'tracking', 'ticket'];

/** What the customer need not send again; a bank account is nothing to repeat. */
function codeOf(references: Facts['references']): Facts['references'][number] | undefined {
	return (
		references.find(({ kind }) => CODES.includes(kind)) ??
		references.find(
			({ kind, value }) =>
				kind === 'account' && !validIban(value.replace(/[^A-Za-z\d]/gu, '').toUpperCase()),
		)
	);
}

/** The name to greet by: the first word of a name that is made of letters; undefined for nicknames that are none. */
export function firstName(name: string | undefined): string | undefined {
	const first = oneLine(name ?? '').split(' ')[0] ?? '';
	return /^\p{L}[\p{L}\p{M}'’.-]{1,29}$/u.test(first) ? first : undefined;
}

/** One line for a notification: who, how urgent, and what it is about. */
export function makeHeadline(facts: Facts): string {
	const { customer, escalation } = facts;
	const parts = [customer.name ?? customer.phone ?? customer.userId ?? 'Customer'];
	if (customer.vip) parts.push('VIP');
	if (escalation && (escalation.priority === 'high' || escalation.priority === 'urgent'))
		parts.push(escalation.priority === 'high' ? 'High priority' : 'Urgent');
	const code = codeOf(facts.references);
	if (code) parts.push(`${REFERENCE_LABELS[code.kind]} ${code.value}`);
	const about = facts.unansweredQuestion ?? facts.need ?? facts.product;
	// "When will you send it?" says little by itself.
	const thing = facts.unansweredQuestion && facts.product?.value;
	if (thing && !sameWords(facts.unansweredQuestion!.value).includes(sameWords(thing)))
		parts.push(clip(thing, MAX_THING));
	const head = oneLine(parts.join(' · '));
	const tail = about?.value ?? escalation?.reason;
	if (!tail) return clip(head, MAX_HEADLINE);
	const short = clip(head, 80);
	return `${short} · ${clip(oneLine(tail), MAX_HEADLINE - short.length - 3)}`;
}

function fill(template: string, key: string, value: string): string {
	return template.split(`{${key}}`).join(value);
}
