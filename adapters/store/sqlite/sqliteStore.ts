import { randomUUID } from 'node:crypto';
import type { SQLInputValue } from 'node:sqlite';

import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation } from '../../../core/conversation/conversation';
import { isCaptured } from '../../../core/conversation/conversation';
import type { CustomerIdentity } from '../../../core/conversation/identity';
import type {
	ConversationMessage,
	DeliveryStatus,
	MessageError,
} from '../../../core/conversation/message';
import type {
	Changes,
	Consequences,
	ConversationFilter,
	ConversationView,
	HandoffStore,
	InboundMessage,
	IntakeResult,
	Settings,
	Turn,
} from '../../../core/ports/store';
import type { RoutingView } from '../../../core/routing/agent';
import { KEPT_WAITS, waitEnded } from '../../../core/routing/wait';
import { takeEvents } from '../../../core/sla';
import type { SlaClock, SlaEvent } from '../../../core/sla/clock';
import type { Brief } from '../../../core/summary/brief';
import type { IsoTime } from '../../../core/time';
import { addMilliseconds } from '../../../core/time';
import { MOST_CHANGES, isCountable } from '../changes';
import type { Candidate } from '../intake';
import {
	EARLY_STATUS_MS,
	SAME_CUSTOMER,
	bestMatch,
	byTimeSent,
	checkVersion,
	holderOf,
	namesThem,
	needsRecovery,
	noSuchConversation,
	received,
	sameCustomer,
	startConversation,
	supersedes,
	takenAs,
	waitingSince,
	withNewKeys,
} from '../intake';
import type { Database } from './database';

interface Doc {
	doc: string;
}

const DEFAULT_LIST_LIMIT = 50;

/** The store on one SQLite file. Calls are synchronous inside and each is one transaction. */
export class SqliteStore implements HandoffStore {
	constructor(
		private readonly db: Database,
		readonly namespace: string,
		private readonly newId: () => string = randomUUID,
	) {}

	async intake(
		messages: InboundMessage[],
		now: IsoTime,
		follows?: Consequences,
	): Promise<IntakeResult[]> {
		const results = new Array<IntakeResult>(messages.length);
		// As in decide: what `follows` refuses reaches the caller as a rejection.
		return new Promise((resolve) => {
			this.db.transaction(() => {
				for (const index of byTimeSent(messages)) {
					results[index] = this.record(messages[index]!, now, follows);
				}
			});
			resolve(results);
		});
	}

	private record(
		inbound: InboundMessage,
		now: IsoTime,
		follows: Consequences | undefined,
	): IntakeResult {
		const { channelId, message } = inbound;
		const known = this.messageRow(message.id);
		if (known) {
			return {
				fresh: false,
				conversation: this.mustRead(known.conversation_id),
				message: parse<ConversationMessage>(known),
			};
		}
		const found = this.candidates(channelId, inbound.identity);
		const { identity, former } = holderOf(found, inbound.identity, message, now);
		for (const other of former) {
			this.writeConversation(other.conversation);
			this.writeAudit(other.conversation.id, other.audit);
		}
		const before =
			bestMatch(found, identity) ??
			startConversation(this.newId(), this.namespace, channelId, identity, message, now);
		const { conversation, audit } = received(before, identity, message, now);
		this.writeConversation(conversation);
		this.learnKeys(conversation, withNewKeys(identity, message));
		for (const other of sameCustomer(found, before, identity)) this.join(conversation, other);
		this.writeMessage(conversation.id, message);
		if (audit) this.writeAudit(conversation.id, audit);
		if (!follows) return { fresh: true, conversation, message };
		const changes = follows({ conversation, clocks: this.liveClocks(conversation.id) }, inbound);
		this.apply(conversation, changes);
		return { fresh: true, conversation: changes.conversation ?? conversation, message };
	}

	async markHandled(messageIds: string[], now: IsoTime): Promise<void> {
		this.db.transaction(() => this.writeHandled(messageIds, now));
		return Promise.resolve();
	}

	async unhandled(before: IsoTime, limit: number): Promise<IntakeResult[]> {
		const rows = this.db.all<{ conversation_id: string } & Doc>(
			`SELECT conversation_id, doc FROM messages
			WHERE namespace = ? AND recover = 1 AND handled_at IS NULL AND received_at < ?
			ORDER BY received_at, id LIMIT ?`,
			this.namespace,
			before,
			limit,
		);
		return Promise.resolve(
			rows.map((row) => ({
				fresh: false,
				conversation: this.mustRead(row.conversation_id),
				message: parse<ConversationMessage>(row),
			})),
		);
	}

	async updateStatus(
		messageId: string,
		status: DeliveryStatus,
		at: IsoTime,
		errors?: MessageError[],
	): Promise<{ conversation: Conversation; changed: boolean } | undefined> {
		return Promise.resolve(
			this.db.transaction(() => {
				const row = this.messageRow(messageId) ?? this.messageRow(this.aliasOf(messageId));
				if (!row) {
					this.keepEarlyStatus(messageId, status, at, errors);
					return undefined;
				}
				const message = parse<ConversationMessage>(row);
				const conversation = this.mustRead(row.conversation_id);
				if (message.direction !== 'out') return undefined;
				if (!supersedes(message.status, status)) return { conversation, changed: false };
				this.writeMessage(row.conversation_id, {
					...message,
					status,
					...(errors && errors.length > 0 ? { errors } : {}),
				});
				return { conversation, changed: true };
			}),
		);
	}

	async recordAlias(
		messageId: string,
		alias: string,
	): Promise<{ conversation: Conversation; message: ConversationMessage } | undefined> {
		return Promise.resolve(
			this.db.transaction(() => {
				const row = this.messageRow(messageId);
				const known = row && parse<ConversationMessage>(row);
				if (!row || known?.direction !== 'out') return undefined;
				this.db.run(
					`INSERT INTO message_aliases (namespace, alias, message_id, conversation_id) VALUES (?, ?, ?, ?)
					ON CONFLICT DO UPDATE SET message_id = excluded.message_id, conversation_id = excluded.conversation_id`,
					this.namespace,
					alias,
					messageId,
					row.conversation_id,
				);
				const message = this.withEarlyStatus(takenAs(known, alias), alias);
				this.writeMessage(row.conversation_id, message);
				return { conversation: this.mustRead(row.conversation_id), message };
			}),
		);
	}

	private messageRow(id: string | undefined): ({ conversation_id: string } & Doc) | undefined {
		if (id === undefined) return undefined;
		return this.db.get<{ conversation_id: string } & Doc>(
			'SELECT conversation_id, doc FROM messages WHERE namespace = ? AND id = ?',
			this.namespace,
			id,
		);
	}

	/** The message of ours that a gateway knows by this id. */
	private aliasOf(alias: string): string | undefined {
		return this.db.get<{ message_id: string }>(
			'SELECT message_id FROM message_aliases WHERE namespace = ? AND alias = ?',
			this.namespace,
			alias,
		)?.message_id;
	}

	private keepEarlyStatus(
		messageId: string,
		status: DeliveryStatus,
		at: IsoTime,
		errors: MessageError[] | undefined,
	): void {
		const early = this.db.get<{ status: DeliveryStatus }>(
			'SELECT status FROM early_statuses WHERE namespace = ? AND message_id = ?',
			this.namespace,
			messageId,
		);
		if (early && !supersedes(early.status, status)) return;
		this.db.run(
			'INSERT OR REPLACE INTO early_statuses (namespace, message_id, status, at, errors) VALUES (?, ?, ?, ?, ?)',
			this.namespace,
			messageId,
			status,
			at,
			JSON.stringify(errors ?? []),
		);
		this.db.run(
			'DELETE FROM early_statuses WHERE namespace = ? AND at < ?',
			this.namespace,
			addMilliseconds(at, -EARLY_STATUS_MS),
		);
	}

	/** A message of ours, with the status that came before it, or before its id at a gateway. */
	private withEarlyStatus(message: ConversationMessage, id = message.id): ConversationMessage {
		if (message.direction !== 'out' || message.status === undefined) return message;
		const early = this.db.get<{ status: DeliveryStatus; errors: string }>(
			'DELETE FROM early_statuses WHERE namespace = ? AND message_id = ? RETURNING status, errors',
			this.namespace,
			id,
		);
		if (!early || !supersedes(message.status, early.status)) return message;
		const errors = JSON.parse(early.errors) as MessageError[];
		return { ...message, status: early.status, ...(errors.length > 0 ? { errors } : {}) };
	}

	async conversation(id: string): Promise<Conversation | undefined> {
		return Promise.resolve(this.read(id));
	}

	async findConversation(
		channelId: string,
		identity: CustomerIdentity,
	): Promise<Conversation | undefined> {
		return Promise.resolve(this.find(channelId, identity));
	}

	async list(
		filter: ConversationFilter,
	): Promise<{ conversations: Conversation[]; after?: string }> {
		const where = ['namespace = ?'];
		const values: SQLInputValue[] = [this.namespace];
		const add = (condition: string, ...more: SQLInputValue[]) => {
			where.push(condition);
			values.push(...more);
		};
		if (filter.states) add(`state IN (${filter.states.map(() => '?').join()})`, ...filter.states);
		if (filter.agentId) add('agent_id = ?', filter.agentId);
		if (filter.queue) add('queue = ?', filter.queue);
		if (filter.captured) add('captured = 1');
		if (filter.since) add('last_message_at >= ?', filter.since);
		if (filter.until) add('last_message_at < ?', filter.until);
		if (filter.tag) {
			add("EXISTS (SELECT 1 FROM json_each(doc, '$.tags') WHERE value = ?)", filter.tag);
		}
		if (filter.search) {
			const pattern = `%${filter.search.replace(/[\\%_]/gu, '\\$&')}%`;
			add(
				`(id = ? OR json_extract(doc, '$.profile.name') LIKE ? ESCAPE '\\'
				OR json_extract(doc, '$.identity.name') LIKE ? ESCAPE '\\'
				OR EXISTS (SELECT 1 FROM json_each(doc, '$.identity.keys')
					WHERE json_extract(value, '$.value') LIKE ? ESCAPE '\\'))`,
				filter.search,
				pattern,
				pattern,
				pattern,
			);
		}
		if (filter.after) {
			const [at, id] = JSON.parse(filter.after) as [string, string];
			add('(last_message_at < ? OR (last_message_at = ? AND id > ?))', at, at, id);
		}
		const limit = filter.limit ?? DEFAULT_LIST_LIMIT;
		const conversations = this.db
			.all<Doc>(
				`SELECT doc FROM conversations WHERE ${where.join(' AND ')}
				ORDER BY last_message_at DESC, id LIMIT ?`,
				...values,
				limit + 1,
			)
			.map((row) => parse<Conversation>(row));
		if (conversations.length <= limit) return Promise.resolve({ conversations });
		conversations.pop();
		const last = conversations.at(-1)!;
		return Promise.resolve({
			conversations,
			after: JSON.stringify([last.lastMessageAt, last.id]),
		});
	}

	async changes(cursor?: string): Promise<{ cursor: string; conversations?: string[] }> {
		const newest = this.db.get<{ number: number | null }>(
			'SELECT MAX(number) AS number FROM changes WHERE namespace = ?',
			this.namespace,
		);
		const now = newest?.number ?? 0;
		const since = /^\d+$/u.test(cursor ?? '') ? Number(cursor) : Infinity;
		const found = { cursor: String(now) };
		// A cursor from the future is from before a backup was restored.
		if (since > now) return Promise.resolve(found);
		const ids = this.db
			.all<{ conversation_id: string }>(
				'SELECT conversation_id FROM changes WHERE namespace = ? AND number > ? AND number <= ? LIMIT ?',
				this.namespace,
				since,
				now,
				MOST_CHANGES + 1,
			)
			.map((row) => row.conversation_id);
		return Promise.resolve(isCountable(ids) ? { ...found, conversations: ids } : found);
	}

	async conversations(ids: readonly string[]): Promise<Conversation[]> {
		return Promise.resolve(ids.flatMap((id) => this.read(id) ?? []));
	}

	onWrite(listener: () => void): () => void {
		return this.db.written.add(listener);
	}

	async history(
		conversationId: string,
		options: { limit: number; before?: string },
	): Promise<ConversationMessage[]> {
		const edge = options.before
			? this.db.get<{ sent_at: string; received_at: string }>(
					'SELECT sent_at, received_at FROM messages WHERE namespace = ? AND id = ?',
					this.namespace,
					options.before,
				)
			: undefined;
		const rows = edge
			? this.db.all<Doc>(
					`SELECT doc FROM messages WHERE namespace = ? AND conversation_id = ? AND (sent_at, received_at, id) < (?, ?, ?)
					ORDER BY sent_at DESC, received_at DESC, id DESC LIMIT ?`,
					this.namespace,
					conversationId,
					edge.sent_at,
					edge.received_at,
					options.before!,
					options.limit,
				)
			: this.db.all<Doc>(
					`SELECT doc FROM messages WHERE namespace = ? AND conversation_id = ?
					ORDER BY sent_at DESC, received_at DESC, id DESC LIMIT ?`,
					this.namespace,
					conversationId,
					options.limit,
				);
		return Promise.resolve(rows.map((row) => parse<ConversationMessage>(row)).reverse());
	}

	async audit(conversationId: string): Promise<AuditEntry[]> {
		return Promise.resolve(
			this.db
				.all<Doc>(
					'SELECT doc FROM audit WHERE namespace = ? AND conversation_id = ? ORDER BY sequence',
					this.namespace,
					conversationId,
				)
				.map((row) => parse<AuditEntry>(row)),
		);
	}

	async saveBrief(brief: Brief): Promise<void> {
		this.db.run(
			'INSERT OR REPLACE INTO briefs (namespace, conversation_id, doc) VALUES (?, ?, ?)',
			this.namespace,
			brief.conversationId,
			JSON.stringify(brief),
		);
		return Promise.resolve();
	}

	async brief(conversationId: string): Promise<Brief | undefined> {
		const row = this.db.get<Doc>(
			'SELECT doc FROM briefs WHERE namespace = ? AND conversation_id = ?',
			this.namespace,
			conversationId,
		);
		return Promise.resolve(row && parse<Brief>(row));
	}

	async decide<T>(
		conversationId: string,
		decide: (view: ConversationView) => Changes<T>,
	): Promise<T> {
		// The transaction throws inside a promise's executor, so that every refusal reaches the caller as a rejection.
		return new Promise((resolve) =>
			resolve(
				this.db.transaction(() => {
					const view = this.view(conversationId);
					const changes = decide(view);
					this.apply(view.conversation, changes);
					return changes.result;
				}),
			),
		);
	}

	async route<T>(
		conversationId: string,
		roster: { key: string; queue: string },
		decide: (view: ConversationView & RoutingView) => Changes<T>,
	): Promise<T> {
		return new Promise((resolve) =>
			resolve(
				this.db.transaction(() => {
					const view = this.view(conversationId);
					const changes = decide({
						...view,
						...this.routingView(roster, waitingSince(view.conversation)),
					});
					this.apply(view.conversation, changes);
					if (changes.assignedAgentId !== undefined) {
						this.db.run(
							`INSERT INTO turns (namespace, roster, agent_id, tick)
							VALUES (?1, ?2, ?3, (SELECT COALESCE(MAX(tick), -1) + 1 FROM turns WHERE namespace = ?1 AND roster = ?2))
							ON CONFLICT DO UPDATE SET tick = excluded.tick`,
							this.namespace,
							roster.key,
							changes.assignedAgentId,
						);
					}
					return changes.result;
				}),
			),
		);
	}

	private routingView(
		roster: { key: string; queue: string },
		since: IsoTime | undefined,
	): RoutingView {
		// One value each, put together by SQLite: a row for each agent would cost more than all the rest of the decision.
		const row = this.db.get<{
			turns: string;
			ticks: string;
			owners: string;
			loads: string;
			waiting: number | null;
			ahead: number;
			waits: string;
		}>(
			`SELECT
				t.turns, t.ticks, l.owners, l.loads,
				(SELECT open FROM loads WHERE namespace = ?1 AND kind = 'queue' AND owner = ?3) AS waiting,
				(SELECT COUNT(*) FROM conversations WHERE namespace = ?1 AND queue = ?3 AND waiting_since < ?5) AS ahead,
				(SELECT json_group_array(seconds) FROM
					(SELECT seconds FROM waits WHERE namespace = ?1 AND queue = ?3 ORDER BY sequence DESC LIMIT ?4)) AS waits
			FROM (SELECT json_group_array(agent_id) AS turns, json_group_array(tick) AS ticks FROM turns
					WHERE namespace = ?1 AND roster = ?2) AS t,
				(SELECT json_group_array(owner) AS owners, json_group_array(open) AS loads FROM loads
					WHERE namespace = ?1 AND kind = 'agent' AND open > 0) AS l`,
			this.namespace,
			roster.key,
			roster.queue,
			KEPT_WAITS,
			since ?? null,
		)!;
		return {
			lastAssigned: numbersBy(row.turns, row.ticks),
			openByAgent: numbersBy(row.owners, row.loads),
			waiting: row.waiting ?? 0,
			...(since === undefined ? {} : { ahead: row.ahead }),
			recentWaitSeconds: JSON.parse(row.waits) as number[],
		};
	}

	async putClocks(clocks: SlaClock[]): Promise<void> {
		this.db.transaction(() => clocks.forEach((clock) => this.writeClock(clock)));
		return Promise.resolve();
	}

	async clocks(conversationId: string): Promise<SlaClock[]> {
		return Promise.resolve(
			this.db
				.all<Doc>(
					'SELECT doc FROM clocks INDEXED BY clocks_of_conversation WHERE namespace = ? AND conversation_id = ? ORDER BY id',
					this.namespace,
					conversationId,
				)
				.map((row) => parse<SlaClock>(row)),
		);
	}

	async clocksOf(conversationIds: readonly string[]): Promise<SlaClock[]> {
		return Promise.resolve(
			this.db
				.all<Doc>(
					`SELECT doc FROM clocks INDEXED BY clocks_of_conversation
					WHERE namespace = ? AND conversation_id IN (SELECT value FROM json_each(?)) ORDER BY conversation_id, id`,
					this.namespace,
					JSON.stringify(conversationIds),
				)
				.map((row) => parse<SlaClock>(row)),
		);
	}

	async nextClockEventAt(): Promise<IsoTime | undefined> {
		const next = this.db.get<{ at: string | null }>(
			`SELECT MIN(at) AS at FROM (
				SELECT MIN(next_event_at) AS at FROM clocks WHERE namespace = ?1 AND next_event_at IS NOT NULL
				UNION ALL SELECT MIN(taken_until) FROM events WHERE namespace = ?1)`,
			this.namespace,
		);
		return Promise.resolve(next?.at ?? undefined);
	}

	async takeDueEvents(now: IsoTime, limit: number, leaseMs: number): Promise<SlaEvent[]> {
		const until = addMilliseconds(now, leaseMs);
		return Promise.resolve(
			this.db.transaction(() => {
				const taken = this.db
					.all<Doc>(
						'SELECT doc FROM events WHERE namespace = ? AND taken_until <= ? ORDER BY taken_until LIMIT ?',
						this.namespace,
						now,
						limit,
					)
					.map((row) => parse<SlaEvent>(row));
				const first = this.db.all<{ conversation_id: string }>(
					`SELECT conversation_id FROM clocks WHERE namespace = ? AND next_event_at IS NOT NULL AND next_event_at <= ?
					ORDER BY next_event_at, id LIMIT ?`,
					this.namespace,
					now,
					Math.max(0, limit - taken.length),
				);
				// With all else that is due of the same customers, so that each of them is one alert.
				const clocks = this.db
					.all<Doc>(
						`SELECT doc FROM clocks INDEXED BY clocks_of_conversation WHERE namespace = ?
						AND conversation_id IN (SELECT value FROM json_each(?)) AND next_event_at <= ?
						ORDER BY next_event_at, id`,
						this.namespace,
						JSON.stringify(first.map((row) => row.conversation_id)),
						now,
					)
					.map((row) => parse<SlaClock>(row));
				for (const due of clocks) {
					const { clock, events } = takeEvents(due, now);
					this.writeClock(clock);
					taken.push(...events);
				}
				for (const event of taken) {
					this.db.run(
						'INSERT OR REPLACE INTO events (namespace, id, taken_until, doc) VALUES (?, ?, ?, ?)',
						this.namespace,
						event.id,
						until,
						JSON.stringify(event),
					);
				}
				return taken.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
			}),
		);
	}

	async confirmEvents(eventIds: string[], _now: IsoTime): Promise<void> {
		this.db.transaction(() => {
			for (const id of eventIds) {
				this.db.run('DELETE FROM events WHERE namespace = ? AND id = ?', this.namespace, id);
			}
		});
		return Promise.resolve();
	}

	async beginOnce(key: string, now: IsoTime, leaseMs: number): Promise<Turn> {
		return Promise.resolve(
			this.db.transaction(() => {
				const row = this.db.get<{ until: string | null; result: string | null }>(
					'SELECT until, result FROM once WHERE namespace = ? AND key = ?',
					this.namespace,
					key,
				);
				if (row && row.until === null) {
					return { state: 'done' as const, result: JSON.parse(row.result ?? 'null') as unknown };
				}
				if (row && row.until! > now) return { state: 'busy' as const };
				this.db.run(
					'INSERT OR REPLACE INTO once (namespace, key, until, result) VALUES (?, ?, ?, NULL)',
					this.namespace,
					key,
					addMilliseconds(now, leaseMs),
				);
				return row ? { state: 'mine' as const, again: true as const } : { state: 'mine' as const };
			}),
		);
	}

	async extendOnce(key: string, now: IsoTime, leaseMs: number): Promise<void> {
		this.db.run(
			'UPDATE once SET until = ? WHERE namespace = ? AND key = ? AND until IS NOT NULL',
			addMilliseconds(now, leaseMs),
			this.namespace,
			key,
		);
		return Promise.resolve();
	}

	async completeOnce(key: string, result: unknown, _now: IsoTime): Promise<void> {
		this.db.run(
			'INSERT OR REPLACE INTO once (namespace, key, until, result) VALUES (?, ?, NULL, ?)',
			this.namespace,
			key,
			JSON.stringify(result ?? null),
		);
		return Promise.resolve();
	}

	async confirmOnce(key: string, result: unknown, _now: IsoTime): Promise<boolean> {
		const confirmed = this.db.run(
			'UPDATE once SET until = NULL, result = ? WHERE namespace = ? AND key = ? AND until IS NOT NULL',
			JSON.stringify(result ?? null),
			this.namespace,
			key,
		);
		return Promise.resolve(confirmed === 1);
	}

	async abandonOnce(key: string): Promise<void> {
		this.db.run(
			'DELETE FROM once WHERE namespace = ? AND key = ? AND until IS NOT NULL',
			this.namespace,
			key,
		);
		return Promise.resolve();
	}

	async getSetting<T>(key: string): Promise<T | undefined> {
		const row = this.db.get<{ value: string }>(
			'SELECT value FROM settings WHERE namespace = ? AND key = ?',
			this.namespace,
			key,
		);
		return Promise.resolve(row && (JSON.parse(row.value) as T));
	}

	async putSetting(key: string, value: unknown): Promise<void> {
		this.db.run(
			'INSERT OR REPLACE INTO settings (namespace, key, value) VALUES (?, ?, ?)',
			this.namespace,
			key,
			JSON.stringify(value ?? null),
		);
		return Promise.resolve();
	}

	async updateSetting<K extends keyof Settings>(
		key: K,
		change: (current: Settings[K] | undefined) => Settings[K],
	): Promise<Settings[K]> {
		return Promise.resolve(
			this.db.transaction(() => {
				const row = this.db.get<{ value: string }>(
					'SELECT value FROM settings WHERE namespace = ? AND key = ?',
					this.namespace,
					key,
				);
				const next = change(row && (JSON.parse(row.value) as Settings[K]));
				this.db.run(
					'INSERT OR REPLACE INTO settings (namespace, key, value) VALUES (?, ?, ?)',
					this.namespace,
					key,
					JSON.stringify(next),
				);
				return next;
			}),
		);
	}

	async conversationsOfCustomer(conversationId: string): Promise<Conversation[]> {
		const rows = this.db.all<Doc>(
			`SELECT doc FROM conversations WHERE namespace = ?1 AND (id = ?2 OR id IN (
				SELECT other.conversation_id FROM identity_keys own
				JOIN identity_keys other ON other.namespace = own.namespace AND other.kind = own.kind AND other.value = own.value
				WHERE own.namespace = ?1 AND own.conversation_id = ?2))
			ORDER BY id`,
			this.namespace,
			conversationId,
		);
		return Promise.resolve(rows.map((row) => parse<Conversation>(row)));
	}

	async erase(conversationIds: string[]): Promise<{ conversations: number; messages: number }> {
		const done = this.db.transaction(() => {
			const ids = JSON.stringify(conversationIds);
			const remove = (table: string, where: string) =>
				this.db.run(
					`DELETE FROM ${table} WHERE namespace = ? AND ${where} IN (SELECT value FROM json_each(?))`,
					this.namespace,
					ids,
				);
			const conversations = conversationIds.flatMap((id) => this.read(id) ?? []);
			const named = namesThem(conversations);
			for (const { key, result } of this.db.all<{ key: string; result: string | null }>(
				'SELECT key, result FROM once WHERE namespace = ?',
				this.namespace,
			)) {
				if (named(key) || named(result ?? '')) {
					this.db.run('DELETE FROM once WHERE namespace = ? AND key = ?', this.namespace, key);
				}
			}
			const messages = remove('messages', 'conversation_id');
			for (const table of ['briefs', 'audit', 'clocks', 'identity_keys', 'message_aliases']) {
				remove(table, 'conversation_id');
			}
			remove('events', "json_extract(doc, '$.clock.conversationId')");
			return { conversations: remove('conversations', 'id'), messages };
		});
		// What was deleted still stands in the log of writes until it is folded into the file.
		this.db.checkpoint();
		return Promise.resolve(done);
	}

	async close(): Promise<void> {
		this.db.close();
		return Promise.resolve();
	}

	private read(id: string): Conversation | undefined {
		const row = this.db.get<Doc>(
			'SELECT doc FROM conversations WHERE namespace = ? AND id = ?',
			this.namespace,
			id,
		);
		return row && parse<Conversation>(row);
	}

	private mustRead(id: string): Conversation {
		const conversation = this.read(id);
		if (conversation) return conversation;
		throw noSuchConversation(id);
	}

	private view(id: string): ConversationView {
		return {
			conversation: this.mustRead(id),
			clocks: this.liveClocks(id),
		};
	}

	private liveClocks(id: string): SlaClock[] {
		return this.db
			.all<Doc>(
				'SELECT doc FROM clocks INDEXED BY clocks_of_conversation WHERE namespace = ? AND conversation_id = ? AND live = 1 ORDER BY id',
				this.namespace,
				id,
			)
			.map((row) => parse<SlaClock>(row));
	}

	private find(channelId: string, identity: CustomerIdentity): Conversation | undefined {
		return bestMatch(this.candidates(channelId, identity), identity);
	}

	private candidates(channelId: string, identity: CustomerIdentity): Candidate[] {
		return identity.keys.flatMap((key) => {
			const row = this.db.get<{ conversation_id: string }>(
				`SELECT conversation_id FROM identity_keys
				WHERE namespace = ? AND channel_id = ? AND kind = ? AND value = ?`,
				this.namespace,
				channelId,
				key.kind,
				key.value,
			);
			const conversation = row && this.read(row.conversation_id);
			return conversation ? [{ kind: key.kind, conversation }] : [];
		});
	}

	private apply<T>(before: Conversation, changes: Changes<T>): void {
		if (changes.conversation) {
			checkVersion(before, changes.conversation);
			this.writeConversation(changes.conversation);
			this.keepWait(waitEnded(before, changes.conversation));
		}
		changes.messages?.forEach((message) => this.writeMessage(before.id, message));
		if (changes.handled) this.writeHandled(changes.handled.ids, changes.handled.at);
		changes.audit?.forEach((entry) => this.writeAudit(before.id, entry));
		changes.clocks?.forEach((clock) => this.writeClock(clock));
	}

	private keepWait(wait: ReturnType<typeof waitEnded>): void {
		if (!wait) return;
		this.db.run(
			'INSERT INTO waits (namespace, queue, seconds) VALUES (?, ?, ?)',
			this.namespace,
			wait.queue,
			wait.seconds,
		);
		this.db.run(
			`DELETE FROM waits WHERE namespace = ?1 AND queue = ?2 AND sequence <=
				(SELECT sequence FROM waits WHERE namespace = ?1 AND queue = ?2 ORDER BY sequence DESC LIMIT 1 OFFSET ?3)`,
			this.namespace,
			wait.queue,
			KEPT_WAITS,
		);
	}

	private writeConversation(conversation: Conversation): void {
		const { owner } = conversation;
		this.db.run(
			`INSERT INTO conversations
			(namespace, id, channel_id, state, agent_id, queue, last_message_at, waiting_since, captured, doc)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET state = excluded.state, agent_id = excluded.agent_id, queue = excluded.queue,
				last_message_at = excluded.last_message_at, waiting_since = excluded.waiting_since,
				captured = excluded.captured, doc = excluded.doc`,
			this.namespace,
			conversation.id,
			conversation.channelId,
			conversation.state,
			owner?.kind === 'agent' ? owner.id : null,
			owner?.kind === 'queue' ? owner.name : null,
			conversation.lastMessageAt,
			waitingSince(conversation) ?? null,
			isCaptured(conversation) ? 1 : 0,
			JSON.stringify(conversation),
		);
	}

	/** From now on the keys that were seen together lead to this conversation. */
	private learnKeys({ id, channelId }: Conversation, { keys }: CustomerIdentity): void {
		for (const { kind, value } of keys) this.writeKey(channelId, kind, value, id);
	}

	/** Two conversations of one customer find each other, although all keys lead to one of them. */
	private join(conversation: Conversation, other: Conversation): void {
		this.writeKey(other.channelId, SAME_CUSTOMER, other.id, other.id);
		this.writeKey('', SAME_CUSTOMER, other.id, conversation.id);
	}

	private writeKey(channelId: string, kind: string, value: string, conversationId: string): void {
		this.db.run(
			`INSERT INTO identity_keys (namespace, channel_id, kind, value, conversation_id)
			VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET conversation_id = excluded.conversation_id
				WHERE conversation_id <> excluded.conversation_id`,
			this.namespace,
			channelId,
			kind,
			value,
			conversationId,
		);
	}

	private writeMessage(conversationId: string, given: ConversationMessage): void {
		const message = this.withEarlyStatus(given);
		this.db.run(
			`INSERT INTO messages (namespace, id, conversation_id, sent_at, received_at, recover, doc)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET doc = excluded.doc`,
			this.namespace,
			message.id,
			conversationId,
			message.sentAt,
			message.receivedAt,
			needsRecovery(message) ? 1 : 0,
			JSON.stringify(message),
		);
	}

	private writeHandled(messageIds: string[], now: IsoTime): void {
		for (const id of messageIds) {
			this.db.run(
				'UPDATE messages SET handled_at = ? WHERE namespace = ? AND id = ? AND handled_at IS NULL',
				now,
				this.namespace,
				id,
			);
		}
	}

	private writeAudit(conversationId: string, entry: AuditEntry): void {
		this.db.run(
			'INSERT INTO audit (namespace, conversation_id, doc) VALUES (?, ?, ?)',
			this.namespace,
			conversationId,
			JSON.stringify(entry),
		);
	}

	private writeClock(clock: SlaClock): void {
		this.db.run(
			`INSERT OR REPLACE INTO clocks (namespace, id, conversation_id, live, next_event_at, doc)
			VALUES (?, ?, ?, ?, ?, ?)`,
			this.namespace,
			clock.id,
			clock.conversationId,
			clock.status === 'running' || clock.status === 'paused' ? 1 : 0,
			clock.nextEventAt ?? null,
			JSON.stringify(clock),
		);
	}
}

function parse<T>({ doc }: Doc): T {
	return JSON.parse(doc) as T;
}

/** Numbers by name, from a JSON list of each: faster to read than an object whose names are all different. */
function numbersBy(names: string, numbers: string): Map<string, number> {
	const values = JSON.parse(numbers) as number[];
	return new Map((JSON.parse(names) as string[]).map((name, index) => [name, values[index]!]));
}
