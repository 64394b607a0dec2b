import type { PhraseMatch } from '../matcher';
import { recognise } from '../model';
import { type Reading, words } from '../reading';
import type { Finding, Signal } from '../signal';
import type { QueueNames } from '../types';

interface Topic {
	reason: string;
	queue: keyof QueueNames;
	skill: string;
	urgent?: boolean;
	/** "cancel my Tuesday appointment" is harmless; "cancel my contract or I call my lawyer" is not. */
	harmlessWords?: boolean;
}

/** Topics that always need a person, the more sensitive first. */
export const TOPICS: Readonly<Record<string, Topic>> = {
	legal: {
		reason: 'The customer raises a legal matter',
		queue: 'support',
		skill: 'legal',
		urgent: true,
	},
	security: {
		reason: 'The security of an account or card is at stake',
		queue: 'backOffice',
		skill: 'security',
		urgent: true,
	},
	health: {
		reason: 'The customer mentions a health matter',
		queue: 'support',
		skill: 'health',
		urgent: true,
	},
	hardship: {
		reason: 'The customer mentions financial hardship',
		queue: 'backOffice',
		skill: 'payments',
	},
	complaint: {
		reason: 'The customer complains',
		queue: 'support',
		skill: 'complaints',
		urgent: true,
	},
	refund: {
		reason: 'The customer disputes a charge or wants money back',
		queue: 'backOffice',
		skill: 'refunds',
		harmlessWords: true,
	},
	cancellation: {
		reason: 'The customer wants to cancel a contract, account or order',
		queue: 'support',
		skill: 'retention',
		harmlessWords: true,
	},
	identity: {
		reason: 'The identity of the customer is in question',
		queue: 'backOffice',
		skill: 'identity',
	},
	payment: { reason: 'A payment has gone wrong', queue: 'backOffice', skill: 'payments' },
	contract: {
		reason: 'The customer asks about contract terms',
		queue: 'sales',
		skill: 'contracts',
	},
	technical: { reason: 'Something does not work', queue: 'support', skill: 'technical' },
};

const NONE: readonly PhraseMatch[] = [];
/** The topics with the phrase group of each. */
const GROUPS = Object.keys(TOPICS).map((name) => [name, `topic.${name}`] as const);

/** Below this the model alone does not hand over. */
const SURE = 0.6;
const DOUBT = 0.6;
/** A topic of this strength hands over at once. */
const CERTAIN = 0.85;

/** Complaint, refund dispute, cancellation, security, legal … told by phrases in context, and in English by a small model. */
export const topic: Signal = {
	name: 'topic',
	label: 'Sensitive topic',
	find({ reading, settings }) {
		const always = (name: string) => settings.alwaysTopics.includes(name);
		let best: { name: string; value: number; evidence: string } | undefined;
		for (const [name, group] of GROUPS) {
			for (const match of reading.found.get(group) ?? NONE) {
				const value = always(name) ? Math.max(match.strength, CERTAIN) : match.strength;
				if (best && value <= best.value) continue;
				if (TOPICS[name]!.harmlessWords && harmless(reading, match)) continue;
				best = { name, value, evidence: words(reading, match) };
			}
		}
		const learnt = recognise('topics', reading);
		const learntValue = !learnt
			? 0
			: learnt.probability < SURE
				? learnt.probability * DOUBT
				: always(learnt.label)
					? Math.max(learnt.probability, CERTAIN)
					: learnt.probability;
		const policy = reading.found.has('topic_harmless');
		if (learnt && !policy && learnt.label in TOPICS && (!best || learntValue > best.value)) {
			best = { name: learnt.label, value: learntValue, evidence: learnt.evidence };
		}
		if (!best || best.value < 0.15) return undefined;
		const { reason, queue, skill, urgent } = TOPICS[best.name]!;
		const finding: Finding = {
			value: best.value,
			reason,
			evidence: best.evidence,
			queue: settings.queues[queue],
			skills: [skill],
			rule: `topic.${best.name}`,
		};
		if (best.value >= CERTAIN) finding.immediate = true;
		if (urgent && best.value >= 0.7) finding.priority = 'high';
		return finding;
	},
};

function harmless(reading: Reading, match: PhraseMatch): boolean {
	return (reading.found.get('topic_harmless') ?? []).some(
		(other) =>
			other.language === match.language &&
			(other.from < match.to && match.from < other.to
				? true
				: reading.words.sentences[other.from] === reading.words.sentences[match.from]),
	);
}
