import { recordsSince, VERDICTS, verdictOn, verdictTag, wasNeeded } from '../../../core/metrics';
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
		return Promise.all(
			conversations.map(async (conversation) => {
				const verdict = verdictOn(conversation)!;
				const messages = await store.history(conversation.id, { limit: MESSAGES });
				return {
					json: toJson({
						id: conversation.id,
						verdict,
						escalated: wasNeeded(verdict),
						messages: messages
							.filter(({ author }) => author !== 'system')
							.map(({ id, author, type, text, sentAt }) => ({ id, author, type, text, sentAt })),
					}),
				};
			}),
		);
	},
};
