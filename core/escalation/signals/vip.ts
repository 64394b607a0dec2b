import { comparablePhone, countryOf } from '../../crm/phone';
import type { Signal } from '../signal';

/** A VIP by tag, segment, profile field or list goes straight to a person, past the bot. */
export const vip: Signal = {
	name: 'vip',
	label: 'VIP',
	find({ input, settings }) {
		const { profile, conversation } = input;
		if (!profile && !conversation?.tags) return undefined;
		const evidence = vipBecause();
		if (evidence === undefined) return undefined;
		return {
			value: 1,
			immediate: true,
			priority: 'high',
			queue: settings.queues.vip,
			reason: 'The customer is a VIP',
			evidence,
		};

		function vipBecause(): string | undefined {
			if (profile?.vip === true) return 'marked as VIP';
			const wanted = new Set(settings.vipTags.map(plain));
			for (const tag of conversation?.tags ?? []) if (wanted.has(plain(tag))) return `tag ${tag}`;
			if (profile?.segment && wanted.has(plain(profile.segment)))
				return `segment ${profile.segment}`;
			for (const [name, value] of Object.entries(profile?.fields ?? {})) {
				if (wanted.has(plain(String(value)))) return `${name} ${String(value)}`;
				if (value === true && wanted.has(plain(name))) return name;
			}
			const known = new Set(
				[profile?.phone, profile?.email, profile?.name].filter(Boolean).map((v) => plain(v!)),
			);
			const listed = settings.vipList.find(
				(entry) => known.has(plain(entry)) || isNumber(entry, profile?.phone),
			);
			return listed === undefined ? undefined : `on the VIP list: ${listed}`;
		}
	},
};

/** Without case, and for phone numbers without spaces and punctuation. */
function plain(value: string): string {
	const text = value.trim().toLowerCase();
	return /^\+?[\d\s().-]{6,}$/.test(text) ? text.replace(/\D/g, '') : text;
}

/** Digits at the end that two spellings of one number share; others need not be parsed, which costs more. */
const LAST_DIGITS = 6;

/** Whether a list's entry is this number in E.164 in another spelling, e.g. "0049 (0)151 …" or as it is dialled at home. */
function isNumber(entry: string, phone: string | undefined): boolean {
	const digits = plain(entry);
	if (!phone || digits.length < LAST_DIGITS || !phone.endsWith(digits.slice(-LAST_DIGITS))) {
		return false;
	}
	return comparablePhone(entry, countryOf(phone)) === comparablePhone(phone);
}
