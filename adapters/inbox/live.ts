import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { HandoffStore } from '../../core/ports/store';

/** How soon a page learns of a change that another process wrote. */
const LOOK_EVERY_MS = 500;
/** Shorter than the minute after which proxies usually cut an idle request. */
const WAIT_AT_MOST_MS = 25_000;
/** Conversations whose changes a page follows: more than one can look at. */
const FOLLOWED = 500;

/** A value that differs whenever one of the conversations that people look at has changed. */
export async function inboxVersion(store: HandoffStore): Promise<string> {
	const { conversations } = await store.list({ limit: FOLLOWED });
	const hash = createHash('sha256');
	for (const { id, version } of conversations) hash.update(`${id}:${version}\n`);
	return hash.digest('base64url').slice(0, 16);
}

/** Waits until the inbox differs from `since`, or as long as a request may wait, and returns its version. */
export async function nextInboxVersion(
	store: HandoffStore,
	since: string,
	isGone: () => boolean,
): Promise<string> {
	const end = performance.now() + WAIT_AT_MOST_MS;
	for (;;) {
		const version = await inboxVersion(store);
		if (version !== since || performance.now() > end || isGone()) return version;
		await pause(LOOK_EVERY_MS);
	}
}
