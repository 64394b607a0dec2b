import { isHeld, rejoined } from '../conversation/burst';
import type { HandoffStore, IntakeResult } from '../ports/store';
import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import type { Alert, AlertView } from './alert';
import { alertView, coalesce, isCurrent } from './alert';
import type { SlaEvent } from './clock';

/** What the watchdog needs of the store. */
export type WatchdogStore = Pick<
	HandoffStore,
	| 'nextClockEventAt'
	| 'takeDueEvents'
	| 'confirmEvents'
	| 'conversation'
	| 'history'
	| 'clocks'
	| 'unhandled'
	| 'markHandled'
	| 'beginOnce'
	| 'completeOnce'
	| 'abandonOnce'
	| 'getSetting'
>;

/**
 * Hands alerts on to whoever acts on them. Each call settles once the alert is in safe hands, and is refused if it is not: it
 * comes again then.
 */
export interface WatchdogDelivery {
	alert(alert: Alert, view: AlertView): Promise<void>;
	/** A customer's message that no workflow has dealt with. */
	recovered(message: IntakeResult): Promise<void>;
}

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

export interface RecoveryPass {
	/** Messages handed on. */
	delivered: number;
	/** What went wrong with one that could not be; it is tried again with the next pass. */
	failure?: unknown;
	/** Whether there may be more at once. */
	more: boolean;
}

/** Messages that one pass recovers. */
const BATCH = 50;

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
	store: WatchdogStore,
	delivery: WatchdogDelivery,
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
		await delivery.alert(alert, alertView(alert, now, inboxUrl));
		await store.confirmEvents(
			[alert.event, ...alert.others].map(({ id }) => id),
			now,
		);
	});
	return { underWay, outdated: outdated.length, more: taken.length >= limit };
}

/**
 * Hands on the messages that were recorded but that no workflow has dealt with within `afterMs`, oldest first, each once, and
 * marks them handled: the intake continues where a crash stopped it. One after the other, since they may be one customer's.
 */
export async function recoverMessages(
	store: WatchdogStore,
	delivery: WatchdogDelivery,
	now: IsoTime,
	afterMs: number,
): Promise<RecoveryPass> {
	const lost = await store.unhandled(addMilliseconds(now, -afterMs), BATCH);
	let delivered = 0;
	for (const found of lost) {
		const { id } = found.message;
		// The trigger is about to give it out, with what the customer writes next.
		if (isHeld(found.conversation, id, now)) continue;
		const message: IntakeResult = {
			...found,
			message: await rejoined(store, found.conversation, found.message),
		};
		const key = `recovery:${id}`;
		const claim = await store.beginOnce(key, now, LEASE_MS);
		if (claim.state === 'busy') continue;
		try {
			if (claim.state === 'mine') await delivery.recovered(message);
			await store.markHandled([id], now);
			if (claim.state === 'mine') {
				await store.completeOnce(key, { recoveredAt: now }, now);
				delivered++;
			}
		} catch (failure) {
			if (claim.state === 'mine') await store.abandonOnce(key);
			// The messages behind it may be the same customer's next words: they wait for it.
			return { delivered, failure, more: false };
		}
	}
	return { delivered, more: lost.length === BATCH && delivered > 0 };
}

async function sort(store: WatchdogStore, events: SlaEvent[]) {
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
