import type { QueueNames, ScorerSettings } from './types';

/** Every signal, in the order in which reasons are given when several are equally strong. */
export const SIGNALS = [
	'emergency',
	'human_request',
	'bot_request',
	'staff_rule',
	'vip',
	'topic',
	'high_value',
	'fallback',
	'abuse',
	'sentiment',
	'negative_streak',
	'repetition',
	'bot_loop',
	'trouble',
	'attachment',
	'second_opinion',
	'carried_over',
] as const;
export type SignalName = (typeof SIGNALS)[number];

export const PRESETS = ['cautious', 'balanced', 'assertive'] as const;
export type PresetName = (typeof PRESETS)[number];

/** Every setting that has a number, filled in. */
export interface ResolvedSettings extends Required<
	Omit<ScorerSettings, 'preset' | 'weights' | 'rules' | 'queues'>
> {
	preset: PresetName;
	weights: Record<SignalName, number>;
	rules: NonNullable<ScorerSettings['rules']>;
	queues: QueueNames;
}

/**
 * Most points that each signal can give. Signals that hand over at once (`immediate`) do so whatever their weight, as long as
 * it is above 0; what is below the threshold by itself needs company.
 */
const WEIGHTS: Record<SignalName, number> = {
	emergency: 100,
	human_request: 95,
	bot_request: 90,
	staff_rule: 90,
	vip: 90,
	topic: 85,
	high_value: 75,
	fallback: 80,
	abuse: 70,
	sentiment: 70,
	negative_streak: 70,
	repetition: 60,
	bot_loop: 60,
	trouble: 58,
	attachment: 55,
	second_opinion: 40,
	carried_over: 100,
};

type Numbers = Pick<
	ResolvedSettings,
	'threshold' | 'hysteresis' | 'decay' | 'fallbackLimit' | 'confidenceBar' | 'negativesLimit'
>;

/**
 * Cautious hands over when in doubt, which is how to start; Assertive lets the bot go on for longer. The fallback limit of 2 is
 * what guides to WhatsApp handoff name.
 */
const PRESET_VALUES: Record<PresetName, Numbers> = {
	cautious: {
		threshold: 35,
		hysteresis: 10,
		decay: 0.7,
		fallbackLimit: 2,
		confidenceBar: 0.6,
		negativesLimit: 2,
	},
	balanced: {
		threshold: 50,
		hysteresis: 10,
		decay: 0.6,
		fallbackLimit: 2,
		confidenceBar: 0.5,
		negativesLimit: 3,
	},
	assertive: {
		threshold: 70,
		hysteresis: 10,
		decay: 0.5,
		fallbackLimit: 3,
		confidenceBar: 0.4,
		negativesLimit: 4,
	},
};

/** Types of message whose content reaches the bot as words or as a choice. */
const READABLE = ['text', 'interactive', 'button', 'reaction', 'order', 'edit', 'revoke', 'system'];

/** The settings with every gap filled; values out of range are brought into it. */
export function resolveSettings(settings: ScorerSettings = {}): ResolvedSettings {
	const preset =
		settings.preset && PRESETS.includes(settings.preset) ? settings.preset : 'balanced';
	const base = PRESET_VALUES[preset];
	const weights = { ...WEIGHTS };
	for (const name of SIGNALS)
		weights[name] = within(settings.weights?.[name], 0, 100, WEIGHTS[name]);
	return {
		preset,
		weights,
		threshold: within(settings.threshold, 1, 100, base.threshold),
		hysteresis: within(settings.hysteresis, 0, 50, base.hysteresis),
		decay: within(settings.decay, 0, 1, base.decay),
		fallbackLimit: within(settings.fallbackLimit, 1, 20, base.fallbackLimit),
		confidenceBar: within(settings.confidenceBar, 0, 1, base.confidenceBar),
		negativesLimit: within(settings.negativesLimit, 1, 20, base.negativesLimit),
		highValue: within(settings.highValue, 0, Number.MAX_SAFE_INTEGER, 1000),
		currency: settings.currency?.trim().toUpperCase() || 'USD',
		leadCategories: clean(settings.leadCategories),
		vipTags: settings.vipTags ? clean(settings.vipTags) : ['vip'],
		vipList: clean(settings.vipList),
		readableTypes: settings.readableTypes ?? READABLE,
		rules: settings.rules ?? [],
		alwaysTopics: clean(settings.alwaysTopics),
		queues: {
			support: settings.queues?.support || 'Support',
			sales: settings.queues?.sales || 'Sales',
			backOffice: settings.queues?.backOffice || 'Back Office',
			vip: settings.queues?.vip || 'Account Management',
		},
	};
}

function within(value: unknown, least: number, most: number, otherwise: number): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) return otherwise;
	return Math.min(most, Math.max(least, number));
}

function clean(values: readonly string[] | undefined): string[] {
	return (values ?? []).map((value) => String(value).trim()).filter(Boolean);
}
