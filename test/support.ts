import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openStore } from '../adapters/store/open';
import { partsOf } from '../adapters/whatsapp/cloudApi';
import type {
	MessagingPort,
	OutboundMessage,
	Recipient,
	MessagingError,
} from '../core/ports/messaging';
import type { HandoffStore, InboundMessage } from '../core/ports/store';
import type { Clock, IsoTime } from '../core/time';
import { aConversation, aMessage, at } from './builders';

/** A store on a file of its own, as the nodes open it; `close` removes it. */
export async function temporaryStore(): Promise<{ store: HandoffStore; close(): Promise<void> }> {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-store-'));
	const store = await openStore({ file: path.join(folder, 'store.sqlite') });
	return {
		store,
		async close() {
			await store.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** A clock that stands until it is moved. */
export function standingClock(time: IsoTime): Clock & { set(time: IsoTime): void } {
	let now = time;
	return {
		now: () => new Date(now),
		set(next) {
			now = next;
		},
	};
}

/** Takes messages down in place of WhatsApp; `refuse` makes it answer with an error until told otherwise. */
export function recordingMessaging(): MessagingPort & {
	sent: Array<{ to: Recipient; message: OutboundMessage }>;
	/** What goes out with each message, to come back with its statuses. */
	trackers: Array<string | undefined>;
	refuse?: MessagingError;
	before?: () => Promise<void>;
} {
	return {
		sent: [],
		trackers: [],
		parts: (_channelId, message) => partsOf(message),
		async send(_channelId, to, message, { check, tracker } = {}) {
			await this.before?.();
			await check?.();
			this.trackers.push(tracker);
			if (this.refuse) throw this.refuse;
			this.sent.push({ to, message });
			return { ids: [`wamid.OUT${this.sent.length}`] };
		},
		async markRead() {},
	};
}

/** The sample customer writes; gives the id of the conversation. */
export async function customerWrites(
	store: HandoffStore,
	minute: number,
	text = 'Where is my order?',
): Promise<{ conversationId: string; messageId: string }> {
	const inbound: InboundMessage = {
		channelId: aConversation().channelId,
		identity: aConversation().identity,
		message: aMessage({
			id: `wamid.IN${minute}`,
			text,
			sentAt: at(minute),
			receivedAt: at(minute),
		}),
	};
	const [result] = await store.intake([inbound], at(minute));
	return { conversationId: result!.conversation.id, messageId: result!.message.id };
}

/** Milliseconds of processor that something takes: on a busy machine the clock on the wall says nothing of the code. */
export function processorTime(run: () => void): number {
	const before = process.cpuUsage();
	run();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}
