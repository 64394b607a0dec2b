import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { environment } from './harness';

const FOLDER = path.join(__dirname, '..', 'fixtures', 'whatsapp', 'payloads');

interface Change {
	value: {
		metadata?: { phone_number_id: string };
		contacts?: Array<{ wa_id?: string; user_id?: string; parent_user_id?: string }>;
		messages?: Array<{ id: string; from?: string; timestamp?: string }>;
	};
}

interface Delivery {
	entry: Array<{ changes: Change[] }>;
}

let last = 0;

/** A number that no other test of this run uses: it rises with the time, in milliseconds. */
export function freshCustomer(): string {
	last = Math.max(last + 1, Date.now());
	// Seven digits that no American exchange code forbids.
	return `1650${2_000_000 + (last % 7_000_000)}`;
}

/**
 * A recorded payload as it would arrive now, from a customer of its own, on our number. Nothing else is changed: ids and times
 * must be fresh, since a message is taken in once and an old one starts nothing.
 */
export function recorded(file: string): { payload: object; messageId: string; customer: string } {
	const text = readFileSync(path.join(FOLDER, `${file}.json`), 'utf8');
	const customer = freshCustomer();
	const original = (JSON.parse(text) as Delivery).entry[0]!.changes[0]!.value;
	const contact = original.contacts?.[0];
	// Recorded payloads share their customers; each key of one leads to the same conversation.
	const keys: Array<[string | undefined, string]> = [
		[contact?.wa_id ?? original.messages?.[0]?.from, customer],
		[contact?.user_id, `US.${customer}`],
		[contact?.parent_user_id, `US.ENT.${customer}`],
	];
	const payload = JSON.parse(
		keys.reduce(
			(current, [known, own]) => (known ? current.replaceAll(`"${known}"`, `"${own}"`) : current),
			text,
		),
	) as Delivery;
	const { value } = payload.entry[0]!.changes[0]!;
	if (value.metadata) value.metadata.phone_number_id = environment.phoneNumberId;
	const messageId = `wamid.${randomUUID()}`;
	for (const message of value.messages ?? []) {
		message.id = messageId;
		message.timestamp = String(Math.floor(Date.now() / 1000));
	}
	return { payload, messageId, customer };
}
