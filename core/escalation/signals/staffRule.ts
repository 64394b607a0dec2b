import { staffRules } from '../rules';
import type { Signal } from '../signal';

const DEFAULT_POINTS = 50;

/** Staff's own rules. "Always" hands over at once; others add their points. */
export const staffRule: Signal = {
	name: 'staff_rule',
	label: 'Own rule',
	find({ settings, reading }) {
		if (settings.rules.length === 0) return undefined;
		const hits = staffRules(settings.rules).apply(reading.words, reading.language.tag);
		if (hits.length === 0) return undefined;
		const always = hits.find(({ rule }) => rule.always);
		const first = always ?? hits[0]!;
		const queue = first.rule.queue ?? hits.find(({ rule }) => rule.queue)?.rule.queue;
		const skills = [...new Set(hits.map(({ rule }) => rule.skill).filter((s) => s !== undefined))];
		const points = hits.reduce((sum, { rule }) => sum + (rule.weight ?? DEFAULT_POINTS), 0);
		return {
			value: 1,
			...(always ? { immediate: true } : { weight: Math.min(100, points) }),
			reason: `Rule "${first.name}"`,
			evidence: hits.map(({ evidence }) => evidence).join('; '),
			...(queue ? { queue } : {}),
			...(skills.length > 0 ? { skills } : {}),
			rule: first.name,
		};
	},
};
