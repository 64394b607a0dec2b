import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { Alert, AlertView } from './alert';
import { alertView, coalesce, isCurrent } from './alert';
import type { SlaEvent } from './clock';

/** What raising events needs of the store. */
export type AlertStore = Pick<
	HandoffStore,
	'nextClockEventAt' | 'takeDueEvents' | 'confirmEvents' | 'conversation' | 'clocks' | 'getSetting'
>;

/**
 * Hands alerts on to whoever acts on them. Settles once the alert is in safe hands, and is refused if it is not: it comes again
 * then.
 */
export type AlertDelivery = (alert: Alert, view: AlertView) => Promise<void>;

export interface AlertPass {
	/**
	 * One for each alert that was begun, in order: settles when it has been handed on and confirmed, is refused if that did not
	 * work; then the alert comes again when its lease is over.
	 */
	underWay: Array<Promise<void>>;
	/** Events that had become pointless before they could be raised. */
	outdated: number;
	/** Whether there may be more at once. */
	more: boolean;
}

/**
 * How long events belong to the pass that took them. If the process dies they come again after it, with the same ids. A
 * delivery takes less, so that no two processes hand on the same event.
 */
export const LEASE_MS = 60_000;

/**
 * Takes at most about `limit` events that are due, begins to hand on those that are still true, one alert for each
 * conversation, and confirms an event only when it has been handed on. Costs what is due, whatever the number of open clocks.
 */
export async function raiseDueEvents(
	store: AlertStore,
	deliver: AlertDelivery,
	now: IsoTime,
	limit: number,
): Promise<AlertPass> {
	const taken = await store.takeDueEvents(now, limit, LEASE_MS);
	if (taken.length === 0) return { underWay: [], outdated: 0, more: false };
	const { current, outdated } = await sort(store, taken);
	if (outdated.length > 0) {
		await store.confirmEvents(
			outdated.map(({ id }) => id),
			now,
		);
	}
	const inboxUrl = await store.getSetting<string>('inbox.url');
	const underWay = coalesce(current).map(async (alert) => {
		await deliver(alert, alertView(alert, now, inboxUrl));
		await store.confirmEvents(
			[alert.event, ...alert.others].map(({ id }) => id),
			now,
		);
	});
	return { underWay, outdated: outdated.length, more: taken.length >= limit };
}

async function sort(store: AlertStore, events: SlaEvent[]) {
	const current: Array<{ event: SlaEvent; conversation: Alert['conversation'] }> = [];
	const outdated: SlaEvent[] = [];
	const byConversation = new Map<string, SlaEvent[]>();
	for (const event of events) {
		const id = event.clock.conversationId;
		byConversation.set(id, [...(byConversation.get(id) ?? []), event]);
	}
	for (const [id, due] of byConversation) {
		const [conversation, clocks] = await Promise.all([store.conversation(id), store.clocks(id)]);
		for (const event of due) {
			if (conversation && isCurrent(event, conversation, clocks)) {
				// The clock as it is now: its due time may have been moved by a pause since.
				const clock = clocks.find((one) => one.id === event.clock.id) ?? event.clock;
				current.push({ event: { ...event, clock }, conversation });
			} else {
				outdated.push(event);
			}
		}
	}
	return { current, outdated };
}
