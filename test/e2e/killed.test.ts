import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openStore } from '../../adapters/store/open';
import type { HandoffStore } from '../../core/ports/store';
import { clocksOnHandoff } from '../../core/sla';
import { ensureN8n, installPackage, packPackage } from '../../host/install';
import { N8n, freePort } from '../../host/n8n';
import { connect, publish, readWorkflow } from '../../host/stack';
import { executionIds, readExecution } from '../../host/executions';
import { ANA, handedOver } from '../unit/sla/support/conversation';
import { LIMIT_MS, eventually } from './harness';

jest.setTimeout(5 * LIMIT_MS);

const quietly = <T>(_what: string, work: () => Promise<T>): Promise<T> => work();

/** An n8n of its own, which these tests kill: the other suites go on with theirs. */
describe('SLA Watchdog when n8n is killed', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-killed-'));
	const n8nFolder = path.join(folder, '.n8n');
	let script: string;
	let n8n: N8n;
	let store: HandoffStore;
	let watchdogId: string;

	const boot = async () => {
		n8n = await N8n.start({ script, userFolder: folder, port: await freePort() });
		await n8n.signIn();
	};

	beforeAll(async () => {
		mkdirSync(path.join(n8nFolder, 'nodes'), { recursive: true });
		script = await ensureN8n(quietly);
		await installPackage(await packPackage(folder, quietly), n8nFolder, quietly);
		await boot();
		const workflow = connect(readWorkflow('03-sla-watchdog.json'), {}, undefined);
		watchdogId = await publish({ n8n, folder }, workflow);
		store = await openStore({ file: path.join(n8nFolder, 'whatsapp-handoff.sqlite') });
		// n8n answers a publish before it has carried it out, and takes a minute to notice that it was killed meanwhile.
		await eventually('the watchdog at work', async () => store.getSetting('sla.policies'));
	});
	afterAll(async () => {
		await store.close();
		await n8n.stop();
	});

	/** A customer who has been handed over and whose answer is due in `seconds`. */
	const promise = async (number: number, seconds: number): Promise<string> => {
		const now = new Date().toISOString();
		const [intake] = await store.intake(
			[
				{
					channelId: '106540352242922',
					identity: {
						keys: [{ kind: 'phone', value: `+1555555010${number}` }],
						phone: `+1555555010${number}`,
					},
					message: {
						id: `wamid.${number}`,
						direction: 'in',
						author: 'customer',
						type: 'text',
						text: 'I want a person',
						sentAt: now,
						receivedAt: now,
					},
				},
			],
			now,
		);
		await store.markHandled([`wamid.${number}`], now);
		return store.decide(intake!.conversation.id, ({ conversation, clocks }) => {
			const next = handedOver(conversation, now, ANA);
			return {
				result: next.id,
				conversation: next,
				clocks: clocksOnHandoff(
					[
						{
							name: 'First response',
							kind: 'first_response',
							targetMinutes: seconds / 60,
							clock: 'wall',
							marks: [],
						},
					],
					next,
					now,
					clocks,
				),
			};
		});
	};

	/** How often the broken promise to this customer came out of the watchdog. */
	const breaches = async (conversationId: string): Promise<number> => {
		let count = 0;
		for (const id of await executionIds(n8n, watchdogId, 100)) {
			const { outputs } = await readExecution(n8n, id);
			count += (outputs['SLA Watchdog'] ?? [])
				.flat()
				.filter(
					({ json }) => (json.conversation as { id: string } | undefined)?.id === conversationId,
				).length;
		}
		return count;
	};

	it('raises a promise that was broken while n8n was dead, exactly once, also over a second kill', async () => {
		const id = await promise(1, 2);
		await n8n.killNow();
		await eventually('the time that was promised', () => dueIsOver(store, id));
		await boot();
		await eventually('the breach', async () => (await breaches(id)) > 0);
		await eventually('the note in the thread', async () =>
			(await store.history(id, { limit: 5 })).some(({ type }) => type === 'note'),
		);
		await n8n.killNow();
		await boot();
		// Whatever the restarted watchdog has to say of this customer it says before it raises what was promised later.
		const later = await promise(2, 1);
		await eventually('the later breach', async () => (await breaches(later)) > 0);
		expect(await breaches(id)).toBe(1);
		expect(await breaches(later)).toBe(1);
	});

	it('raises what another process had taken and never handed on because it was killed', async () => {
		const id = await promise(3, 3600);
		const [clock] = await store.clocks(id);
		// Long past its lease: taken a quarter of an hour ago by a process that died between taking and handing on.
		const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
		const pending = [{ percent: 100, at: ago(16) }];
		await n8n.killNow();
		await store.putClocks([{ ...clock!, dueAt: ago(16), pending, nextEventAt: pending[0]!.at }]);
		const taken = await store.takeDueEvents(ago(15), 10, 60_000);
		expect(taken.map((event) => event.clock.conversationId)).toEqual([id]);
		await boot();
		await eventually('the breach', async () => (await breaches(id)) > 0);
		const later = await promise(4, 1);
		await eventually('the later breach', async () => (await breaches(later)) > 0);
		expect(await breaches(id)).toBe(1);
	});
});

async function dueIsOver(store: HandoffStore, id: string): Promise<boolean> {
	const [clock] = await store.clocks(id);
	return clock !== undefined && clock.dueAt < new Date().toISOString();
}
