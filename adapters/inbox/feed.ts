import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Conversation } from '../../core/conversation/conversation';
import type { Absences } from '../../core/inbox/availability';
import { ABSENCES } from '../../core/inbox/availability';
import type { Presence } from '../../core/inbox/presence';
import { livePresence, presenceView, withPresence } from '../../core/inbox/presence';
import type { HandoffStore } from '../../core/ports/store';
import type { Clock } from '../../core/time';
import { isoTime } from '../../core/time';
import { systemClock } from '../clock/system';

/** How soon a page learns of a change that another process wrote. */
const LOOK_EVERY_MS = 400;
/** Looking takes at most this share of the time: with very many open conversations it is done less often. */
const SHARE_OF_TIME = 1 / 10;
/** Shorter than the minute after which proxies usually cut an idle request. */
const WAIT_AT_MOST_MS = 25_000;
/** Conversations that people have, all of which the lists, their order and their numbers are made from. */
const OPEN_AT_MOST = 10_000;
/** Of the others, the newest that changed. */
const OTHERS_FOLLOWED = 50;
/** Messages of the open conversation whose delivery is followed. */
const MESSAGES_FOLLOWED = 30;

/** Setting under which pages of all workers find each other. */
const PRESENCE = 'inbox.presence';

/** What there is to see, as versions: a page that shows other ones asks again for that part. */
export interface Change {
	lists: string;
	/** Of the conversation that the page has open; empty if it has none. */
	thread: string;
	presence: string;
	present: Array<Omit<Presence, 'at'>>;
}

/** What a page shows, and which conversation it has open. */
export interface Shown {
	lists: string;
	thread: string;
	presence: string;
	id?: string;
}

/** The conversations that people have, as they were when the store was looked at last. */
export interface Snapshot {
	open: Conversation[];
	absences: Absences;
	version: string;
}

/**
 * What has changed in the inbox, for all pages that this process serves: one look at the store serves them all, so that the cost
 * does not grow with the number of agents.
 */
export class Feed {
	private looking: Promise<void> | undefined;
	private lookedAt = -Infinity;
	private every = LOOK_EVERY_MS;
	/** Writes of this process, and up to which of them the store has been read. */
	private writes = 0;
	private read = -1;
	private seen: Snapshot = { open: [], absences: {}, version: '' };
	private presence: Presence[] = [];

	constructor(
		private readonly store: HandoffStore,
		private readonly clock: Clock = systemClock,
	) {}

	/**
	 * Waits until there is something else to see than the page shows, or as long as a request may wait. The page says what it
	 * shows and not what it was told last, so that one that was cut off for an hour, or was served by a process that is behind,
	 * misses nothing.
	 */
	async next(shown: Shown, isGone: () => boolean): Promise<Change> {
		const end = performance.now() + WAIT_AT_MOST_MS;
		for (;;) {
			await this.look();
			const present = presenceView(this.presence, this.now());
			const change: Change = {
				lists: this.seen.version,
				thread: shown.id ? await threadVersion(this.store, shown.id) : '',
				presence: digest([JSON.stringify(present)]),
				present,
			};
			const isNew = (['lists', 'thread', 'presence'] as const).some(
				(part) => change[part] !== shown[part],
			);
			if (isNew || performance.now() > end || isGone()) return change;
			await pause(this.every);
		}
	}

	/** All conversations that people have, seldom older than half a second. */
	async snapshot(): Promise<Snapshot> {
		await this.look();
		return this.seen;
	}

	/** The next look reads the store anew: this process has just written to it. */
	forget(): void {
		this.writes += 1;
	}

	private async look(): Promise<void> {
		const wanted = this.writes;
		if (this.read >= wanted && performance.now() - this.lookedAt < this.every / 2) return;
		do {
			// What is being read may be from before the write; then it is read once more.
			await (this.looking ??= this.lookNow().finally(() => {
				this.looking = undefined;
			}));
		} while (this.read < wanted);
	}

	private async lookNow(): Promise<void> {
		const from = performance.now();
		const { writes } = this;
		const [{ conversations: open }, { conversations: others }, presence = [], absences = {}] =
			await Promise.all([
				this.store.list({ states: ['human'], limit: OPEN_AT_MOST }),
				this.store.list({ states: ['bot', 'closed'], limit: OTHERS_FOLLOWED }),
				this.store.getSetting<Presence[]>(PRESENCE),
				this.store.getSetting<Absences>(ABSENCES),
			]);
		this.presence = presence;
		this.seen = {
			open,
			absences,
			version: digest([
				...[...open, ...others].map(({ id, version }) => `${id}:${version}`),
				JSON.stringify(absences),
			]),
		};
		this.read = writes;
		this.lookedAt = performance.now();
		this.every = Math.max(LOOK_EVERY_MS, (performance.now() - from) / SHARE_OF_TIME);
	}

	/** An agent's page says where it is. */
	async say(one: Omit<Presence, 'at'>): Promise<void> {
		const known = (await this.store.getSetting<Presence[]>(PRESENCE)) ?? [];
		this.presence = withPresence(known, one, this.now());
		await this.store.putSetting(PRESENCE, this.presence);
	}

	/** Ids of the agents who have a page open. */
	async online(): Promise<Set<string>> {
		await this.look();
		return new Set(livePresence(this.presence, this.now()).map(({ agentId }) => agentId));
	}

	private now() {
		return isoTime(this.clock.now());
	}
}

/**
 * What the open conversation shows, as a version. Delivery ticks and a new brief do not change the conversation's own version, so
 * they are looked at as well.
 */
export async function threadVersion(
	store: Pick<HandoffStore, 'conversation' | 'history' | 'brief'>,
	id: string,
): Promise<string> {
	const [conversation, messages, brief] = await Promise.all([
		store.conversation(id),
		store.history(id, { limit: MESSAGES_FOLLOWED }),
		store.brief(id),
	]);
	return digest([
		String(conversation?.version ?? ''),
		...messages.map((message) => `${message.id}:${message.status ?? ''}`),
		brief?.createdAt ?? '',
	]);
}

const feeds = new WeakMap<HandoffStore, Feed>();

/** The feed of this store, one for each process. */
export function feedOf(store: HandoffStore): Feed {
	const known = feeds.get(store);
	if (known) return known;
	const feed = new Feed(store);
	feeds.set(store, feed);
	return feed;
}

function digest(parts: readonly string[]): string {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(part).update('\n');
	return hash.digest('base64url').slice(0, 22);
}
