import { randomUUID } from 'node:crypto';

import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation } from '../../../core/conversation/conversation';
import { isCaptured } from '../../../core/conversation/conversation';
import type { CustomerIdentity, IdentityKind } from '../../../core/conversation/identity';
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
import type { FirstLocks, PostgresDatabase, Transaction, Value } from './database';

interface Doc {
	doc: string;
}

/** As PostgreSQL writes a snapshot: xmin, xmax and what was under way between them. */
const SNAPSHOT = /^\d{1,19}:\d{1,19}:[\d,]*$/u;

const DEFAULT_LIST_LIMIT = 50;

/**
 * The store on a PostgreSQL database, for any number of processes. What a method reads in order to write, it locks first: a
 * conversation by its row, a customer by advisory locks on the identity keys (a first message has no row yet), a roster by an
 * advisory lock on its key.
 */
export class PostgresStore implements HandoffStore {
	constructor(
		private readonly db: PostgresDatabase,
		readonly namespace: string,
		private readonly newId: () => string = randomUUID,
	) {}

	async intake(
		messages: InboundMessage[],
		now: IsoTime,
		follows?: Consequences,
	): Promise<IntakeResult[]> {
		return this.db.transaction(async (tx) => {
			await this.lock(
				tx,
				messages.flatMap(({ channelId, identity, message }) => [
					JSON.stringify(['message', message.id]),
					...identity.keys.map(({ kind, value }) =>
						JSON.stringify(['key', channelId, kind, value]),
					),
				]),
			);
			const results = new Array<IntakeResult>(messages.length);
			for (const index of byTimeSent(messages)) {
				results[index] = await this.record(tx, messages[index]!, now, follows);
			}
			return results;
		});
	}

	private async record(
		tx: Transaction,
		inbound: InboundMessage,
		now: IsoTime,
		follows: Consequences | undefined,
	): Promise<IntakeResult> {
		const { channelId, message } = inbound;
		const known = await tx.get<{ conversation_id: string } & Doc>(
			'SELECT conversation_id, doc FROM handoff_messages WHERE namespace = $1 AND id = $2',
			this.namespace,
			message.id,
		);
		if (known) {
			return {
				fresh: false,
				conversation: await this.mustRead(tx, known.conversation_id),
				message: parse<ConversationMessage>(known),
			};
		}
		const found = await this.candidates(tx, channelId, inbound.identity, 'FOR UPDATE OF c');
		const { identity, former } = holderOf(found, inbound.identity, message, now);
		for (const other of former) {
			await this.writeConversation(tx, other.conversation);
			await this.writeAudit(tx, other.conversation.id, other.audit);
		}
		const before =
			bestMatch(found, identity) ??
			startConversation(this.newId(), this.namespace, channelId, identity, message, now);
		const { conversation, audit } = received(before, identity, message, now);
		await this.writeConversation(tx, conversation);
		await this.learnKeys(tx, conversation, withNewKeys(identity, message));
		for (const other of sameCustomer(found, before, identity)) {
			await this.join(tx, conversation, other);
		}
		await this.writeMessage(tx, conversation.id, message);
		if (audit) await this.writeAudit(tx, conversation.id, audit);
		if (!follows) return { fresh: true, conversation, message };
		const clocks = await this.liveClocks(tx, conversation.id);
		const changes = follows({ conversation, clocks }, inbound);
		await this.apply(tx, conversation, changes);
		return { fresh: true, conversation: changes.conversation ?? conversation, message };
	}

	async markHandled(messageIds: string[], now: IsoTime): Promise<void> {
		await this.db.transaction((tx) => this.writeHandled(tx, messageIds, now));
	}

	async unhandled(before: IsoTime, limit: number): Promise<IntakeResult[]> {
		const rows = await this.all<{ conversation: string; message: string }>(
			`SELECT c.doc AS conversation, m.doc AS message FROM handoff_messages m
			JOIN handoff_conversations c ON c.namespace = m.namespace AND c.id = m.conversation_id
			WHERE m.namespace = $1 AND m.recover AND m.handled_at IS NULL AND m.received_at < $2
			ORDER BY m.received_at, m.id LIMIT $3`,
			this.namespace,
			before,
			limit,
		);
		return rows.map((row) => ({
			fresh: false,
			conversation: JSON.parse(row.conversation) as Conversation,
			message: JSON.parse(row.message) as ConversationMessage,
		}));
	}

	async updateStatus(
		messageId: string,
		status: DeliveryStatus,
		at: IsoTime,
		errors?: MessageError[],
	): Promise<{ conversation: Conversation; changed: boolean } | undefined> {
		return this.db.transaction(async (tx) => {
			const read = async () =>
				(await this.messageRow(tx, messageId)) ??
				(await this.messageRow(tx, await this.aliasOf(tx, messageId)));
			let row = await read();
			if (!row) {
				// It may be written down in this very moment.
				await this.lock(tx, [JSON.stringify(['message', messageId])]);
				row = await read();
			}
			if (!row) {
				await this.keepEarlyStatus(tx, messageId, status, at, errors);
				return undefined;
			}
			const message = parse<ConversationMessage>(row);
			if (message.direction !== 'out') return undefined;
			const conversation = await this.mustRead(tx, row.conversation_id);
			if (!supersedes(message.status, status)) return { conversation, changed: false };
			await this.writeMessage(tx, row.conversation_id, {
				...message,
				status,
				...(errors && errors.length > 0 ? { errors } : {}),
			});
			return { conversation, changed: true };
		});
	}

	async recordAlias(
		messageId: string,
		alias: string,
	): Promise<{ conversation: Conversation; message: ConversationMessage } | undefined> {
		return this.db.transaction(async (tx) => {
			// A status that comes in this very moment is kept before, or finds the alias afterwards.
			await this.lock(
				tx,
				[messageId, alias].map((id) => JSON.stringify(['message', id])),
			);
			const row = await this.messageRow(tx, messageId);
			const known = row && parse<ConversationMessage>(row);
			if (!row || known?.direction !== 'out') return undefined;
			const message = await this.withEarlyStatus(tx, takenAs(known, alias), alias);
			await tx.run(
				`INSERT INTO handoff_message_aliases (namespace, alias, message_id, conversation_id) VALUES ($1, $2, $3, $4)
				ON CONFLICT (namespace, alias) DO UPDATE SET message_id = excluded.message_id, conversation_id = excluded.conversation_id`,
				this.namespace,
				alias,
				messageId,
				row.conversation_id,
			);
			await this.writeMessage(tx, row.conversation_id, message);
			return { conversation: await this.mustRead(tx, row.conversation_id), message };
		});
	}

	/** Locked: what is read here is written next. */
	private async messageRow(
		tx: Transaction,
		id: string | undefined,
	): Promise<({ conversation_id: string } & Doc) | undefined> {
		if (id === undefined) return undefined;
		return tx.get<{ conversation_id: string } & Doc>(
			'SELECT conversation_id, doc FROM handoff_messages WHERE namespace = $1 AND id = $2 FOR UPDATE',
			this.namespace,
			id,
		);
	}

	/** The message of ours that a gateway knows by this id. */
	private async aliasOf(tx: Transaction, alias: string): Promise<string | undefined> {
		const row = await tx.get<{ message_id: string }>(
			'SELECT message_id FROM handoff_message_aliases WHERE namespace = $1 AND alias = $2',
			this.namespace,
			alias,
		);
		return row?.message_id;
	}

	private async keepEarlyStatus(
		tx: Transaction,
		messageId: string,
		status: DeliveryStatus,
		at: IsoTime,
		errors: MessageError[] | undefined,
	): Promise<void> {
		const early = await tx.get<{ status: DeliveryStatus }>(
			'SELECT status FROM handoff_early_statuses WHERE namespace = $1 AND message_id = $2',
			this.namespace,
			messageId,
		);
		if (early && !supersedes(early.status, status)) return;
		await tx.run(
			`INSERT INTO handoff_early_statuses (namespace, message_id, status, at, errors) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (namespace, message_id) DO UPDATE SET status = excluded.status, at = excluded.at, errors = excluded.errors`,
			this.namespace,
			messageId,
			status,
			at,
			JSON.stringify(errors ?? []),
		);
		await tx.run(
			`DELETE FROM handoff_early_statuses WHERE (namespace, message_id) IN (
				SELECT namespace, message_id FROM handoff_early_statuses WHERE namespace = $1 AND at < $2
				LIMIT 100 FOR UPDATE SKIP LOCKED)`,
			this.namespace,
			addMilliseconds(at, -EARLY_STATUS_MS),
		);
	}

	/** A message of ours, with the status that came before it, or before its id at a gateway. */
	private async withEarlyStatus(
		tx: Transaction,
		message: ConversationMessage,
		id = message.id,
	): Promise<ConversationMessage> {
		if (message.direction !== 'out' || message.status === undefined) return message;
		await this.lock(tx, [JSON.stringify(['message', id])]);
		const early = await tx.get<{ status: DeliveryStatus; errors: string }>(
			'DELETE FROM handoff_early_statuses WHERE namespace = $1 AND message_id = $2 RETURNING status, errors',
			this.namespace,
			id,
		);
		if (!early || !supersedes(message.status, early.status)) return message;
		const errors = JSON.parse(early.errors) as MessageError[];
		return { ...message, status: early.status, ...(errors.length > 0 ? { errors } : {}) };
	}

	async conversation(id: string): Promise<Conversation | undefined> {
		return (await this.conversations([id]))[0];
	}

	async findConversation(
		channelId: string,
		identity: CustomerIdentity,
	): Promise<Conversation | undefined> {
		return this.db.transaction((tx) => this.find(tx, channelId, identity));
	}

	async list(
		filter: ConversationFilter,
	): Promise<{ conversations: Conversation[]; after?: string }> {
		const where: string[] = [];
		const values: Array<string | number | readonly string[]> = [];
		/** Adds a condition; each "?" in it stands for the value given. */
		const add = (condition: string, value: string | readonly string[]) => {
			values.push(value);
			where.push(condition.replaceAll('?', `$${values.length}`));
		};
		add('namespace = ?', this.namespace);
		if (filter.states) add('state = ANY(?)', filter.states);
		if (filter.agentId) add('agent_id = ?', filter.agentId);
		if (filter.queue) add('queue = ?', filter.queue);
		if (filter.captured) where.push('captured');
		if (filter.since) add('last_message_at >= ?', filter.since);
		if (filter.until) add('last_message_at < ?', filter.until);
		if (filter.tag) add('? = ANY(tags)', filter.tag);
		if (filter.search) {
			add('search ILIKE ?', `%${filter.search.replace(/[\\%_]/gu, '\\$&')}%`);
		}
		if (filter.after) {
			const [at, id] = JSON.parse(filter.after) as [string, string];
			values.push(at, id);
			const [atAt, idAt] = [values.length - 1, values.length];
			where.push(`(last_message_at < $${atAt} OR (last_message_at = $${atAt} AND id > $${idAt}))`);
		}
		const limit = filter.limit ?? DEFAULT_LIST_LIMIT;
		const rows = await this.all<Doc>(
			`SELECT doc FROM handoff_conversations WHERE ${where.join(' AND ')}
			ORDER BY last_message_at DESC, id LIMIT ${Math.trunc(limit) + 1}`,
			...values,
		);
		const conversations = rows.map((row) => parse<Conversation>(row));
		if (conversations.length <= limit) return { conversations };
		conversations.pop();
		const last = conversations.at(-1)!;
		return { conversations, after: JSON.stringify([last.lastMessageAt, last.id]) };
	}

	async changes(cursor?: string): Promise<{ cursor: string; conversations?: string[] }> {
		// What the snapshot of the earlier call did not see and this one sees was committed in between, in whatever order the
		// transactions began. A snapshot that ends after this one is from before a backup was restored.
		const since = cursor !== undefined && SNAPSHOT.test(cursor) ? cursor : null;
		const [row] = await this.all<{ cursor: string; known: boolean; ids: string[] }>(
			`SELECT txid_current_snapshot()::text AS cursor,
				COALESCE(txid_snapshot_xmax($2::text::txid_snapshot) <= txid_snapshot_xmax(txid_current_snapshot()), FALSE) AS known,
				ARRAY(SELECT DISTINCT conversation_id FROM handoff_changes WHERE namespace = $1
					AND xid >= txid_snapshot_xmin($2::text::txid_snapshot)
					AND NOT txid_visible_in_snapshot(xid, $2::text::txid_snapshot) LIMIT ${MOST_CHANGES + 1}) AS ids`,
			this.namespace,
			since,
		);
		const { cursor: now, known, ids } = row!;
		return known && isCountable(ids) ? { cursor: now, conversations: ids } : { cursor: now };
	}

	async conversations(ids: readonly string[]): Promise<Conversation[]> {
		const rows = await this.all<Doc>(
			'SELECT doc FROM handoff_conversations WHERE namespace = $1 AND id = ANY($2)',
			this.namespace,
			ids,
		);
		return rows.map((row) => parse<Conversation>(row));
	}

	onWrite(listener: () => void): () => void {
		return this.db.written.add(listener);
	}

	async history(
		conversationId: string,
		options: { limit: number; before?: string },
	): Promise<ConversationMessage[]> {
		const rows = await this.db.transaction(async (tx) => {
			const edge = options.before
				? await tx.get<{ sent_at: string; received_at: string }>(
						'SELECT sent_at, received_at FROM handoff_messages WHERE namespace = $1 AND id = $2',
						this.namespace,
						options.before,
					)
				: undefined;
			return edge
				? tx.all<Doc>(
						`SELECT doc FROM handoff_messages
						WHERE namespace = $1 AND conversation_id = $2 AND (sent_at, received_at, id) < ($4, $5, $6)
						ORDER BY sent_at DESC, received_at DESC, id DESC LIMIT $3`,
						this.namespace,
						conversationId,
						options.limit,
						edge.sent_at,
						edge.received_at,
						options.before!,
					)
				: tx.all<Doc>(
						`SELECT doc FROM handoff_messages WHERE namespace = $1 AND conversation_id = $2
						ORDER BY sent_at DESC, received_at DESC, id DESC LIMIT $3`,
						this.namespace,
						conversationId,
						options.limit,
					);
		});
		return rows.map((row) => parse<ConversationMessage>(row)).reverse();
	}

	async audit(conversationId: string): Promise<AuditEntry[]> {
		const rows = await this.all<Doc>(
			'SELECT doc FROM handoff_audit WHERE namespace = $1 AND conversation_id = $2 ORDER BY sequence',
			this.namespace,
			conversationId,
		);
		return rows.map((row) => parse<AuditEntry>(row));
	}

	async saveBrief(brief: Brief): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				`INSERT INTO handoff_briefs (namespace, conversation_id, doc) VALUES ($1, $2, $3)
				ON CONFLICT (namespace, conversation_id) DO UPDATE SET doc = excluded.doc`,
				this.namespace,
				brief.conversationId,
				JSON.stringify(brief),
			),
		);
	}

	async brief(conversationId: string): Promise<Brief | undefined> {
		const [row] = await this.all<Doc>(
			'SELECT doc FROM handoff_briefs WHERE namespace = $1 AND conversation_id = $2',
			this.namespace,
			conversationId,
		);
		return row && parse<Brief>(row);
	}

	async decide<T>(
		conversationId: string,
		decide: (view: ConversationView) => Changes<T>,
	): Promise<T> {
		return this.db.transaction(async (tx) => {
			const view = await this.view(tx, conversationId);
			const changes = decide(view);
			await this.apply(tx, view.conversation, changes);
			return changes.result;
		});
	}

	async route<T>(
		conversationId: string,
		roster: { key: string; queue: string },
		decide: (view: ConversationView & RoutingView) => Changes<T>,
	): Promise<T> {
		// One router at a time for each roster: every journey to the server that is saved here shortens everybody's turn.
		const locks: FirstLocks = (literal) =>
			`SELECT pg_advisory_xact_lock(hashtextextended(${literal(this.lockName(['roster', roster.key]))}, 0));
			SELECT 1 FROM handoff_conversations WHERE namespace = ${literal(this.namespace)} AND id = ${literal(conversationId)} FOR UPDATE;
			SELECT 1 FROM handoff_clocks WHERE namespace = ${literal(this.namespace)} AND conversation_id = ${literal(conversationId)} AND live ORDER BY id FOR UPDATE`;
		return this.db.transaction(async (tx) => {
			const view = await this.routingView(tx, conversationId, roster);
			const changes = decide(view);
			await this.apply(tx, view.conversation, changes, roster.key);
			return changes.result;
		}, locks);
	}

	/** All of it in one query. What it reads of the conversation has been locked before, so it is of one moment. */
	private async routingView(
		tx: Transaction,
		conversationId: string,
		roster: { key: string; queue: string },
	): Promise<ConversationView & RoutingView> {
		// One value each, put together by the server: a row for each agent would cost more than all the rest of the decision.
		const row = await tx.get<{
			doc: string;
			clocks: string[];
			turns: string;
			ticks: string;
			owners: string;
			loads: string;
			waiting: number | null;
			ahead: number;
			waits: number[];
		}>(
			`SELECT c.doc,
				ARRAY(SELECT doc FROM handoff_clocks WHERE namespace = $1 AND conversation_id = $2 AND live ORDER BY id) AS clocks,
				t.turns, t.ticks, l.owners, l.loads,
				(SELECT open FROM handoff_loads WHERE namespace = $1 AND kind = 'queue' AND owner = $4) AS waiting,
				(SELECT COUNT(*)::int FROM handoff_conversations o
					WHERE o.namespace = $1 AND o.queue = $4 AND o.waiting_since < c.waiting_since) AS ahead,
				ARRAY(SELECT seconds FROM handoff_waits WHERE namespace = $1 AND queue = $4 ORDER BY sequence DESC LIMIT $5) AS waits
			FROM handoff_conversations c,
				(SELECT COALESCE(json_agg(agent_id), '[]')::text AS turns, COALESCE(json_agg(tick), '[]')::text AS ticks
					FROM handoff_turns WHERE namespace = $1 AND roster = $3) AS t,
				(SELECT COALESCE(json_agg(owner), '[]')::text AS owners, COALESCE(json_agg(open), '[]')::text AS loads
					FROM handoff_loads WHERE namespace = $1 AND kind = 'agent' AND open > 0) AS l
			WHERE c.namespace = $1 AND c.id = $2`,
			this.namespace,
			conversationId,
			roster.key,
			roster.queue,
			KEPT_WAITS,
		);
		if (!row) throw noSuchConversation(conversationId);
		const conversation = parse<Conversation>(row);
		return {
			conversation,
			clocks: row.clocks.map((doc) => JSON.parse(doc) as SlaClock),
			lastAssigned: numbersBy(row.turns, row.ticks),
			openByAgent: numbersBy(row.owners, row.loads),
			waiting: row.waiting ?? 0,
			...(waitingSince(conversation) === undefined ? {} : { ahead: row.ahead }),
			recentWaitSeconds: row.waits,
		};
	}

	async putClocks(clocks: SlaClock[]): Promise<void> {
		await this.db.transaction((tx) => this.writeClocks(tx, clocks));
	}

	async clocks(conversationId: string): Promise<SlaClock[]> {
		const rows = await this.all<Doc>(
			'SELECT doc FROM handoff_clocks WHERE namespace = $1 AND conversation_id = $2 ORDER BY id',
			this.namespace,
			conversationId,
		);
		return rows.map((row) => parse<SlaClock>(row));
	}

	async clocksOf(conversationIds: readonly string[]): Promise<SlaClock[]> {
		const rows = await this.all<Doc>(
			`SELECT doc FROM handoff_clocks WHERE namespace = $1 AND conversation_id = ANY($2)
			ORDER BY conversation_id, id`,
			this.namespace,
			conversationIds,
		);
		return rows.map((row) => parse<SlaClock>(row));
	}

	async nextClockEventAt(): Promise<IsoTime | undefined> {
		const [row] = await this.all<{ at: string | null }>(
			`SELECT MIN(at) AS at FROM (
				SELECT MIN(next_event_at) AS at FROM handoff_clocks WHERE namespace = $1 AND next_event_at IS NOT NULL
				UNION ALL SELECT MIN(taken_until) FROM handoff_events WHERE namespace = $1) AS next`,
			this.namespace,
		);
		return row?.at ?? undefined;
	}

	async takeDueEvents(now: IsoTime, limit: number, leaseMs: number): Promise<SlaEvent[]> {
		const until = addMilliseconds(now, leaseMs);
		return this.db.transaction(async (tx) => {
			// What another process is taking at this moment is its own: skipped, not waited for.
			const lapsed = await tx.all<Doc>(
				`SELECT doc FROM handoff_events WHERE namespace = $1 AND taken_until <= $2
				ORDER BY taken_until, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
				this.namespace,
				now,
				limit,
			);
			const taken = lapsed.map((row) => parse<SlaEvent>(row));
			const first = await tx.all<{ conversation_id: string }>(
				`SELECT conversation_id FROM handoff_clocks WHERE namespace = $1 AND next_event_at IS NOT NULL AND next_event_at <= $2
				ORDER BY next_event_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
				this.namespace,
				now,
				Math.max(0, limit - taken.length),
			);
			// With all else that is due of the same customers, so that each of them is one alert.
			const due = await tx.all<Doc>(
				`SELECT doc FROM handoff_clocks WHERE namespace = $1 AND conversation_id = ANY($2) AND next_event_at <= $3
				ORDER BY next_event_at, id FOR UPDATE SKIP LOCKED`,
				this.namespace,
				[...new Set(first.map((row) => row.conversation_id))],
				now,
			);
			const clocks: SlaClock[] = [];
			for (const row of due) {
				const { clock, events } = takeEvents(parse<SlaClock>(row), now);
				clocks.push(clock);
				taken.push(...events);
			}
			await this.writeClocks(tx, clocks);
			for (const event of taken) {
				await tx.run(
					`INSERT INTO handoff_events (namespace, id, taken_until, doc) VALUES ($1, $2, $3, $4)
					ON CONFLICT (namespace, id) DO UPDATE SET taken_until = excluded.taken_until, doc = excluded.doc`,
					this.namespace,
					event.id,
					until,
					JSON.stringify(event),
				);
			}
			return taken.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
		});
	}

	async confirmEvents(eventIds: string[], _now: IsoTime): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				'DELETE FROM handoff_events WHERE namespace = $1 AND id = ANY($2)',
				this.namespace,
				eventIds,
			),
		);
	}

	async beginOnce(key: string, now: IsoTime, leaseMs: number): Promise<Turn> {
		return this.db.transaction(async (tx) => {
			const until = addMilliseconds(now, leaseMs);
			const first = await tx.run(
				`INSERT INTO handoff_once (namespace, key, until) VALUES ($1, $2, $3)
				ON CONFLICT (namespace, key) DO NOTHING`,
				this.namespace,
				key,
				until,
			);
			if (first === 1) return { state: 'mine' };
			const lapsed = await tx.run(
				`UPDATE handoff_once SET until = $3
				WHERE namespace = $1 AND key = $2 AND until IS NOT NULL AND until <= $4`,
				this.namespace,
				key,
				until,
				now,
			);
			if (lapsed === 1) return { state: 'mine', again: true };
			const row = await tx.get<{ until: string | null; result: string | null }>(
				'SELECT until, result FROM handoff_once WHERE namespace = $1 AND key = $2',
				this.namespace,
				key,
			);
			if (row?.until === null) {
				return { state: 'done', result: JSON.parse(row.result ?? 'null') as unknown };
			}
			return { state: 'busy' };
		});
	}

	async extendOnce(key: string, now: IsoTime, leaseMs: number): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				`UPDATE handoff_once SET until = $3
				WHERE namespace = $1 AND key = $2 AND until IS NOT NULL`,
				this.namespace,
				key,
				addMilliseconds(now, leaseMs),
			),
		);
	}

	async completeOnce(key: string, result: unknown, _now: IsoTime): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				`INSERT INTO handoff_once (namespace, key, until, result) VALUES ($1, $2, NULL, $3)
				ON CONFLICT (namespace, key) DO UPDATE SET until = NULL, result = excluded.result`,
				this.namespace,
				key,
				JSON.stringify(result ?? null),
			),
		);
	}

	async confirmOnce(key: string, result: unknown, _now: IsoTime): Promise<boolean> {
		const confirmed = await this.db.transaction((tx) =>
			tx.run(
				`UPDATE handoff_once SET until = NULL, result = $3
				WHERE namespace = $1 AND key = $2 AND until IS NOT NULL`,
				this.namespace,
				key,
				JSON.stringify(result ?? null),
			),
		);
		return confirmed === 1;
	}

	async abandonOnce(key: string): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				'DELETE FROM handoff_once WHERE namespace = $1 AND key = $2 AND until IS NOT NULL',
				this.namespace,
				key,
			),
		);
	}

	async getSetting<T>(key: string): Promise<T | undefined> {
		const [row] = await this.all<{ value: string }>(
			'SELECT value FROM handoff_settings WHERE namespace = $1 AND key = $2',
			this.namespace,
			key,
		);
		return row && (JSON.parse(row.value) as T);
	}

	async putSetting(key: string, value: unknown): Promise<void> {
		await this.db.transaction((tx) =>
			tx.run(
				`INSERT INTO handoff_settings (namespace, key, value) VALUES ($1, $2, $3)
				ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value`,
				this.namespace,
				key,
				JSON.stringify(value ?? null),
			),
		);
	}

	async updateSetting<K extends keyof Settings>(
		key: K,
		change: (current: Settings[K] | undefined) => Settings[K],
	): Promise<Settings[K]> {
		return this.db.transaction(async (tx) => {
			// A row to lock, also for the first writer.
			await tx.run(
				`INSERT INTO handoff_settings (namespace, key, value) VALUES ($1, $2, 'null')
				ON CONFLICT (namespace, key) DO NOTHING`,
				this.namespace,
				key,
			);
			const row = await tx.get<{ value: string }>(
				'SELECT value FROM handoff_settings WHERE namespace = $1 AND key = $2 FOR UPDATE',
				this.namespace,
				key,
			);
			const current = JSON.parse(row?.value ?? 'null') as Settings[K] | null;
			const next = change(current ?? undefined);
			await tx.run(
				'UPDATE handoff_settings SET value = $3 WHERE namespace = $1 AND key = $2',
				this.namespace,
				key,
				JSON.stringify(next),
			);
			return next;
		});
	}

	async conversationsOfCustomer(conversationId: string): Promise<Conversation[]> {
		const rows = await this.all<Doc>(
			`SELECT doc FROM handoff_conversations WHERE namespace = $1 AND (id = $2 OR id IN (
				SELECT other.conversation_id FROM handoff_identity_keys own
				JOIN handoff_identity_keys other
					ON other.namespace = own.namespace AND other.kind = own.kind AND other.value = own.value
				WHERE own.namespace = $1 AND own.conversation_id = $2))
			ORDER BY id`,
			this.namespace,
			conversationId,
		);
		return rows.map((row) => parse<Conversation>(row));
	}

	async erase(conversationIds: string[]): Promise<{ conversations: number; messages: number }> {
		return this.db.transaction(async (tx) => {
			// Locked first, in one order: a message that is being taken in is waited for.
			const rows = await tx.all<Doc>(
				'SELECT doc FROM handoff_conversations WHERE namespace = $1 AND id = ANY($2) ORDER BY id FOR UPDATE',
				this.namespace,
				conversationIds,
			);
			const named = namesThem(rows.map((row) => parse<Conversation>(row)));
			const done = await tx.all<{ key: string; result: string | null }>(
				'SELECT key, result::text AS result FROM handoff_once WHERE namespace = $1',
				this.namespace,
			);
			const keys = done
				.filter(({ key, result }) => named(key) || named(result ?? ''))
				.map(({ key }) => key);
			await tx.run(
				'DELETE FROM handoff_once WHERE namespace = $1 AND key = ANY($2)',
				this.namespace,
				keys,
			);
			const remove = async (table: string, where: string) =>
				(
					await tx.all(
						`DELETE FROM handoff_${table} WHERE namespace = $1 AND ${where} = ANY($2) RETURNING 1`,
						this.namespace,
						conversationIds,
					)
				).length;
			const messages = await remove('messages', 'conversation_id');
			for (const table of ['briefs', 'audit', 'clocks', 'identity_keys', 'message_aliases']) {
				await remove(table, 'conversation_id');
			}
			await remove('events', "(doc::json -> 'clock' ->> 'conversationId')");
			return { conversations: await remove('conversations', 'id'), messages };
		});
	}

	async close(): Promise<void> {
		await this.db.close();
	}

	private async all<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
		return this.db.read<Row>(sql, ...values);
	}

	/** Locks names of this namespace until the transaction ends, always in one order, so that two callers cannot block each other. */
	private async lock(tx: Transaction, names: string[]): Promise<void> {
		await tx.run(
			`SELECT pg_advisory_xact_lock(number) FROM (
				SELECT DISTINCT hashtextextended(name, 0) AS number FROM unnest($1::text[]) AS name ORDER BY 1) AS numbers`,
			names.map((name) => JSON.stringify([this.namespace, name])),
		);
	}

	/** The name under which {@link lock} would lock it. */
	private lockName(name: string[]): string {
		return JSON.stringify([this.namespace, JSON.stringify(name)]);
	}

	private async read(
		tx: Transaction,
		id: string,
		lock: '' | 'FOR UPDATE' = '',
	): Promise<Conversation | undefined> {
		const row = await tx.get<Doc>(
			`SELECT doc FROM handoff_conversations WHERE namespace = $1 AND id = $2 ${lock}`,
			this.namespace,
			id,
		);
		return row && parse<Conversation>(row);
	}

	private async mustRead(tx: Transaction, id: string, lock?: 'FOR UPDATE'): Promise<Conversation> {
		const conversation = await this.read(tx, id, lock);
		if (!conversation) throw noSuchConversation(id);
		return conversation;
	}

	private async view(tx: Transaction, id: string): Promise<ConversationView> {
		const conversation = await this.mustRead(tx, id, 'FOR UPDATE');
		return { conversation, clocks: await this.liveClocks(tx, id) };
	}

	/** Locked as well: the watchdog takes marks off clocks without touching the conversation. */
	private async liveClocks(tx: Transaction, conversationId: string): Promise<SlaClock[]> {
		const rows = await tx.all<Doc>(
			`SELECT doc FROM handoff_clocks WHERE namespace = $1 AND conversation_id = $2 AND live ORDER BY id FOR UPDATE`,
			this.namespace,
			conversationId,
		);
		return rows.map((row) => parse<SlaClock>(row));
	}

	private async find(
		tx: Transaction,
		channelId: string,
		identity: CustomerIdentity,
	): Promise<Conversation | undefined> {
		return bestMatch(await this.candidates(tx, channelId, identity), identity);
	}

	private async candidates(
		tx: Transaction,
		channelId: string,
		identity: CustomerIdentity,
		lock: '' | 'FOR UPDATE OF c' = '',
	): Promise<Candidate[]> {
		// The lists are for the index: by the pairs alone, the server reads the keys of all customers.
		const rows = await tx.all<{ kind: IdentityKind } & Doc>(
			`SELECT k.kind, c.doc FROM handoff_identity_keys k
			JOIN handoff_conversations c ON c.namespace = k.namespace AND c.id = k.conversation_id
			WHERE k.namespace = $1 AND k.channel_id = $2
			AND k.kind = ANY($3) AND k.value = ANY($4)
			AND (k.kind, k.value) IN (SELECT * FROM unnest($3::text[], $4::text[])) ${lock}`,
			this.namespace,
			channelId,
			identity.keys.map(({ kind }) => kind),
			identity.keys.map(({ value }) => value),
		);
		return rows.map((row) => ({ kind: row.kind, conversation: parse<Conversation>(row) }));
	}

	/** All in one statement: while it runs, other routers wait. */
	private async apply<T>(
		tx: Transaction,
		before: Conversation,
		changes: Changes<T>,
		rosterKey?: string,
	): Promise<void> {
		const batch = new Batch();
		if (changes.conversation) {
			checkVersion(before, changes.conversation);
			batch.add(...this.conversationRow(changes.conversation));
			const wait = waitEnded(before, changes.conversation);
			if (wait) this.addWait(batch, wait);
		}
		if (changes.audit?.length) batch.add(...this.auditRows(before.id, changes.audit));
		if (changes.clocks?.length) batch.add(...this.clockRows(changes.clocks));
		if (changes.assignedAgentId !== undefined && rosterKey !== undefined) {
			batch.add(
				`INSERT INTO handoff_turns (namespace, roster, agent_id, tick)
				VALUES (?1, ?2, ?3, (SELECT COALESCE(MAX(tick), -1) + 1 FROM handoff_turns WHERE namespace = ?1 AND roster = ?2))
				ON CONFLICT (namespace, roster, agent_id) DO UPDATE SET tick = excluded.tick`,
				[this.namespace, rosterKey, changes.assignedAgentId],
			);
		}
		await batch.run(tx);
		for (const message of changes.messages ?? []) await this.writeMessage(tx, before.id, message);
		if (changes.handled) await this.writeHandled(tx, changes.handled.ids, changes.handled.at);
	}

	private async writeHandled(tx: Transaction, messageIds: string[], now: IsoTime): Promise<void> {
		await tx.run(
			`UPDATE handoff_messages SET handled_at = $1
			WHERE namespace = $2 AND id = ANY($3) AND handled_at IS NULL`,
			now,
			this.namespace,
			messageIds,
		);
	}

	private addWait(batch: Batch, wait: { queue: string; seconds: number }): void {
		batch.add('INSERT INTO handoff_waits (namespace, queue, seconds) VALUES (?1, ?2, ?3)', [
			this.namespace,
			wait.queue,
			wait.seconds,
		]);
		batch.add(
			`DELETE FROM handoff_waits WHERE namespace = ?1 AND queue = ?2 AND sequence <=
				(SELECT sequence FROM handoff_waits WHERE namespace = ?1 AND queue = ?2 ORDER BY sequence DESC LIMIT 1 OFFSET ?3)`,
			[this.namespace, wait.queue, KEPT_WAITS],
		);
	}

	private async writeConversation(tx: Transaction, conversation: Conversation): Promise<void> {
		await new Batch().add(...this.conversationRow(conversation)).run(tx);
	}

	private conversationRow(conversation: Conversation): Statement {
		const { owner, identity, profile } = conversation;
		const search = [
			conversation.id,
			profile.name,
			identity.name,
			...identity.keys.map(({ value }) => value),
		];
		return [
			`INSERT INTO handoff_conversations
			(namespace, id, channel_id, state, agent_id, queue, last_message_at, tags, search, doc, waiting_since, captured)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
			ON CONFLICT (namespace, id) DO UPDATE SET state = excluded.state, agent_id = excluded.agent_id,
				queue = excluded.queue, last_message_at = excluded.last_message_at, tags = excluded.tags,
				search = excluded.search, doc = excluded.doc, waiting_since = excluded.waiting_since,
				captured = excluded.captured`,
			[
				this.namespace,
				conversation.id,
				conversation.channelId,
				conversation.state,
				owner?.kind === 'agent' ? owner.id : null,
				owner?.kind === 'queue' ? owner.name : null,
				conversation.lastMessageAt,
				conversation.tags.map(withoutNul),
				withoutNul(search.filter(Boolean).join('\n')),
				JSON.stringify(conversation),
				waitingSince(conversation) ?? null,
				isCaptured(conversation),
			],
		];
	}

	/** From now on the keys that were seen together lead to this conversation. */
	private async learnKeys(
		tx: Transaction,
		{ id, channelId }: Conversation,
		{ keys }: CustomerIdentity,
	): Promise<void> {
		await this.writeKeys(
			tx,
			keys.map(({ kind, value }) => [channelId, kind, value, id]),
		);
	}

	/** Two conversations of one customer find each other, although all keys lead to one of them. */
	private async join(
		tx: Transaction,
		conversation: Conversation,
		other: Conversation,
	): Promise<void> {
		await this.writeKeys(tx, [
			[other.channelId, SAME_CUSTOMER, other.id, other.id],
			['', SAME_CUSTOMER, other.id, conversation.id],
		]);
	}

	private async writeKeys(
		tx: Transaction,
		rows: Array<[channelId: string, kind: string, value: string, conversationId: string]>,
	): Promise<void> {
		await tx.run(
			`INSERT INTO handoff_identity_keys (namespace, channel_id, kind, value, conversation_id)
			SELECT DISTINCT $1, channel_id, kind, value, id
			FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS keys (channel_id, kind, value, id)
			ON CONFLICT (namespace, channel_id, kind, value) DO UPDATE SET conversation_id = excluded.conversation_id
				WHERE handoff_identity_keys.conversation_id <> excluded.conversation_id`,
			this.namespace,
			rows.map(([channelId]) => channelId),
			rows.map(([, kind]) => kind),
			rows.map(([, , value]) => value),
			rows.map(([, , , id]) => id),
		);
	}

	private async writeMessage(
		tx: Transaction,
		conversationId: string,
		given: ConversationMessage,
	): Promise<void> {
		const message = await this.withEarlyStatus(tx, given);
		await tx.run(
			`INSERT INTO handoff_messages (namespace, id, conversation_id, sent_at, received_at, recover, doc)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (namespace, id) DO UPDATE SET doc = excluded.doc`,
			this.namespace,
			message.id,
			conversationId,
			message.sentAt,
			message.receivedAt,
			needsRecovery(message),
			JSON.stringify(message),
		);
	}

	private async writeAudit(
		tx: Transaction,
		conversationId: string,
		entry: AuditEntry,
	): Promise<void> {
		await new Batch().add(...this.auditRows(conversationId, [entry])).run(tx);
	}

	private auditRows(conversationId: string, entries: readonly AuditEntry[]): Statement {
		return [
			`INSERT INTO handoff_audit (namespace, conversation_id, doc)
			SELECT ?1, ?2, doc FROM unnest(?3::text[]) WITH ORDINALITY AS entries (doc, place) ORDER BY place`,
			[this.namespace, conversationId, entries.map((entry) => JSON.stringify(entry))],
		];
	}

	private async writeClocks(tx: Transaction, clocks: readonly SlaClock[]): Promise<void> {
		if (clocks.length > 0) await new Batch().add(...this.clockRows(clocks)).run(tx);
	}

	private clockRows(clocks: readonly SlaClock[]): Statement {
		// Each once, in the order in which they are locked elsewhere.
		const sorted = [...new Map(clocks.map((clock) => [clock.id, clock])).values()].sort((a, b) =>
			a.id < b.id ? -1 : 1,
		);
		return [
			`INSERT INTO handoff_clocks (namespace, id, conversation_id, live, next_event_at, doc)
			SELECT ?1, id, conversation_id, live, next_event_at, doc
			FROM unnest(?2::text[], ?3::text[], ?4::boolean[], ?5::text[], ?6::text[])
				AS clocks (id, conversation_id, live, next_event_at, doc)
			ON CONFLICT (namespace, id) DO UPDATE SET conversation_id = excluded.conversation_id,
				live = excluded.live, next_event_at = excluded.next_event_at, doc = excluded.doc`,
			[
				this.namespace,
				sorted.map(({ id }) => id),
				sorted.map(({ conversationId }) => conversationId),
				sorted.map(({ status }) => status === 'running' || status === 'paused'),
				sorted.map(({ nextEventAt }) => nextEventAt ?? null),
				sorted.map((clock) => JSON.stringify(clock)),
			],
		];
	}
}

/** SQL with "?1", "?2" … for its own values. */
type Statement = [sql: string, values: Value[]];

/** Statements that change different tables, run as one: one journey to the server for all of them. */
class Batch {
	private readonly statements: string[] = [];
	private readonly values: Value[] = [];

	add(...[sql, values]: Statement): this {
		const offset = this.values.length;
		this.statements.push(
			sql.replace(/\?(\d+)/gu, (_, number: string) => `$${offset + Number(number)}`),
		);
		this.values.push(...values);
		return this;
	}

	async run(tx: Transaction): Promise<void> {
		const last = this.statements.pop();
		if (last === undefined) return;
		const others = this.statements.map((sql, index) => `s${index} AS (${sql})`);
		await tx.run(others.length > 0 ? `WITH ${others.join(', ')} ${last}` : last, ...this.values);
	}
}

/** Numbers by name, from a JSON list of each: faster to read than an object whose names are all different. */
function numbersBy(names: string, numbers: string): Map<string, number> {
	const values = JSON.parse(numbers) as number[];
	return new Map((JSON.parse(names) as string[]).map((name, index) => [name, values[index]!]));
}

function parse<T>({ doc }: Doc): T {
	return JSON.parse(doc) as T;
}

/** PostgreSQL's text holds every character but this one; documents have it escaped. */
function withoutNul(text: string): string {
	return text.replaceAll('\u0000', '');
}
