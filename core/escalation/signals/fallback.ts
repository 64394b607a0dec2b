import type { Signal } from '../signal';

/** The bot did not understand, this time and before; hands over when the limit is reached. */
export const fallback: Signal = {
	name: 'fallback',
	label: 'Bot did not understand',
	find({ before, after, settings, bot, input }) {
		if (after.fallbacks === 0 || after.fallbacks <= before.fallbacks) return undefined;
		const reached = after.fallbacks >= settings.fallbackLimit;
		const times = after.fallbacks === 1 ? 'once' : `${after.fallbacks} times in a row`;
		return {
			value: Math.min(1, after.fallbacks / settings.fallbackLimit),
			immediate: reached,
			reason: `The bot did not understand the customer ${times}`,
			evidence: bot.reply?.slice(0, 200) ?? input.message.text.slice(0, 200),
			...(reached ? { priority: 'normal' as const } : {}),
		};
	},
};
