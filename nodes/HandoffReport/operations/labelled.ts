import {
	labelledParts,
	recordsSince,
	VERDICTS,
	verdictTag,
	wasNeeded,
} from '../../../core/metrics';
import type { ConversationMessage } from '../../../core/conversation/message';
import { toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

/** Messages of a conversation that the rule test is given, from the newest back. */
const MESSAGES = 200;

export const labelled: Operation = {
	option: {
		name: 'Get Labelled',
		value: 'labelled',
		action: 'Get labelled conversations',
		description:
			'Each with its messages and whether a person was needed, as Escalation Scorer → Test Rules reads it',
	},
	fields: periodFields(['labelled']),
	async execute(run) {
		const { store } = run;
		const period = periodOf(run);
		const found = await Promise.all(
			VERDICTS.map((verdict) =>
				recordsSince(store, period.from, MOST_CONVERSATIONS, { tag: verdictTag(verdict) }),
			),
		);
		const conversations = found
			.flatMap(({ records }) => records.map(({ conversation }) => conversation))
			.filter(({ lastMessageAt }) => lastMessageAt < period.to);
		const unique = [...new Map(conversations.map((one) => [one.id, one])).values()];
		const items = await Promise.all(
			unique.map(async (conversation) => {
				const messages = await store.history(conversation.id, { limit: MESSAGES });
				const audit = await store.audit(conversation.id);
				return labelledParts({ conversation, audit, clocks: [] }).map(
					({ subject, verdict, from, to }) => ({
						json: toJson({
							id: conversation.id,
							...(subject === undefined ? {} : { about: subject }),
							verdict,
							escalated: wasNeeded(verdict),
							messages: asScored(
								messages.filter(
									({ sentAt }) => sentAt > from && (to === undefined || sentAt <= to),
								),
							),
						}),
					}),
				);
			}),
		);
		return items.flat();
	},
};

/**
 * The messages as the scorer met them: it reads what the bot knew of the customer's words, and its draft of an answer, with those
 * words, before the answer goes out.
 */
function asScored(messages: readonly ConversationMessage[]) {
	const said = messages.filter(({ author, internal }) => author !== 'system' && !internal);
	return said.map(({ id, author, type, text, sentAt }, index) => {
		const next = said[index + 1];
		const bot = author === 'customer' && next?.bot ? { ...next.bot, reply: next.text } : undefined;
		return { id, author, type, text, sentAt, ...(bot ? { bot } : {}) };
	});
}
