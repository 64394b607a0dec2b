import type { Owner } from '../../../core/conversation/conversation';

/** How long a conversation is put on hold, as the dialog offers it. */
const HOLDS = {
	hour: (now: Date) => inHours(1, now),
	fourHours: (now: Date) => inHours(4, now),
	tomorrow: (now: Date) => inDays(1, 9, now),
	week: (now: Date) => inDays(7, 9, now),
	open: () => undefined,
} as const;

export type HoldChoice = keyof typeof HOLDS | 'at';

/** What there is to choose: without an end only where somebody has the conversation, who ends the hold. */
export function holdChoices(owner: Owner | undefined): HoldChoice[] {
	const all: HoldChoice[] = ['hour', 'fourHours', 'tomorrow', 'week', 'open', 'at'];
	return owner?.kind === 'agent' ? all : all.filter((one) => one !== 'open');
}

/** When a hold ends by itself; `at` is what was entered as its time. Undefined where somebody has to end it. */
export function holdUntil(choice: HoldChoice, at: string, now: Date): Date | undefined {
	if (choice === 'at') return at ? new Date(at) : undefined;
	return HOLDS[choice](now);
}

export function inHours(hours: number, now = new Date()): Date {
	return new Date(now.getTime() + hours * 60 * 60 * 1000);
}

/** So many days from now, at this hour of the reader's clock. */
export function inDays(days: number, hour: number, now = new Date()): Date {
	const date = new Date(now);
	date.setDate(date.getDate() + days);
	date.setHours(hour, 0, 0, 0);
	return date;
}
