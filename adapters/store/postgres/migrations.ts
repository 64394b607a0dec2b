/**
 * The schema, step by step. Forward only: a step that has been released is never changed, a new need is a new step. Step N takes
 * a database from version N-1 to N; the version stands in `handoff_schema`.
 *
 * Documents are JSON as text: `jsonb` refuses characters that a customer may well send (NUL, lone surrogates). What is asked for
 * by a query has a column of its own, and every such query an index. Text sorts by its bytes (`COLLATE "C"`), so that ids and
 * ISO times stand in the same order here as in memory, whatever the server's language.
 */
export const MIGRATIONS: readonly string[] = [
	`
	CREATE TABLE handoff_conversations (
		namespace TEXT COLLATE "C" NOT NULL,
		id TEXT COLLATE "C" NOT NULL,
		channel_id TEXT NOT NULL,
		state TEXT NOT NULL,
		agent_id TEXT,
		queue TEXT,
		last_message_at TEXT COLLATE "C" NOT NULL,
		tags TEXT[] NOT NULL,
		search TEXT NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	);
	CREATE INDEX handoff_conversations_recent ON handoff_conversations (namespace, last_message_at DESC, id);
	CREATE INDEX handoff_conversations_by_state ON handoff_conversations (namespace, state, last_message_at DESC, id);
	CREATE INDEX handoff_conversations_of_agent ON handoff_conversations (namespace, agent_id, last_message_at DESC, id)
		WHERE agent_id IS NOT NULL;
	CREATE INDEX handoff_conversations_in_queue ON handoff_conversations (namespace, queue, last_message_at DESC, id)
		WHERE queue IS NOT NULL;

	CREATE TABLE handoff_identity_keys (
		namespace TEXT COLLATE "C" NOT NULL,
		channel_id TEXT NOT NULL,
		kind TEXT NOT NULL,
		value TEXT NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		PRIMARY KEY (namespace, channel_id, kind, value)
	);

	CREATE TABLE handoff_messages (
		namespace TEXT COLLATE "C" NOT NULL,
		id TEXT COLLATE "C" NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		sent_at TEXT COLLATE "C" NOT NULL,
		received_at TEXT COLLATE "C" NOT NULL,
		handled_at TEXT,
		recover BOOLEAN NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	);
	CREATE INDEX handoff_messages_of_conversation ON handoff_messages (namespace, conversation_id, sent_at, id);
	CREATE INDEX handoff_messages_unhandled ON handoff_messages (namespace, received_at, id)
		WHERE recover AND handled_at IS NULL;

	CREATE TABLE handoff_audit (
		sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		namespace TEXT COLLATE "C" NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		doc TEXT NOT NULL
	);
	CREATE INDEX handoff_audit_of_conversation ON handoff_audit (namespace, conversation_id, sequence);

	CREATE TABLE handoff_briefs (
		namespace TEXT COLLATE "C" NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, conversation_id)
	);

	CREATE TABLE handoff_clocks (
		namespace TEXT COLLATE "C" NOT NULL,
		id TEXT COLLATE "C" NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		live BOOLEAN NOT NULL,
		next_event_at TEXT COLLATE "C",
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	);
	CREATE INDEX handoff_clocks_of_conversation ON handoff_clocks (namespace, conversation_id);
	CREATE INDEX handoff_clocks_due ON handoff_clocks (namespace, next_event_at, id) WHERE next_event_at IS NOT NULL;

	CREATE TABLE handoff_events (
		namespace TEXT COLLATE "C" NOT NULL,
		id TEXT COLLATE "C" NOT NULL,
		taken_until TEXT COLLATE "C" NOT NULL,
		doc TEXT NOT NULL,
		PRIMARY KEY (namespace, id)
	);
	CREATE INDEX handoff_events_by_lease ON handoff_events (namespace, taken_until);

	CREATE TABLE handoff_once (
		namespace TEXT COLLATE "C" NOT NULL,
		key TEXT NOT NULL,
		until TEXT COLLATE "C",
		result TEXT,
		PRIMARY KEY (namespace, key)
	);

	CREATE TABLE handoff_turns (
		namespace TEXT COLLATE "C" NOT NULL,
		roster TEXT NOT NULL,
		agent_id TEXT NOT NULL,
		tick BIGINT NOT NULL,
		PRIMARY KEY (namespace, roster, agent_id)
	);
	CREATE INDEX handoff_turns_by_tick ON handoff_turns (namespace, roster, tick);

	CREATE TABLE handoff_settings (
		namespace TEXT COLLATE "C" NOT NULL,
		key TEXT NOT NULL,
		value TEXT NOT NULL,
		PRIMARY KEY (namespace, key)
	);

	CREATE TABLE handoff_loads (
		namespace TEXT COLLATE "C" NOT NULL,
		kind TEXT NOT NULL,
		owner TEXT NOT NULL,
		open INTEGER NOT NULL,
		PRIMARY KEY (namespace, kind, owner)
	);
	CREATE FUNCTION handoff_add_load(in_namespace TEXT, in_kind TEXT, in_owner TEXT, change INTEGER) RETURNS VOID AS $body$
		INSERT INTO handoff_loads (namespace, kind, owner, open) VALUES (in_namespace, in_kind, in_owner, change)
		ON CONFLICT (namespace, kind, owner) DO UPDATE SET open = handoff_loads.open + excluded.open
	$body$ LANGUAGE sql;
	CREATE FUNCTION handoff_count_load() RETURNS TRIGGER AS $body$
	BEGIN
		IF TG_OP = 'UPDATE' AND OLD.agent_id IS NOT DISTINCT FROM NEW.agent_id AND OLD.queue IS NOT DISTINCT FROM NEW.queue THEN
			RETURN NULL;
		END IF;
		IF TG_OP <> 'INSERT' THEN
			IF OLD.agent_id IS NOT NULL THEN PERFORM handoff_add_load(OLD.namespace, 'agent', OLD.agent_id, -1); END IF;
			IF OLD.queue IS NOT NULL THEN PERFORM handoff_add_load(OLD.namespace, 'queue', OLD.queue, -1); END IF;
		END IF;
		IF TG_OP <> 'DELETE' THEN
			IF NEW.agent_id IS NOT NULL THEN PERFORM handoff_add_load(NEW.namespace, 'agent', NEW.agent_id, 1); END IF;
			IF NEW.queue IS NOT NULL THEN PERFORM handoff_add_load(NEW.namespace, 'queue', NEW.queue, 1); END IF;
		END IF;
		RETURN NULL;
	END
	$body$ LANGUAGE plpgsql;
	CREATE TRIGGER handoff_count_load AFTER INSERT OR UPDATE OR DELETE ON handoff_conversations
		FOR EACH ROW EXECUTE FUNCTION handoff_count_load();
	`,
	// How long customers of a queue have waited of late: the base of what the next one is told.
	`
	CREATE TABLE handoff_waits (
		sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		namespace TEXT COLLATE "C" NOT NULL,
		queue TEXT NOT NULL,
		seconds INTEGER NOT NULL
	);
	CREATE INDEX handoff_waits_of_queue ON handoff_waits (namespace, queue, sequence DESC);
	`,
	// Since when a customer in a queue waits, so that the place in it goes by the age of the handoff.
	`
	ALTER TABLE handoff_conversations ADD COLUMN waiting_since TEXT COLLATE "C";
	-- PostgreSQL reads no JSON in which a customer has written NUL or half a character: there the last message has to do.
	DO $body$
	DECLARE waiting RECORD;
	BEGIN
		FOR waiting IN SELECT namespace, id, doc, last_message_at FROM handoff_conversations WHERE queue IS NOT NULL LOOP
			BEGIN
				UPDATE handoff_conversations SET waiting_since = waiting.doc::json #>> '{handoff,createdAt}'
					WHERE namespace = waiting.namespace AND id = waiting.id;
			EXCEPTION WHEN data_exception THEN
				UPDATE handoff_conversations SET waiting_since = waiting.last_message_at
					WHERE namespace = waiting.namespace AND id = waiting.id;
			END;
		END LOOP;
	END
	$body$;
	CREATE INDEX handoff_conversations_waiting ON handoff_conversations (namespace, queue, waiting_since)
		WHERE waiting_since IS NOT NULL;
	`,
	// Statuses that come before the message that they are about is written down.
	`
	CREATE TABLE handoff_early_statuses (
		namespace TEXT COLLATE "C" NOT NULL,
		message_id TEXT COLLATE "C" NOT NULL,
		status TEXT NOT NULL,
		at TEXT COLLATE "C" NOT NULL,
		errors TEXT NOT NULL,
		PRIMARY KEY (namespace, message_id)
	);
	CREATE INDEX handoff_early_statuses_by_age ON handoff_early_statuses (namespace, at);
	`,
	// WhatsApp tells whole seconds: within one, messages stand in the order in which they came.
	`
	CREATE INDEX handoff_messages_in_thread ON handoff_messages (namespace, conversation_id, sent_at, received_at, id);
	DROP INDEX handoff_messages_of_conversation;
	`,
	// Ids under which gateways know what a branch of the workflow has sent by them.
	`
	CREATE TABLE handoff_message_aliases (
		namespace TEXT COLLATE "C" NOT NULL,
		alias TEXT COLLATE "C" NOT NULL,
		message_id TEXT COLLATE "C" NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		PRIMARY KEY (namespace, alias)
	);
	CREATE INDEX handoff_message_aliases_of_conversation ON handoff_message_aliases (namespace, conversation_id);
	`,
	// What changed, by the transaction that wrote it, so that an open page learns of it at a cost that does not grow with the number of
	// conversations. Entries are only ever added: rows that transactions would have to change in turn would make them wait for each other.
	// One in a hundred clears away what is older than an hour; the entry without a conversation says that something was cleared away,
	// or that conversations were removed.
	`
	CREATE TABLE handoff_changes (
		namespace TEXT COLLATE "C" NOT NULL,
		xid BIGINT NOT NULL,
		conversation_id TEXT COLLATE "C" NOT NULL,
		at TIMESTAMPTZ NOT NULL DEFAULT now(),
		PRIMARY KEY (namespace, xid, conversation_id)
	);
	CREATE FUNCTION handoff_clear_changes(in_namespace TEXT) RETURNS VOID AS $body$
		WITH old AS (
			SELECT xid, conversation_id FROM (
				SELECT xid, conversation_id, at FROM handoff_changes WHERE namespace = in_namespace
				ORDER BY xid LIMIT 1000 FOR UPDATE SKIP LOCKED
			) AS oldest WHERE at < now() - INTERVAL '1 hour'
		), gone AS (
			DELETE FROM handoff_changes c USING old
			WHERE c.namespace = in_namespace AND c.xid = old.xid AND c.conversation_id = old.conversation_id RETURNING c.xid
		)
		INSERT INTO handoff_changes (namespace, xid, conversation_id)
			SELECT in_namespace, MAX(xid), '' FROM gone HAVING COUNT(*) > 0 ON CONFLICT DO NOTHING
	$body$ LANGUAGE sql;
	CREATE FUNCTION handoff_note_change() RETURNS TRIGGER AS $body$
	DECLARE
		of_namespace TEXT;
		of_conversation TEXT;
	BEGIN
		IF TG_OP = 'DELETE' THEN
			of_namespace := OLD.namespace;
			of_conversation := '';
		ELSIF TG_TABLE_NAME = 'handoff_conversations' THEN
			of_namespace := NEW.namespace;
			of_conversation := NEW.id;
		ELSE
			of_namespace := NEW.namespace;
			of_conversation := NEW.conversation_id;
		END IF;
		INSERT INTO handoff_changes (namespace, xid, conversation_id) VALUES (of_namespace, txid_current(), of_conversation)
			ON CONFLICT DO NOTHING;
		IF FOUND AND txid_current() % 100 = 0 THEN PERFORM handoff_clear_changes(of_namespace); END IF;
		RETURN NULL;
	END
	$body$ LANGUAGE plpgsql;
	CREATE TRIGGER handoff_note_change AFTER INSERT OR UPDATE OR DELETE ON handoff_conversations
		FOR EACH ROW EXECUTE FUNCTION handoff_note_change();
	CREATE TRIGGER handoff_note_change AFTER INSERT OR UPDATE OF doc ON handoff_messages
		FOR EACH ROW EXECUTE FUNCTION handoff_note_change();
	CREATE TRIGGER handoff_note_change AFTER INSERT ON handoff_audit
		FOR EACH ROW EXECUTE FUNCTION handoff_note_change();
	CREATE TRIGGER handoff_note_change AFTER INSERT OR UPDATE ON handoff_briefs
		FOR EACH ROW EXECUTE FUNCTION handoff_note_change();
	CREATE TRIGGER handoff_note_change AFTER INSERT OR UPDATE ON handoff_clocks
		FOR EACH ROW EXECUTE FUNCTION handoff_note_change();
	`,
	// Requests that were captured off hours, since an open page holds all of them and the bot has many more.
	`
	ALTER TABLE handoff_conversations ADD COLUMN captured BOOLEAN NOT NULL DEFAULT FALSE;
	-- Read as text, since PostgreSQL reads no JSON in which a customer has written NUL or half a character; within what somebody wrote,
	-- a quote has a backslash before it.
	UPDATE handoff_conversations SET captured = TRUE WHERE state = 'bot'
		AND substring(doc FROM '"captured":[{]"at":"[^"]*","episode":([0-9]+)[}]') = substring(doc FROM '"episode":([0-9]+)');
	CREATE INDEX handoff_conversations_captured ON handoff_conversations (namespace, last_message_at DESC, id) WHERE captured;
	`,
];
