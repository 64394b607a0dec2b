import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { DeliveryStatus } from './message';

/*
 * WhatsApp has no idempotency key: a process that dies between sending a message and writing that down leaves open whether the customer
 * has it. What WhatsApp has is a text of the sender's that it gives back with every status of the message. So each message carries the
 * key under which it is sent once, and its first status completes that key where the sender could not.
 */

const PREFIX = 'handoff:';

/** WhatsApp takes no longer text. */
const LONGEST = 512;

/** The text that goes out with a message which is sent once under this key; undefined where it does not fit. */
export function trackerOf(key: string): string | undefined {
	const tracker = `${PREFIX}${key}`;
	return tracker.length <= LONGEST ? tracker : undefined;
}

/** What stands under a key whose work was completed by a status: the sender's own record says more. */
export interface ConfirmedSend {
	confirmed: { id: string; at: IsoTime };
}

export function isConfirmedSend(result: unknown): result is ConfirmedSend {
	return typeof result === 'object' && result !== null && 'confirmed' in result;
}

/**
 * Notes by the status of a message that is not on record that it is with WhatsApp, so that whoever takes up what its sender has left
 * does not send it once more. A message that failed is to be sent again, and texts of other programs say nothing.
 */
export async function confirmSent(
	store: Pick<HandoffStore, 'confirmOnce'>,
	status: {
		messageId: string;
		status: DeliveryStatus | 'unknown';
		at: IsoTime;
		tracker?: string;
	},
	now: IsoTime,
): Promise<void> {
	const { messageId, tracker, at } = status;
	if (!tracker?.startsWith(PREFIX) || ['failed', 'unknown', 'pending'].includes(status.status)) {
		return;
	}
	const result: ConfirmedSend = { confirmed: { id: messageId, at } };
	await store.confirmOnce(tracker.slice(PREFIX.length), result, now);
}
