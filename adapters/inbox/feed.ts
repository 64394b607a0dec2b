import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Absences } from '../../core/inbox/availability';
import { ABSENCES } from '../../core/inbox/availability';
import type { Known } from '../../core/inbox/list';
import { isOpen } from '../../core/inbox/list';
import type { Summary } from '../../core/inbox/lists';
import { summaryOf } from '../../core/inbox/lists';
import type { Presence } from '../../core/inbox/presence';
import { PRESENCE, livePresence, presenceView, withPresence } from '../../core/inbox/presence';
import type { HandoffStore } from '../../core/ports/store';
import type { Clock } from '../../core/time';
import { isoTime } from '../../core/time';
import { systemClock } from '../clock/system';

/** How soon a page learns of a change that another process wrote; what this process writes is told at once. */
const LOOK_EVERY_MS = 250;
/** Writes that follow each other this closely are looked at together. */
const LOOK_GAP_MS = 20;
/** After one change the next ones are gathered this long for the same page. */
const GATHER_MS = 100;
/** Shorter than the minute after which proxies usually cut an idle connection. */
const SILENCE_MS = 15_000;
/** Conversations that people have or that wait, all of which the lists, their order and their numbers are made from. */
const OPEN_AT_MOST = 10_000;
/** Changed conversations that nobody has, kept for pages that show those. */
const OTHERS_KEPT = 1_000;
/** Looks of which a page that lags behind can still be told what they found. */
const LOOKS_KEPT = 1_000;

/** Who is where, for all pages alike. */
export interface Team {
	/** What stands in `present` and who is away, as a version. */
	version: string;
	present: Array<Omit<Presence, 'at'>>;
	absences: Absences;
}

/** What a page does not show yet. */
export interface News {
	/** To ask with next time, in whichever process. */
	cursor: string;
	/** The conversations that have changed; undefined where any may have. */
	changed?: Known[];
	team: Team;
}

/** What a page shows. */
export interface Shown {
	/** Of the last news that it was told. */
	cursor?: string;
	/** Version of the {@link Team}. */
	team?: string;
}

/**
 * The conversations that people have or that wait, held in memory for all pages that this process serves and kept up to date by what the store
 * says has changed. A look costs the same with ten open conversations and ten thousand, and one serves all pages.
 */
export class Feed {
	private readonly open = new Map<string, Known>();
	/** Conversations with the bot and closed ones that have changed of late. */
	private readonly others = new Map<string, Known>();
	private cursor: string | undefined;
	/** Ids that each look found changed, and the number of looks before the first of them. */
	private looks: string[][] = [];
	private forgotten = 0;
	private presence: Presence[] = [];
	private team: Team = { version: '', present: [], absences: {} };
	private summarised: Summary | undefined;

	private running: Promise<void> | undefined;
	private queued: Promise<void> | undefined;
	private readonly waiting = new Set<() => void>();
	private watching = false;
	private written = false;
	private wake: () => void = () => undefined;

	constructor(
		private readonly store: HandoffStore,
		private readonly clock: Clock = systemClock,
	) {}

	/**
	 * Tells a page what it does not show yet, now and whenever there is something, until `signal` ends it; undefined after a while in
	 * which there was nothing. The page says what it shows and not what it was told by this process, so that one that was cut off
	 * for an hour, or was served by another process before, misses nothing.
	 */
	async *follow(shown: Shown, signal: AbortSignal): AsyncGenerator<News | undefined, void> {
		await this.look();
		let { position } = this;
		let cursor = this.cursor!;
		let { team } = shown;
		// Asked after the look: what has been written in between is told now and, with the next look, once more.
		let ids: string[] | undefined =
			shown.cursor === cursor ? [] : (await this.store.changes(shown.cursor)).conversations;
		while (!signal.aborted) {
			if (ids === undefined || ids.length > 0 || team !== this.team.version) {
				team = this.team.version;
				yield {
					cursor,
					...(ids ? { changed: await this.known(ids) } : {}),
					team: this.team,
				};
				await pause(GATHER_MS, undefined, { signal }).catch(() => undefined);
			}
			const has = () => this.position !== position || this.team.version !== team;
			if (!has() && !(await this.news(has, signal))) yield undefined;
			ids = this.since(position);
			({ position } = this);
			cursor = this.cursor!;
		}
	}

	/** All conversations that people have or that wait, as of now, and the cursor that goes with them. */
	async snapshot(): Promise<{ open: readonly Known[]; summary: Summary; cursor: string }> {
		await this.look();
		return { open: [...this.open.values()], summary: this.summary(), cursor: this.cursor! };
	}

	/** The numbers of all lists; worked out once after a change, for all pages. */
	summary(): Summary {
		return (this.summarised ??= summaryOf([...this.open.values()]));
	}

	/** An agent's page says where it is. */
	async say(one: Omit<Presence, 'at'>): Promise<void> {
		const now = this.now();
		await this.store.updateSetting(PRESENCE, (known = []) => withPresence(known, one, now));
	}

	/** Who is away, and ids of the agents who have a page open. */
	async people(): Promise<{ absences: Absences; online: Set<string> }> {
		await this.look();
		const live = livePresence(this.presence, this.now());
		return {
			absences: this.team.absences,
			online: new Set(live.map(({ agentId }) => agentId)),
		};
	}

	private get position(): number {
		return this.forgotten + this.looks.length;
	}

	/** Ids of what has changed since a look; undefined where that is no longer known. */
	private since(position: number): string[] | undefined {
		if (position < this.forgotten) return undefined;
		return [...new Set(this.looks.slice(position - this.forgotten).flat())];
	}

	private async known(ids: readonly string[]): Promise<Known[]> {
		const held = ids.flatMap((id) => this.open.get(id) ?? this.others.get(id) ?? []);
		const missing = ids.filter((id) => !this.open.has(id) && !this.others.has(id));
		return missing.length > 0 ? [...held, ...(await this.read(missing))] : held;
	}

	/** True once there are news; false after a while without. */
	private async news(has: () => boolean, signal: AbortSignal): Promise<boolean> {
		const until = performance.now() + SILENCE_MS;
		while (!has() && !signal.aborted && performance.now() < until) {
			await new Promise<void>((resolve) => {
				const done = () => {
					clearTimeout(timer);
					this.waiting.delete(done);
					signal.removeEventListener('abort', done);
					resolve();
				};
				const timer = setTimeout(done, until - performance.now());
				signal.addEventListener('abort', done);
				this.waiting.add(done);
				void this.watch();
			});
		}
		return has() || signal.aborted;
	}

	/** Looks as long as a page waits: at once after a write of this process, else a few times a second. */
	private async watch(): Promise<void> {
		if (this.watching) return;
		this.watching = true;
		const end = this.store.onWrite(() => {
			this.written = true;
			this.wake();
		});
		try {
			while (this.waiting.size > 0) {
				if (!this.written) {
					await new Promise<void>((resolve) => {
						const timer = setTimeout(resolve, LOOK_EVERY_MS);
						this.wake = () => {
							clearTimeout(timer);
							resolve();
						};
					});
				}
				this.written = false;
				// A store that is out of reach is asked again; pages that come meanwhile are told so.
				await this.look().catch(() => pause(LOOK_EVERY_MS));
				await pause(LOOK_GAP_MS);
			}
		} finally {
			this.watching = false;
			end();
		}
	}

	/** Brings what is held up to date. A look that is under way may have read before the caller's own write: then one more follows. */
	private look(): Promise<void> {
		return (this.queued ??= (this.running ?? Promise.resolve())
			.catch(() => undefined)
			.then(() => {
				this.queued = undefined;
				this.running = this.lookNow().finally(() => {
					this.running = undefined;
				});
				return this.running;
			}));
	}

	private async lookNow(): Promise<void> {
		const [{ cursor, conversations: ids }, presence = [], absences = {}] = await Promise.all([
			this.store.changes(this.cursor),
			this.store.getSetting<Presence[]>(PRESENCE),
			this.store.getSetting<Absences>(ABSENCES),
		]);
		if (ids === undefined) await this.readAll();
		else if (ids.length > 0) await this.take(ids);
		this.cursor = cursor;
		this.presence = presence;
		const present = presenceView(presence, this.now());
		const version = digest(JSON.stringify([present, absences]));
		const isNews = ids === undefined || ids.length > 0 || version !== this.team.version;
		this.team = { version, present, absences };
		if (isNews) [...this.waiting].forEach((tell) => tell());
	}

	/** Everything anew. Pages that follow are told that anything may have changed. */
	private async readAll(): Promise<void> {
		const [human, captured] = [
			await this.store.list({ states: ['human'], limit: OPEN_AT_MOST }),
			await this.store.list({ captured: true, limit: OPEN_AT_MOST }),
		];
		const known = await this.withClocks([...human.conversations, ...captured.conversations]);
		this.open.clear();
		this.others.clear();
		for (const one of known) this.open.set(one.conversation.id, one);
		this.forgotten = this.position + 1;
		this.looks = [];
		this.summarised = undefined;
	}

	private async take(ids: string[]): Promise<void> {
		for (const one of await this.read(ids)) {
			const { id } = one.conversation;
			this.open.delete(id);
			this.others.delete(id);
			(isOpen(one.conversation) ? this.open : this.others).set(id, one);
		}
		for (const id of this.others.keys()) {
			if (this.others.size <= OTHERS_KEPT) break;
			this.others.delete(id);
		}
		this.looks.push(ids);
		if (this.looks.length > LOOKS_KEPT) {
			this.looks.shift();
			this.forgotten += 1;
		}
		this.summarised = undefined;
	}

	private async read(ids: readonly string[]): Promise<Known[]> {
		return this.withClocks(await this.store.conversations(ids));
	}

	private async withClocks(conversations: Array<Known['conversation']>): Promise<Known[]> {
		const clocks = await this.store.clocksOf(conversations.filter(isOpen).map(({ id }) => id));
		const byId = Map.groupBy(clocks, ({ conversationId }) => conversationId);
		return conversations.map((conversation) => ({
			conversation,
			clocks: byId.get(conversation.id) ?? [],
		}));
	}

	private now() {
		return isoTime(this.clock.now());
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

function digest(text: string): string {
	return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
