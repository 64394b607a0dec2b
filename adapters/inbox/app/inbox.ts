import { useLayoutEffect, useReducer } from 'preact/hooks';

import { NoEvents, Refused, act, ask, events } from './api';
import type { Draft } from './drafts';
import { plain } from './format';
import { t } from './i18n';
import type { Key } from './i18n';
import { ping, tellBrowser } from './notify';
import { remember, remembered } from './remember';
import { RetryKeys } from './retryKeys';
import { withChange } from './rows';
import { merge } from './thread';
import type {
	Change,
	ConversationMessage,
	Detail,
	Filters,
	First,
	ListChange,
	ListPage,
	Overall,
	Overview,
	Present,
	Row,
	Start,
	View,
} from './types';
import { NO_FILTERS } from './types';

/** A reply that the workflow has been given and that is not in the thread yet. */
export interface Pending {
	key: string;
	conversationId: string;
	text: string;
	fileName?: string;
	at: number;
}

export type DialogName =
	| 'keys'
	| 'transfer'
	| 'resolve'
	| 'hold'
	| 'returnToBot'
	| 'tags'
	| 'template'
	| 'settings'
	| 'away';

export interface State {
	start?: Start;
	place: 'inbox' | 'team';
	view: View;
	filters: Filters;
	rows: Row[];
	counts: ListPage['counts'];
	after?: string;
	/** Tags to filter by. */
	tags: string[];
	filtersOpen: boolean;
	/** False until the list that was chosen is here, so that the page does not say "nobody" before it knows. */
	listed: boolean;
	openId?: string;
	detail?: Detail;
	pending: Pending[];
	present: Present[];
	connected: boolean;
	signedOut: boolean;
	notice?: { text: string; kind: 'told' | 'refused' };
	dialog?: DialogName;
	/** What the agent has asked for and the server has not answered yet. */
	acting?: string;
	/** Of the panes that a phone shows one at a time. */
	side: boolean;
	overview?: Overview;
	days: number;
	/** Newest message of the customer that this device has shown, by conversation. */
	seen: Record<string, string>;
}

const ROWS = 100;
const MOST_ROWS = 500;
const NOTICE_MS = 8_000;
const AGAIN_MS = 2_000;
const PRESENCE_MS = 10_000;
const SEARCH_MS = 200;
const OVERVIEW_MS = 10_000;
/** After this long without the message in the thread, the page says that nothing has come of it. */
export const PENDING_MS = 30_000;
/** Conversations whose last sight is kept. */
const SEEN = 1_000;

/** What the composer can be told to do from elsewhere on the page. */
export interface Commands {
	write(words: string, append: boolean): void;
	reply(): void;
	note(): void;
	attach(): void;
	quick(): void;
}

/** What the page knows and does. Components draw its state and call its methods. */
export class Inbox {
	state: State = {
		place: 'inbox',
		view: 'waiting',
		filters: NO_FILTERS,
		filtersOpen: false,
		tags: [],
		rows: [],
		counts: { waiting: 0, mine: 0, people: 0 },
		listed: false,
		pending: [],
		present: [],
		connected: true,
		signedOut: false,
		side: false,
		days: 7,
		seen: remembered('seen', {}),
	};
	/** Replies that have been begun and not sent, by conversation. */
	readonly drafts = new Map<string, Draft>();

	private readonly listeners = new Set<() => void>();
	private noticeTimer = 0;
	private searchTimer = 0;
	/** What the page shows is never older than this; the server tells whatever has changed since. */
	private cursor = '';
	/** Version of who is where. */
	private team = '';
	private absences = '';
	/** False once a proxy on the way has been found to hold events back. */
	private getsEvents = true;
	private following: AbortController | undefined;
	/** For each list that is being read, what was told meanwhile, which what is read may not have yet. */
	private readonly readings = new Set<ListChange[]>();
	/** Counts what was told of the open conversation. */
	private detailsTold = 0;
	private refreshing: Promise<void> | undefined;
	private again = false;
	private newest: string | undefined;
	private typing = false;
	private typingTimer = 0;
	private readonly retryKeys = new RetryKeys();
	private overviewAt = 0;

	private composer: Commands | undefined;

	/** The composer on the screen takes what keys and buttons elsewhere want of it. */
	commands(commands: Commands): () => void {
		this.composer = commands;
		return () => {
			if (this.composer === commands) this.composer = undefined;
		};
	}

	command(name: 'reply' | 'note' | 'attach' | 'quick'): void {
		this.composer?.[name]();
	}

	/** Puts words into the composer, after what is already there. */
	write(words: string): void {
		this.set({ side: false });
		this.composer?.write(words, true);
	}

	/** How colleagues see the agent of this page. */
	myself({ start }: State): { available: boolean; until?: string } {
		const me = start?.agents.find(({ id }) => id === start.me.id);
		const back = me?.until !== undefined && Date.parse(me.until) <= Date.now();
		return me && !back ? me : { available: true };
	}

	subscribe(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	set(changes: Partial<State>): void {
		this.state = { ...this.state, ...changes };
		for (const listener of this.listeners) listener();
	}

	async begin(): Promise<void> {
		this.set({ openId: addressed() });
		addEventListener('hashchange', () => {
			const id = addressed();
			if (id && id !== this.state.openId) this.open(id);
		});
		// What came in while nobody looked counts as seen only now.
		document.addEventListener('visibilitychange', () => {
			const { openId, detail } = this.state;
			if (openId && detail?.conversation.id === openId) this.showDetail(openId, detail);
			// See mayFollow.
			if (document.hidden) this.following?.abort();
			this.sayPresence();
		});
		// A connection that is only cut says nothing of it; the browser may.
		addEventListener('offline', () => this.following?.abort());
		setInterval(() => {
			this.sayPresence();
			this.fetchMissing();
			// Promises break without anything having changed.
			this.loadOverview().catch(() => undefined);
		}, PRESENCE_MS);
		const first = firstData();
		if (first) {
			this.cursor = first.list.cursor;
			this.set({ start: first.start });
			this.showList(first.list, first.list.rows);
		} else {
			await this.guarded(async () => this.set({ start: await ask<Start>('start') }));
			await this.guarded(() => this.loadList());
		}
		void this.follow();
		await this.guarded(() => this.loadDetail());
	}

	/** Runs a step and tells the agent what went wrong with it, if anything. */
	private async guarded(step: () => Promise<void>): Promise<boolean> {
		try {
			await step();
			return true;
		} catch (error) {
			if (error instanceof Refused && error.status === 401) this.set({ signedOut: true });
			else if (error instanceof Refused) this.tell(refusal(error), 'refused');
			else this.tell(t('connection.none'), 'refused');
			return false;
		}
	}

	tell(text: string, kind: 'told' | 'refused' = 'told'): void {
		clearTimeout(this.noticeTimer);
		this.set({ notice: { text, kind } });
		this.noticeTimer = window.setTimeout(() => this.set({ notice: undefined }), NOTICE_MS);
	}

	/** Asks for what is on the screen. Calls that come while it is at it are answered by one more round. */
	refresh(): Promise<void> {
		if (this.refreshing) {
			this.again = true;
			return this.refreshing;
		}
		this.refreshing = (async () => {
			try {
				do {
					this.again = false;
					await Promise.all([this.loadList(), this.loadDetail(), this.loadOverview()]);
				} while (this.again && !this.state.signedOut);
			} finally {
				this.refreshing = undefined;
			}
		})();
		return this.refreshing;
	}

	private listQuery(): Record<string, string> {
		const { view, filters } = this.state;
		return {
			view,
			...filters,
			since: startOf(filters.since, 0),
			// The day that was chosen is meant to be in.
			until: startOf(filters.until, 1),
		};
	}

	private loadList(): Promise<void> {
		return this.reading(async () => {
			const query = this.listQuery();
			const wanted = this.state.listed ? Math.max(ROWS, this.state.rows.length) : ROWS;
			let rows: Row[] = [];
			let page: ListPage;
			let after = '';
			do {
				page = await ask<ListPage>('list', {
					...query,
					after,
					limit: String(Math.min(MOST_ROWS, wanted - rows.length)),
				});
				rows = [...rows, ...page.rows];
				after = page.after ?? '';
			} while (after && rows.length < wanted);
			// Another list may have been chosen meanwhile; its own answer is on the way.
			if (JSON.stringify(query) !== JSON.stringify(this.listQuery())) {
				this.again = true;
				return false;
			}
			this.cursor ||= page.cursor;
			this.showList(page, rows);
			return true;
		});
	}

	private showList(page: ListPage, rows: Row[]): void {
		this.set({ rows, after: page.after, listed: true });
		this.showNumbers(page);
	}

	/** Reads a list and shows it, and after it what was told meanwhile. */
	private async reading(read: () => Promise<boolean>): Promise<void> {
		const told: ListChange[] = [];
		this.readings.add(told);
		try {
			if (await read()) told.forEach((change) => this.showChange(change));
		} finally {
			this.readings.delete(told);
		}
	}

	private showChange(change: ListChange): void {
		const { rows, view, after } = this.state;
		this.set({ rows: withChange(rows, change, view, after) });
		this.showNumbers(change);
	}

	private showNumbers(numbers: Overall): void {
		this.set({ counts: numbers.counts, tags: numbers.tags });
		this.announce(numbers);
	}

	private loadingMore = false;

	/** The next page of the list. */
	async more(): Promise<void> {
		const { after } = this.state;
		if (!after || this.loadingMore) return;
		this.loadingMore = true;
		try {
			await this.guarded(() =>
				this.reading(async () => {
					const page = await ask<ListPage>('list', {
						...this.listQuery(),
						after,
						limit: String(ROWS * 2),
					});
					if (this.state.after !== after) return false;
					const { rows } = this.state;
					const known = new Set(rows.map(({ id }) => id));
					this.set({
						rows: [...rows, ...page.rows.filter(({ id }) => !known.has(id))],
						after: page.after,
					});
					return true;
				}),
			);
		} finally {
			this.loadingMore = false;
		}
	}

	private async loadDetail(): Promise<void> {
		const id = this.state.openId;
		if (!id) return;
		const told = this.detailsTold;
		let detail: Detail;
		try {
			detail = await ask<Detail>('conversation', { id });
		} catch (error) {
			if (!(error instanceof Refused) || error.status !== 404) throw error;
			this.closeGone();
			return;
		}
		// What was told meanwhile may be newer.
		if (told === this.detailsTold) this.showDetail(id, detail);
	}

	private showDetail(id: string, detail: Detail): void {
		if (this.state.openId !== id) return;
		const known = this.state.detail?.conversation.id === id ? this.state.detail : undefined;
		const messages = known ? merge(known.messages, detail.messages) : detail.messages;
		const { seen } = this.state;
		const newest = detail.conversation.lastCustomerMessageAt;
		const nowSeen = newest && !document.hidden ? { ...seen, [id]: newest } : seen;
		if (nowSeen !== seen)
			remember('seen', Object.fromEntries(Object.entries(nowSeen).slice(-SEEN)));
		this.set({
			detail: {
				...detail,
				messages,
				more: messages.length > detail.messages.length ? (known?.more ?? false) : detail.more,
			},
			seen: nowSeen,
			pending: this.state.pending.filter((one) => !arrived(one, messages)),
		});
	}

	/** Messages before the oldest that is shown. */
	async older(): Promise<void> {
		const { detail } = this.state;
		const before = detail?.messages[0]?.id;
		if (!detail?.more || !before) return;
		await this.guarded(async () => {
			const { id } = detail.conversation;
			const page = await ask<{ messages: ConversationMessage[]; more: boolean }>('messages', {
				id,
				before,
			});
			const now = this.state.detail;
			if (now?.conversation.id !== id) return;
			this.set({
				detail: { ...now, messages: merge(page.messages, now.messages), more: page.more },
			});
		});
	}

	private async loadOverview(): Promise<void> {
		if (this.state.place !== 'team' || this.state.signedOut) return;
		if (this.state.overview && Date.now() - this.overviewAt < OVERVIEW_MS) return;
		this.overviewAt = Date.now();
		const overview = await ask<Overview>('overview', {
			days: String(this.state.days),
			zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
		});
		this.set({ overview });
	}

	/** Sound and a note of the browser for a handoff that was not there before. */
	private announce({ newest }: Overall): void {
		const known = this.newest;
		this.newest = newest?.at ?? known ?? '';
		if (known === undefined || !newest || newest.at <= known) return;
		const values = {
			name: plain(newest.name ?? '', 60) || t('customer'),
			queue: plain(newest.queue, 60),
			reason: plain(newest.reason ?? '', 120),
		};
		const text = t(newest.mine ? 'notify.mine' : 'notify.waiting', values);
		ping();
		tellBrowser(text, () => this.open(newest.id));
		this.tell(text);
	}

	/**
	 * Takes in what has changed, as server-sent events, or by asking again and again where a proxy on the way holds those back. After a
	 * lost connection it goes on from what the page shows, so that it gets whatever happened meanwhile.
	 */
	private async follow(): Promise<void> {
		while (!this.state.signedOut) {
			const release = await mayFollow();
			const controller = new AbortController();
			this.following = controller;
			const { signal } = controller;
			const query = JSON.stringify(this.listQuery());
			const from = performance.now();
			try {
				if (this.getsEvents) {
					const isOpen = () => {
						this.set({ connected: true });
						this.fetchMissing();
					};
					for await (const change of events<Change>('changes', this.shown(), signal, isOpen)) {
						if (signal.aborted) break;
						await this.take(change, query);
					}
					// The server ends a connection now and then, but not one that has just begun.
					if (!signal.aborted && performance.now() - from < AGAIN_MS) await pause(AGAIN_MS);
				} else {
					const shown = { ...this.shown(), once: '1' };
					const change = await ask<Partial<Change>>('changes', shown, signal);
					this.set({ connected: true });
					this.fetchMissing();
					if (change.cursor !== undefined) await this.take(change as Change, query);
				}
			} catch (error) {
				if (signal.aborted) continue;
				if (error instanceof NoEvents) this.getsEvents = false;
				else if (error instanceof Refused && error.status === 401) this.set({ signedOut: true });
				else {
					this.set({ connected: false });
					await pause(AGAIN_MS);
				}
			} finally {
				release();
			}
		}
	}

	/** What was asked for while the server was out of reach: nobody tells of it, since nothing in it has changed. */
	private fetchMissing(): void {
		const { listed, openId, detail } = this.state;
		const lacksDetail = openId !== undefined && detail?.conversation.id !== openId;
		if (!this.refreshing && (!listed || lacksDetail)) this.refresh().catch(() => undefined);
	}

	private shown(): Record<string, string> {
		return {
			...this.listQuery(),
			cursor: this.cursor,
			team: this.team,
			id: this.state.openId ?? '',
		};
	}

	/** `query` is the list that the server was told of: another may have been chosen meanwhile, which is being read. */
	private async take({ cursor, team, list, anew, detail }: Change, query: string): Promise<void> {
		const { openId, start } = this.state;
		if (list && query === JSON.stringify(this.listQuery())) {
			this.showChange(list);
			for (const told of this.readings) told.push(list);
		}
		if (detail && detail.conversation.id === openId) {
			this.detailsTold += 1;
			this.showDetail(openId, detail);
		}
		if (detail === null && openId) this.closeGone();
		this.set({ present: team.present });
		if (anew) await this.refresh();
		this.cursor = cursor;
		this.team = team.version;
		const absences = JSON.stringify(team.absences);
		// Somebody has gone or come back: the agent in another window, or a colleague.
		if (start && absences !== this.absences && this.absences !== '') void this.reloadStart();
		this.absences = absences;
		this.loadOverview().catch(() => undefined);
	}

	private closeGone(): void {
		this.close();
		this.tell(t('conversation.gone'), 'refused');
	}

	open(id: string): void {
		if (this.state.openId === id && this.state.place === 'inbox') return;
		const same = this.state.detail?.conversation.id === id;
		this.set({
			openId: id,
			place: 'inbox',
			side: false,
			dialog: undefined,
			...(same ? {} : { detail: undefined }),
		});
		history.replaceState(null, '', `#/c/${encodeURIComponent(id)}`);
		this.typing = false;
		this.sayPresence();
		// From now on with the conversation that is open: what changes in it while it is read is told.
		this.following?.abort();
		void this.guarded(() => this.loadDetail());
	}

	close(): void {
		this.set({ openId: undefined, detail: undefined, side: false, dialog: undefined });
		history.replaceState(null, '', location.pathname);
		this.sayPresence();
		this.following?.abort();
	}

	/** Opens the conversation above or below in the list. */
	step(by: 1 | -1): void {
		const { rows, openId } = this.state;
		const index = rows.findIndex(({ id }) => id === openId);
		const next = rows[index === -1 ? 0 : index + by];
		if (next) this.open(next.id);
	}

	showView(view: View): void {
		this.set({ view, place: 'inbox', rows: [], after: undefined, listed: false });
		this.showOther();
	}

	filter(changes: Partial<Filters>): void {
		// What is shown stays until there is something else to show: a list that goes and comes with each key cannot be read.
		this.set({
			filters: { ...this.state.filters, ...changes },
			after: undefined,
			listed: false,
		});
		clearTimeout(this.searchTimer);
		this.searchTimer = window.setTimeout(() => this.showOther(), SEARCH_MS);
	}

	/** Another list: read, and followed from now on. */
	private showOther(): void {
		this.following?.abort();
		void this.guarded(() => this.refresh());
	}

	showPlace(place: State['place']): void {
		this.set({ place, dialog: undefined });
		void this.guarded(() => this.refresh());
	}

	showDays(days: number): void {
		this.overviewAt = 0;
		this.set({ days, overview: undefined });
		void this.guarded(() => this.refresh());
	}

	dialog(name: DialogName | undefined): void {
		// What was said before is not about what the dialog asks.
		this.set({ dialog: name, ...(name ? { notice: undefined } : {}) });
		if (name === 'transfer') void this.reloadStart();
	}

	/** Who is there and which teams there are changes during a shift. */
	async reloadStart(): Promise<void> {
		await this.guarded(async () => this.set({ start: await ask<Start>('start') }));
	}

	/** What the agent does with the open conversation. True if the server took it. */
	async act(action: string, fields: object = {}, file?: File): Promise<boolean> {
		const conversationId = this.state.openId;
		return this.acting(action, () =>
			this.guarded(() => act({ action, conversationId, ...fields }, file)),
		);
	}

	/** A second click on what is under way does nothing: the server would refuse it, as if the first had failed. */
	private async acting(action: string, step: () => Promise<boolean>): Promise<boolean> {
		const isWords = action === 'reply' || action === 'note';
		if (!isWords && this.state.acting !== undefined) return false;
		if (!isWords) this.set({ acting: action });
		try {
			return await step();
		} finally {
			if (!isWords) this.set({ acting: undefined });
			// The list follows by itself; what the agent has just done is shown in any case.
			await this.guarded(() => this.loadDetail());
		}
	}

	/** Gives the open conversation back to the bot. In the middle of an exchange the agent is asked first whether that is meant. */
	async returnToBot(anyway = false): Promise<boolean> {
		const conversationId = this.state.openId;
		let asks = false;
		const done = await this.acting('returnToBot', () =>
			this.guarded(async () => {
				try {
					await act({ action: 'returnToBot', conversationId, anyway });
				} catch (error) {
					asks = error instanceof Refused && error.code === 'mid_exchange';
					if (!asks) throw error;
					this.dialog('returnToBot');
				}
			}),
		);
		return done && !asks;
	}

	async send(
		text: string,
		more: {
			file?: File;
			template?: { name: string; language: string; bodyParameters: string[] };
		} = {},
	): Promise<boolean> {
		const conversationId = this.state.openId!;
		const { file, template } = more;
		const content = [conversationId, text, file?.name, file?.size, file?.lastModified, template];
		const key = this.retryKeys.of(...content);
		const pending: Pending = {
			key,
			conversationId,
			text,
			at: Date.now(),
			...(file ? { fileName: file.name } : {}),
		};
		// Before it is sent: the message can be in the thread sooner than the answer to this request is here.
		this.set({ pending: [...this.state.pending, pending] });
		this.noteTyping(false);
		const done = await this.act('reply', { text, key, ...(template ? { template } : {}) }, file);
		if (!done) this.dropPending(key);
		else {
			this.retryKeys.done(...content);
			window.setTimeout(() => this.set({}), PENDING_MS + 100);
		}
		return done;
	}

	/** Writes a note into the thread that is open. */
	async note(text: string): Promise<boolean> {
		const content = ['note', this.state.openId, text];
		const done = await this.act('note', { text, key: this.retryKeys.of(...content) });
		if (done) this.retryKeys.done(...content);
		return done;
	}

	/** Judges a handoff of the open conversation. */
	async label(handoffId: string, verdict: string): Promise<void> {
		if (await this.act('label', { handoffId, verdict })) this.tell(t('done.labelled'));
	}

	dropPending(key: string): void {
		this.set({ pending: this.state.pending.filter((one) => one.key !== key) });
	}

	/** Called with each stroke; tells colleagues that somebody is writing, and a few seconds later that nobody is. */
	noteTyping(typing: boolean): void {
		clearTimeout(this.typingTimer);
		if (typing) this.typingTimer = window.setTimeout(() => this.noteTyping(false), 5_000);
		if (typing === this.typing) return;
		this.typing = typing;
		this.sayPresence();
	}

	private sayPresence(): void {
		if (this.state.signedOut) return;
		act({
			action: 'presence',
			conversationId: document.hidden ? '' : (this.state.openId ?? ''),
			typing: this.typing,
		}).catch(() => undefined);
	}

	async setAvailable(available: boolean, until?: string): Promise<boolean> {
		const action = { action: 'availability', available, ...(until ? { until } : {}) };
		const done = await this.guarded(() => act(action));
		await this.reloadStart();
		return done;
	}

	async signOut(): Promise<void> {
		await this.guarded(() => act({ action: 'signOut' }));
		this.set({ signedOut: true });
	}
}

export const inbox = new Inbox();

/** The state, drawn anew with every change. */
export function useInbox(): State {
	const [, draw] = useReducer((n: number) => n + 1, 0);
	// Before the first paint: a change that came between drawing and listening would not be seen.
	useLayoutEffect(() => inbox.subscribe(() => draw(0)), []);
	return inbox.state;
}

const REFUSALS: Record<string, Key> = {
	not_yours: 'refused.not_yours',
	no_text: 'refused.no_text',
	too_long: 'refused.too_long',
	window_closed: 'refused.window_closed',
	bad_tags: 'refused.bad_tags',
	bad_time: 'refused.bad_time',
	no_recipient: 'refused.no_recipient',
	bad_file: 'refused.bad_file',
	large_file: 'refused.large_file',
};

/** What the agent reads. The server's own sentence names who has the conversation, so it stands beside the page's. */
function refusal({ code, message, advice, status }: Refused): string {
	if (status === 429) return t('refused.too_many');
	if (code === 'taken') return t('refused.taken', { message });
	const key = REFUSALS[code];
	// A proxy on the way answers with a page of its own, which says nothing to an agent.
	return key ? t(key, { message }) : `${message} ${advice}`.trim() || t('refused.failed');
}

/** Whether a reply of ours has come back from the workflow as a message. */
function arrived(one: Pending, messages: readonly ConversationMessage[]): boolean {
	return messages.some(
		({ direction, internal, text, sentAt, media, type }) =>
			direction === 'out' &&
			!internal &&
			// Clocks of server and browser may differ by a little.
			Date.parse(sentAt) > one.at - 60_000 &&
			(one.fileName !== undefined ? media !== undefined : type === 'template' || text === one.text),
	);
}

/**
 * Waits until this window may hold a connection. Browsers open six to one server at most, and agents open a window for each
 * conversation that they claim from a chat: all that are looked at may, and one of the others, which rings and notifies.
 */
async function mayFollow(): Promise<() => void> {
	const nothing = () => undefined;
	// Locks are there where the page is served by https.
	const locks = navigator.locks as LockManager | undefined;
	if (!document.hidden || !locks) return nothing;
	const seen = new AbortController();
	const look = () => document.hidden || seen.abort();
	document.addEventListener('visibilitychange', look);
	return new Promise((resolve) => {
		locks
			.request('handoff-inbox', { signal: seen.signal }, () => new Promise<void>(resolve))
			.catch(() => resolve(nothing))
			.finally(() => document.removeEventListener('visibilitychange', look));
	});
}

/** What came with the page. */
function firstData(): First | undefined {
	const text = document.getElementById('first')?.textContent;
	return text ? (JSON.parse(text) as First) : undefined;
}

/** The conversation that the address names. */
function addressed(): string | undefined {
	const id = /^#\/c\/(.+)$/u.exec(location.hash)?.[1];
	try {
		return id && decodeURIComponent(id);
	} catch {
		return undefined;
	}
}

function pause(milliseconds: number): Promise<void> {
	return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** Midnight of a day that was chosen, or of one so many days later; nothing for what is no day, such as a year of five digits. */
function startOf(date: string, later: number): string {
	const day = new Date(`${date}T00:00`);
	day.setDate(day.getDate() + later);
	return Number.isNaN(day.getTime()) ? '' : day.toISOString();
}
