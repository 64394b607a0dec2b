/**
 * WhatsApp's deliveries at a real n8n: 10,000 webhooks with 30 % redeliveries, shuffled, over 8 connections. Prints how fast they were
 * answered, and ends with status 1 unless every message came out once, every customer's thread is in order, and nothing was answered
 * with 5xx. Run: node scripts/typescript.js bench/intake.ts [webhooks, default 10000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { openStore } from '../adapters/store/open';
import { executionsOf, makeLoad, memoryOf, postLoad, publishTriggerAlone } from '../host/load';
import { tellProgress } from '../host/progress';
import { createCredentials, startStack, webhookIsLive } from '../host/stack';

const CONNECTIONS = 8;
const REPEATED = 0.3;
const CUSTOMERS = 500;
const NAMESPACE = 'load';
/** Executions go on after the last answer; none for so long, and there will be no more. */
const STILL_MS = 120_000;

async function main(): Promise<void> {
	const count = Number(process.argv[2] ?? 10_000);
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-bench-'));
	const stack = await startStack({
		folder,
		progress: tellProgress,
		// What is measured must not be pruned away.
		env: { EXECUTIONS_DATA_PRUNE: 'false' },
	});
	try {
		const credentials = await createCredentials(stack);
		const { id, url } = await publishTriggerAlone(stack.n8n, credentials.whatsAppHandoffApi!, {
			namespace: NAMESPACE,
		});
		await webhookIsLive(url);
		const { phoneNumberId, appSecret } = stack.whatsApp;
		const load = makeLoad({ count, repeated: REPEATED, customers: CUSTOMERS, phoneNumberId });
		const before = memoryOf(stack.n8n.pid!);
		const result = await postLoad(url, appSecret, load.bodies, CONNECTIONS);
		const posted = performance.now();

		const wanted = [...load.threads.values()].flat();
		let found = executionsOf(folder, id);
		for (let last = performance.now(); performance.now() - last < STILL_MS;) {
			if (found.size >= wanted.length) break;
			await pause(1000);
			const more = executionsOf(folder, id);
			if (more.size > found.size) last = performance.now();
			found = more;
		}
		const settled = (performance.now() - posted) / 1000;
		const missing = wanted.filter((message) => !found.has(message)).length;
		const twice = [...found.values()].filter((times) => times > 1).length;
		const store = await openStore({
			file: path.join(folder, '.n8n', 'whatsapp-handoff.sqlite'),
			namespace: NAMESPACE,
		});
		let outOfOrder = 0;
		for (const [waId, thread] of load.threads) {
			const conversation = await store.findConversation(phoneNumberId, {
				keys: [{ kind: 'wa_id', value: waId }],
			});
			const history = conversation
				? await store.history(conversation.id, { limit: thread.length + 10 })
				: [];
			if (history.map((message) => message.id).join() !== thread.join()) outOfOrder++;
		}
		await store.close();
		const failed = Object.entries(result.statuses)
			.filter(([status]) => Number(status) >= 500)
			.reduce((sum, [, times]) => sum + times, 0);
		const { latency } = result;
		console.log(
			[
				`${count} webhooks (${wanted.length} messages of ${load.threads.size} customers, the rest redeliveries) over ${CONNECTIONS} connections in ${result.seconds.toFixed(0)} s: ${(count / result.seconds).toFixed(0)}/s; the last execution ended ${settled.toFixed(0)} s later`,
				`answers: ${JSON.stringify(result.statuses)}; median ${latency.median} ms, 99 % within ${latency.p99} ms, slowest ${latency.most} ms`,
				`messages that came out: ${found.size}; missing ${missing}, twice ${twice}; threads out of order: ${outOfOrder}; 5xx: ${failed}`,
				`memory of n8n: ${before.toFixed(0)} MB before, ${memoryOf(stack.n8n.pid!).toFixed(0)} MB after`,
			].join('\n'),
		);
		if (missing + twice + outOfOrder + failed > 0) process.exitCode = 1;
	} finally {
		await stack.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
