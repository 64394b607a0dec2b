import type { Signal } from '../signal';

/** The bot itself asks for a person: a handoff tool call, or a step of its flow. */
export const botRequest: Signal = {
	name: 'bot_request',
	label: 'Bot asked for a person',
	find({ bot }) {
		if (bot.handoffRequested !== true) return undefined;
		const why = bot.handoffReason?.trim();
		return {
			value: 1,
			immediate: true,
			reason: why
				? `The bot asked for a person: ${why.slice(0, 200)}`
				: 'The bot asked for a person',
			...(why ? { evidence: why.slice(0, 200) } : {}),
		};
	},
};
