import type { IExecuteFunctions } from 'n8n-workflow';

import type { PresetName, ScorerSettings, SignalName, StaffRule } from '../../core/escalation';
import { wordsOf } from '../../core/words';

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
	queueSupport?: string;
	queueSales?: string;
	queueBackOffice?: string;
	queueVip?: string;
}

/** The scorer's settings from the node's parameters; what is not set is left to the preset. */
export function scorerSettings(context: IExecuteFunctions, index: number): ScorerSettings {
	const options = context.getNodeParameter('options', index, {}) as Options;
	const {
		leadCategories,
		vipTags,
		vipList,
		queueSupport,
		queueSales,
		queueBackOffice,
		queueVip,
		...numbers
	} = options;
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
		},
		rules: (rules.rule ?? []).map(ruleOf),
	};
}

function ruleOf(fields: RuleFields): StaffRule {
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

function lines(text: string | undefined): string[] {
	return (text ?? '')
		.split(/[,\n]/)
		.map((line) => line.trim())
		.filter(Boolean);
}
