import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openStore } from '../adapters/store/open';
import type { ConversationMessage } from '../core/conversation/message';
import type { HandoffStore } from '../core/ports/store';
import { refreshBrief } from '../core/summary/refresh';
import { render } from '../core/summary/render';

/**
 * Whether the brief of a long conversation costs what that of a short one does: 10,000 messages against 100, in a real SQLite
 * store. Measured are the first brief of the thread, and the next one after a new message of the customer (read, summarise,
 * render as a note, save). Prints the ratio of the medians; exit code 1 from 2 on.
 */
const SHORT = 100;
const LONG = 10_000;
const ROUNDS = 20;
const LIMIT = 2;

const LINES = [
	['customer', 'Hello, my order AB-10023 has not arrived yet, where is it?'],
	['bot', 'Your order left our warehouse yesterday.'],
	['customer', 'I need it by Friday, my budget for another one is $300. Can you help?'],
	['bot', 'Sorry, I did not understand that.'],
	['customer', '¿Cuándo llega mi pedido ES-44871? Es urgente'],
	['agent', 'I am looking into it now and will call the carrier.'],
	['customer', 'Meine Karte ist 4242 4242 4242 4242, Mail sam@shop.example'],
	['customer', 'ok thanks'],
] as const;
const START = Date.UTC(2026, 0, 1);

function message(index: number): ConversationMessage {
	const [author, text] = LINES[index % LINES.length]!;
	const sentAt = new Date(START + index * 60_000).toISOString();
	return {
		id: `wamid.${String(index).padStart(6, '0')}`,
		direction: author === 'customer' ? 'in' : 'out',
		author,
		type: 'text',
		text,
		sentAt,
		receivedAt: sentAt,
	};
}

async function thread(store: HandoffStore, number: number, length: number): Promise<string> {
	const waId = `1202555${String(number).padStart(4, '0')}`;
	const identity = { keys: [{ kind: 'wa_id' as const, value: waId }], waId };
	const first = message(0);
	const [result] = await store.intake(
		[{ channelId: '1', identity, message: { ...first, id: `${number}.${first.id}` } }],
		first.sentAt,
	);
	const { id } = result!.conversation;
	const messages = Array.from({ length: length - 1 }, (_, index) => message(index + 1));
	await store.decide(id, () => ({
		result: undefined,
		messages: messages.map((one) => ({ ...one, id: `${number}.${one.id}` })),
	}));
	return id;
}

async function once(store: HandoffStore, id: string): Promise<number> {
	const start = performance.now();
	const refreshed = await refreshBrief(store, id, { now: new Date(START).toISOString() });
	render(refreshed!.brief, 'note', {
		redact: { kinds: ['card', 'iban', 'password', 'nationalId'] },
	});
	await store.saveBrief(refreshed!.brief);
	return performance.now() - start;
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'bench-summary-'));
	const store = await openStore({ file: path.join(folder, 'store.sqlite') });
	try {
		const first = { short: [] as number[], long: [] as number[] };
		const next = { short: [] as number[], long: [] as number[] };
		const ids = { short: await thread(store, 1, SHORT), long: await thread(store, 2, LONG) };
		for (let round = -5; round < ROUNDS; round += 1) {
			for (const kind of ['short', 'long'] as const) {
				// A memory of another version is not gone on from: the thread is read as if for the first time.
				const known = await store.brief(ids[kind]);
				if (known?.memory) await store.saveBrief({ ...known, memory: undefined });
				const cold = await once(store, ids[kind]);
				const length = kind === 'short' ? SHORT : LONG;
				const added = message(length + round + 10);
				await store.decide(ids[kind], () => ({
					result: undefined,
					messages: [{ ...added, id: `${kind}.${added.id}` }],
				}));
				const warm = await once(store, ids[kind]);
				if (round < 0) continue;
				first[kind].push(cold);
				next[kind].push(warm);
			}
		}
		let slow = false;
		for (const [name, { short, long }] of [
			['first brief', first],
			['next brief', next],
		] as const) {
			const ratio = median(long) / median(short);
			slow ||= ratio >= LIMIT;
			console.log(
				`${name}: ${median(short).toFixed(2)} ms at ${SHORT} messages, ${median(long).toFixed(2)} ms at ${LONG}: ratio ${ratio.toFixed(2)} (below ${LIMIT})`,
			);
		}
		if (slow) process.exitCode = 1;
	} finally {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

void main();
