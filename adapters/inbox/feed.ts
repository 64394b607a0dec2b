import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { endHoldIfOver } from '../../core/inbox/actions';
import type { Presence } from '../../core/inbox/presence';
import { livePresence, presenceView, withPresence } from '../../core/inbox/presence';
import type { HandoffStore } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';
import { isoTime } from '../../core/time';
import { systemClock } from '../clock/system';

/** How soon a page learns of a change that another process wrote. */
const LOOK_EVERY_MS = 400;
/** Shorter than the minute after which proxies usually cut an idle request. */
const WAIT_AT_MOST_MS = 25_000;
/** Conversations whose changes a page follows, newest first. */
const FOLLOWED = 500;
/** Messages of the open conversation whose delivery is followed. */
const FOLLOWED_MESSAGES = 40;

/** Settings under which pages of all workers find each other. */
const PRESENCE = 'inbox.presence';
const HOLDS = 'inbox.holds';

/** What a page is told when something has changed. */
export interface Change {
	version: string;
	presence: Array<Omit<Presence, 'at'>>;
}

/**
 * What has changed in the inbox, for all pages that this process serves: one look at the store serves them all, so that the cost
 * does not grow with the number of agents.
 */
class Feed {
	private looking: Promise<void> | undefined;
	private lookedAt = -Infinity;
	private conversations = '';
	private presence: Presence[] = [];

	constructor(private readonly store: HandoffStore) {}

	/**
	 * Waits until what `open` and the lists show differs from `since`, or as long as a request may wait. A version says all
	 * there is to say, so a page that was cut off for an hour asks with its old one and misses nothing.
	 */
	async next(since: string, open: string | undefined, isGone: () => boolean): Promise<Change> {
		const end = performance.now() + WAIT_AT_MOST_MS;
		for (;;) {
			await this.look();
			const version = digest([
				this.conversations,
				JSON.stringify(this.present()),
				open ? await this.thread(open) : '',
			]);
			if (version !== since || performance.now() > end || isGone()) {
				return { version, presence: this.present() };
			}
			await pause(LOOK_EVERY_MS);
		}
	}

	private look(): Promise<void> {
		if (this.looking) return this.looking;
		if (performance.now() - this.lookedAt < LOOK_EVERY_MS / 2) return Promise.resolve();
		this.looking = this.lookNow().finally(() => {
			this.lookedAt = performance.now();
			this.looking = undefined;
		});
		return this.looking;
	}

	private async lookNow(): Promise<void> {
		await this.endHolds();
		const [{ conversations }, presence = [], agents] = await Promise.all([
			this.store.list({ limit: FOLLOWED }),
			this.store.getSetting<Presence[]>(PRESENCE),
			Promise.resolve([]),
		]);
		this.presence = presence;
		this.conversations = digest([
			...conversations.map(({ id, version }) => `${id}:${version}`),
			JSON.stringify(agents),
		]);
	}

	private present() {
		return presenceView(this.presence, isoTime(systemClock.now()));
	}

	/** Delivery ticks and a new brief do not change the conversation's own version. */
	private async thread(id: string): Promise<string> {
		const [messages, brief] = await Promise.all([
			this.store.history(id, { limit: FOLLOWED_MESSAGES }),
			this.store.brief(id),
		]);
		return digest([
			...messages.map((message) => `${message.id}:${message.status ?? ''}`),
			brief?.createdAt ?? '',
		]);
	}

	async say(one: Omit<Presence, 'at'>): Promise<void> {
		const now = isoTime(systemClock.now());
		const known = (await this.store.getSetting<Presence[]>(PRESENCE)) ?? [];
		this.presence = withPresence(known, one, now);
		await this.store.putSetting(PRESENCE, this.presence);
	}

	/** Who of the agents has a page open. */
	async online(): Promise<Set<string>> {
		const known = (await this.store.getSetting<Presence[]>(PRESENCE)) ?? [];
		return new Set(livePresence(known, isoTime(systemClock.now())).map(({ agentId }) => agentId));
	}

	async rememberHold(conversationId: string, until: IsoTime | undefined): Promise<void> {
		const { [conversationId]: _old, ...others } = await this.holds();
		await this.store.putSetting(HOLDS, until ? { ...others, [conversationId]: until } : others);
	}

	private async holds(): Promise<Record<string, IsoTime>> {
		return (await this.store.getSetting<Record<string, IsoTime>>(HOLDS)) ?? {};
	}

	private async endHolds(): Promise<void> {
		const now = isoTime(systemClock.now());
		const over = Object.entries(await this.holds()).filter(([, until]) => until <= now);
		for (const [id] of over) {
			if (await this.store.conversation(id)) await endHoldIfOver(this.store, id, now);
			await this.rememberHold(id, undefined);
		}
	}
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
