import { amountsIn, inCurrency } from './amounts';
import type { PhraseMatch } from './matcher';
import { strongest, words } from './reading';
import type { SignalContext } from './signal';
import type { LeadClass } from './types';

export interface Lead {
	leadClass: LeadClass;
	/** For the team, each naming the words it rests on. */
	reasons: string[];
	evidence?: string;
	/** 0 to 1. */
	strength: number;
}

/** From this many units on, an order is a large one. */
const LARGE_QUANTITY = 50;
const UNITS =
	/^(units?|pcs|pieces?|items?|licen[cs]es|seats|users|employees|people|boxes|pallets|copies|devices|tickets|rooms|unidades|piezas|stück|stueck|lizenzen|pezzi|stuks|buah|unit|pièces|pieces|licences|usuarios|empleados|funcionários|mitarbeiter|dipendenti|medewerkers|karyawan|قطعة|وحدة|موظف)/u;

const KINDS = [
	['lead.partnership', 0.8, 'Partnership'],
	['lead.bulk', 0.85, 'Bulk order'],
	['lead.enterprise', 0.75, 'Business customer'],
	['lead.hot', 0.7, 'Wants to buy'],
	['lead.warm', 0.35, 'Asks about price or product'],
] as const;

/** Hot, warm or cold: by amounts, quantities, buying intent, partnership and enterprise enquiries. */
export function classifyLead({
	input,
	settings,
	reading,
}: Pick<SignalContext, 'input' | 'settings' | 'reading'>): Lead {
	const reasons: string[] = [];
	let strength = 0;
	let evidence: string | undefined;
	const add = (value: number, reason: string, said: string) => {
		reasons.push(`${reason}: "${said}"`);
		if (value > strength) evidence = said;
		strength = Math.max(strength, value) + (strength > 0 && value > 0 ? 0.1 : 0);
	};
	const { text } = input.message;
	const order = orderValue(input);
	if (order > 0 && order >= settings.highValue) {
		add(1, 'Large order', `${Math.round(order)} ${settings.currency}`);
	}
	const { money, numbers } = amountsIn(text);
	// A large sum in a complaint or in what was bought long ago is no sale; a sum with buying words is.
	const wanted = strongest(reading, 'lead.hot', 'lead.bulk', 'lead.enterprise', 'lead.partnership');
	const deal = !complains(reading) && (wanted !== undefined || !isNoDeal(reading));
	for (const amount of money) {
		const value = inCurrency(amount, settings.currency);
		if (deal && settings.highValue > 0 && value >= settings.highValue)
			add(wanted || reading.found.has('lead.warm') ? 1 : 0.8, 'High value', amount.text);
	}
	for (const number of numbers) {
		if (deal && number.value >= LARGE_QUANTITY && UNITS.test(number.unit))
			add(0.9, 'Large quantity', number.text);
	}
	for (const [group, value, reason] of KINDS) {
		const match = strongest(reading, group);
		if (match && !turnsDown(reading, match))
			add(value * match.strength, reason, words(reading, match));
	}
	strength = Math.min(1, strength);
	const hot = strength >= 0.7;
	if (hot && settings.leadCategories.length > 0) {
		const folded = text.toLowerCase();
		const named = settings.leadCategories.some((category) =>
			folded.includes(category.toLowerCase().replace(/\*$/, '')),
		);
		if (!named) {
			return {
				leadClass: 'WARM',
				reasons: [...reasons, 'Not in a category that counts as hot'],
				strength: Math.min(strength, 0.4),
				...(evidence ? { evidence } : {}),
			};
		}
	}
	return {
		leadClass: hot ? 'HOT' : strength >= 0.3 ? 'WARM' : 'COLD',
		reasons,
		strength,
		...(evidence ? { evidence } : {}),
	};
}

/** Words between a negation and the wish that it turns down, at most: "no, I do not [want to] buy it". */
const NEGATION_REACH = 4;

/** "No, I do not want to buy it" is no interest; "no, I want to buy 60" is. */
function turnsDown(reading: SignalContext['reading'], match: PhraseMatch): boolean {
	const { found, lexicon, languages, words: read } = reading;
	if (!(found.get('rejection') ?? []).some(({ from }) => from === 0)) return false;
	for (let i = Math.max(1, match.from - NEGATION_REACH); i < match.from; i++) {
		if (languages.some((language) => lexicon.matcher.listAt(language, 'negation', read, i) > 0))
			return true;
	}
	return false;
}

function complains(reading: SignalContext['reading']): boolean {
	return (
		reading.found.has('topic.refund') ||
		reading.found.has('topic.security') ||
		reading.found.has('topic.complaint') ||
		reading.feeling.value <= -0.3
	);
}

/** What was bought before, an invoice, a fee, the terms of delivery, or something that went wrong. */
function isNoDeal({ found }: SignalContext['reading']): boolean {
	return found.has('no_deal') || found.has('trouble');
}

function orderValue(input: SignalContext['input']): number {
	const items = input.message.order?.items ?? [];
	return items.reduce((sum, item) => sum + (item.price ?? 0) * item.quantity, 0);
}
