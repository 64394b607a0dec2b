/**
 * The schema, step by step. Forward only: a step that has been released is never changed, a new need is a new step. Step N takes
 * a database from version N-1 to N; the version stands in `PRAGMA user_version`.
 *
 * Documents are JSON; what is asked for by a query has a column of its own, and every such query an index. All times are ISO
 * 8601 in UTC, which sort as text.
 */
export const MIGRATIONS: readonly string[] = [
	`
	CREATE TABLE conversations (
		namespace TEXT NOT NULL,
		id TEXT NOT NULL,
		channel_id TEXT NOT NULL,
		state TEXT NOT NULL,
		agent_id TEXT,
		queue TEXT,
		last_message_at TEXT NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	) WITHOUT ROWID;
	CREATE INDEX conversations_recent ON conversations (namespace, last_message_at DESC, id);
	CREATE INDEX conversations_by_state ON conversations (namespace, state, last_message_at DESC, id);
	CREATE INDEX conversations_of_agent ON conversations (namespace, agent_id, last_message_at DESC, id) WHERE agent_id IS NOT NULL;
	CREATE INDEX conversations_in_queue ON conversations (namespace, queue, last_message_at DESC, id) WHERE queue IS NOT NULL;

	CREATE TABLE identity_keys (
		namespace TEXT NOT NULL,
		channel_id TEXT NOT NULL,
		kind TEXT NOT NULL,
		value TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		PRIMARY KEY (namespace, channel_id, kind, value)
	) WITHOUT ROWID;

	CREATE TABLE messages (
		namespace TEXT NOT NULL,
		id TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		sent_at TEXT NOT NULL,
		received_at TEXT NOT NULL,
		handled_at TEXT,
		recover INTEGER NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	) WITHOUT ROWID;
	CREATE INDEX messages_of_conversation ON messages (namespace, conversation_id, sent_at, received_at, id);
	CREATE INDEX messages_unhandled ON messages (namespace, received_at, id) WHERE recover = 1 AND handled_at IS NULL;

	CREATE TABLE audit (
		sequence INTEGER PRIMARY KEY,
		namespace TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		doc TEXT NOT NULL
	);
	CREATE INDEX audit_of_conversation ON audit (namespace, conversation_id, sequence);

	CREATE TABLE briefs (
		namespace TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, conversation_id)
	) WITHOUT ROWID;

	CREATE TABLE clocks (
		namespace TEXT NOT NULL,
		id TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		live INTEGER NOT NULL,
		next_event_at TEXT,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	) WITHOUT ROWID;
	CREATE INDEX clocks_of_conversation ON clocks (namespace, conversation_id);
	CREATE INDEX clocks_due ON clocks (namespace, next_event_at, id) WHERE next_event_at IS NOT NULL;

	CREATE TABLE events (
		namespace TEXT NOT NULL,
		id TEXT NOT NULL,
		taken_until TEXT NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	) WITHOUT ROWID;
	CREATE INDEX events_by_lease ON events (namespace, taken_until);

	CREATE TABLE once (
		namespace TEXT NOT NULL,
		key TEXT NOT NULL,
		until TEXT,
		result TEXT,
		PRIMARY KEY (namespace, key)
	) WITHOUT ROWID;

	CREATE TABLE turns (
		namespace TEXT NOT NULL,
		roster TEXT NOT NULL,
		agent_id TEXT NOT NULL,
		tick INTEGER NOT NULL,
		PRIMARY KEY (namespace, roster, agent_id)
	) WITHOUT ROWID;

	CREATE TABLE settings (
		namespace TEXT NOT NULL,
		key TEXT NOT NULL,
		value TEXT NOT NULL,
		PRIMARY KEY (namespace, key)
	) WITHOUT ROWID;
	`,
	// Counted as conversations change hands: a routing decision reads one number for each agent, however many are open.
	`
	CREATE TABLE loads (
		namespace TEXT NOT NULL,
		kind TEXT NOT NULL,
		owner TEXT NOT NULL,
		open INTEGER NOT NULL,
		PRIMARY KEY (namespace, kind, owner)
	) WITHOUT ROWID;
	INSERT INTO loads SELECT namespace, 'agent', agent_id, COUNT(*) FROM conversations
		WHERE agent_id IS NOT NULL GROUP BY namespace, agent_id;
	INSERT INTO loads SELECT namespace, 'queue', queue, COUNT(*) FROM conversations
		WHERE queue IS NOT NULL GROUP BY namespace, queue;
	CREATE TRIGGER loads_insert AFTER INSERT ON conversations WHEN NEW.agent_id IS NOT NULL OR NEW.queue IS NOT NULL BEGIN
		INSERT INTO loads VALUES (NEW.namespace, IIF(NEW.agent_id IS NULL, 'queue', 'agent'), COALESCE(NEW.agent_id, NEW.queue), 1)
			ON CONFLICT DO UPDATE SET open = open + 1;
	END;
	CREATE TRIGGER loads_leave AFTER UPDATE OF agent_id, queue ON conversations
		WHEN (OLD.agent_id IS NOT NEW.agent_id OR OLD.queue IS NOT NEW.queue) AND (OLD.agent_id IS NOT NULL OR OLD.queue IS NOT NULL)
	BEGIN
		UPDATE loads SET open = open - 1 WHERE namespace = OLD.namespace
			AND kind = IIF(OLD.agent_id IS NULL, 'queue', 'agent') AND owner = COALESCE(OLD.agent_id, OLD.queue);
	END;
	CREATE TRIGGER loads_arrive AFTER UPDATE OF agent_id, queue ON conversations
		WHEN (OLD.agent_id IS NOT NEW.agent_id OR OLD.queue IS NOT NEW.queue) AND (NEW.agent_id IS NOT NULL OR NEW.queue IS NOT NULL)
	BEGIN
		INSERT INTO loads VALUES (NEW.namespace, IIF(NEW.agent_id IS NULL, 'queue', 'agent'), COALESCE(NEW.agent_id, NEW.queue), 1)
			ON CONFLICT DO UPDATE SET open = open + 1;
	END;
	CREATE TRIGGER loads_delete AFTER DELETE ON conversations WHEN OLD.agent_id IS NOT NULL OR OLD.queue IS NOT NULL BEGIN
		UPDATE loads SET open = open - 1 WHERE namespace = OLD.namespace
			AND kind = IIF(OLD.agent_id IS NULL, 'queue', 'agent') AND owner = COALESCE(OLD.agent_id, OLD.queue);
	END;
	CREATE INDEX turns_by_tick ON turns (namespace, roster, tick);
	`,
	// How long customers of a queue have waited of late: the base of what the next one is told.
	`
	CREATE TABLE waits (
		sequence INTEGER PRIMARY KEY,
		namespace TEXT NOT NULL,
		queue TEXT NOT NULL,
		seconds INTEGER NOT NULL
	);
	CREATE INDEX waits_of_queue ON waits (namespace, queue, sequence, seconds);
	`,
	// Since when a customer in a queue waits, so that the place in it goes by the age of the handoff.
	`
	ALTER TABLE conversations ADD COLUMN waiting_since TEXT;
	UPDATE conversations SET waiting_since = json_extract(doc, '$.handoff.createdAt') WHERE queue IS NOT NULL;
	CREATE INDEX conversations_waiting ON conversations (namespace, queue, waiting_since) WHERE waiting_since IS NOT NULL;
	`,
	// Statuses that come before the message that they are about is written down.
	`
	CREATE TABLE early_statuses (
		namespace TEXT NOT NULL,
		message_id TEXT NOT NULL,
		status TEXT NOT NULL,
		at TEXT NOT NULL,
		errors TEXT NOT NULL,
		PRIMARY KEY (namespace, message_id)
	) WITHOUT ROWID;
	CREATE INDEX early_statuses_by_age ON early_statuses (namespace, at);
	`,
	// Ids under which gateways know what a branch of the workflow has sent by them.
	`
	CREATE TABLE message_aliases (
		namespace TEXT NOT NULL,
		alias TEXT NOT NULL,
		message_id TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		PRIMARY KEY (namespace, alias)
	) WITHOUT ROWID;
	CREATE INDEX message_aliases_of_conversation ON message_aliases (namespace, conversation_id);
	`,
	// What changed last, so that an open page learns of it at a cost that does not grow with the number of conversations. The entry
	// without a conversation says that some were removed.
	`
	CREATE TABLE changes (
		namespace TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		number INTEGER NOT NULL,
		PRIMARY KEY (namespace, conversation_id)
	) WITHOUT ROWID;
	CREATE INDEX changes_by_number ON changes (namespace, number);
	CREATE TRIGGER changes_conversation_new AFTER INSERT ON conversations BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_conversation AFTER UPDATE ON conversations BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_message_new AFTER INSERT ON messages BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.conversation_id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_message AFTER UPDATE OF doc ON messages BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.conversation_id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_audit AFTER INSERT ON audit BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.conversation_id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_brief AFTER INSERT ON briefs BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.conversation_id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_clock AFTER INSERT ON clocks BEGIN
		INSERT INTO changes VALUES (NEW.namespace, NEW.conversation_id,
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = NEW.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
	END;
	CREATE TRIGGER changes_removal AFTER DELETE ON conversations BEGIN
		INSERT INTO changes VALUES (OLD.namespace, '',
			(SELECT COALESCE(MAX(number), 0) + 1 FROM changes WHERE namespace = OLD.namespace))
			ON CONFLICT DO UPDATE SET number = excluded.number;
		DELETE FROM changes WHERE namespace = OLD.namespace AND conversation_id = OLD.id;
	END;
	`,
	// Requests that were captured off hours, since an open page holds all of them and the bot has many more.
	`
	ALTER TABLE conversations ADD COLUMN captured INTEGER NOT NULL DEFAULT 0;
	UPDATE conversations SET captured = 1
		WHERE state = 'bot' AND json_extract(doc, '$.handoff.captured.episode') = json_extract(doc, '$.episode');
	CREATE INDEX conversations_captured ON conversations (namespace, last_message_at DESC, id) WHERE captured = 1;
	`,
];
