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

let customers = 0;

/** A number that no other test uses; from the range that is reserved for fiction. */
export function freshCustomer(): string {
	customers += 1;
	return `1650555${String((process.pid * 37 + customers) % 10_000).padStart(4, '0')}`;
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
