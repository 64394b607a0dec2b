import type { IExecuteFunctions } from 'n8n-workflow';

import type { PresetName, ScorerSettings, SignalName, StaffRule } from '../../core/escalation';
import { wordsOf } from '../../core/words';
import { ParameterInvalid } from '../shared/checkParameters';

/** One rule as the node's form gives it. */
interface RuleFields {
	name?: string;
	phrases?: string;
	match?: 'any' | 'all';
	unless?: string;
	language?: string;
	effect?: 'always' | 'points';
	points?: number;
	queue?: string;
	skill?: string;
}

interface Options {
	threshold?: number;
	hysteresis?: number;
	decay?: number;
	fallbackLimit?: number;
	confidenceBar?: number;
	negativesLimit?: number;
	highValue?: number;
	currency?: string;
	leadCategories?: string;
	vipTags?: string;
	vipList?: string;
	readableTypes?: string[];
	alwaysTopics?: string[];
	queueSupport?: string;
	queueSales?: string;
	queueBackOffice?: string;
	queueVip?: string;
	queueSpecialists?: string;
}

/** The scorer's settings, and the name of a queue that it never suggests itself: the router's rules do. */
export interface NodeSettings extends ScorerSettings {
	queues: NonNullable<ScorerSettings['queues']> & { specialists?: string };
}

/** The scorer's settings from the node's parameters; what is not set is left to the preset. */
export function scorerSettings(context: IExecuteFunctions, index: number): NodeSettings {
	const options = context.getNodeParameter('options', index, {}) as Options;
	const {
		leadCategories,
		vipTags,
		vipList,
		queueSupport,
		queueSales,
		queueBackOffice,
		queueVip,
		queueSpecialists,
		...numbers
	} = options;
	checkCurrency(options.currency);
	const rules = context.getNodeParameter('rules', index, {}) as { rule?: RuleFields[] };
	return {
		...numbers,
		preset: context.getNodeParameter('preset', index, 'balanced') as PresetName,
		weights: context.getNodeParameter('weights', index, {}) as Partial<Record<SignalName, number>>,
		...(leadCategories === undefined ? {} : { leadCategories: wordsOf(leadCategories) }),
		...(vipTags === undefined ? {} : { vipTags: wordsOf(vipTags) }),
		...(vipList === undefined ? {} : { vipList: wordsOf(vipList) }),
		queues: {
			...(queueSupport ? { support: queueSupport } : {}),
			...(queueSales ? { sales: queueSales } : {}),
			...(queueBackOffice ? { backOffice: queueBackOffice } : {}),
			...(queueVip ? { vip: queueVip } : {}),
			...(queueSpecialists ? { specialists: queueSpecialists } : {}),
		},
		rules: (rules.rule ?? []).map(ruleOf),
	};
}

function checkCurrency(currency: string | undefined): void {
	if (!currency || /^[a-z]{3}$/iu.test(currency.trim())) return;
	throw new ParameterInvalid(
		`Currency is “${currency}”, which is no currency code`,
		'Use a code of three letters, such as USD, EUR or INR.',
	);
}

function ruleOf(fields: RuleFields, index: number): StaffRule {
	checkRule(fields, index);
	return {
		...(fields.name ? { name: fields.name } : {}),
		phrases: lines(fields.phrases),
		match: fields.match ?? 'any',
		unless: lines(fields.unless),
		...(fields.language ? { language: fields.language } : {}),
		always: (fields.effect ?? 'always') === 'always',
		weight: fields.points ?? 50,
		...(fields.queue ? { queue: fields.queue } : {}),
		...(fields.skill ? { skill: fields.skill } : {}),
	};
}

/** A rule that can never fire, or fires at something else than is meant, would do so without a word. */
function checkRule(fields: RuleFields, index: number): void {
	const where = `Rules, ${fields.name ? `“${fields.name}”` : `rule ${index + 1}`}`;
	const phrases = lines(fields.phrases);
	if (phrases.length === 0) {
		throw new ParameterInvalid(
			`${where}: Phrases is empty, so it can never fire`,
			'Write a word or a phrase to look for, or remove the rule.',
		);
	}
	for (const phrase of [...phrases, ...lines(fields.unless)]) {
		if (/^\/.+\/[a-z]*$/u.test(phrase) || /\\[a-z]|\(\?|\[[^\]]*-/iu.test(phrase)) {
			throw new ParameterInvalid(
				`${where}: “${phrase}” is a regular expression, and phrases are words`,
				'Write the words themselves: “cancel*” is any word that begins so, “(a|b)” one of several, “..” up to three words in between.',
			);
		}
		if (!/[\p{L}\p{N}]/u.test(phrase)) {
			throw new ParameterInvalid(
				`${where}: “${phrase}” holds no word to look for`,
				'Write at least one word, for example “talk to a person”.',
			);
		}
	}
}

function lines(text: string | undefined): string[] {
	return (text ?? '')
		.split(/[,\n]/)
		.map((line) => line.trim())
		.filter(Boolean);
}
