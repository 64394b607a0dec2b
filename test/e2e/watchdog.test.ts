import path from 'node:path';

import { openStore } from '../../adapters/store/open';
import type { HandoffStore } from '../../core/ports/store';
import type { N8nClient } from '../../host/n8n';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	environment,
	eventually,
	executionOf,
	graph,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

describe('SLA Watchdog in a real n8n', () => {
	let client: N8nClient;
	let store: HandoffStore;
	beforeAll(async () => {
		client = await signedInClient();
		// A second process on n8n's own file, as a second n8n would be.
		store = await openStore({
			file: path.join(environment.folder, '.n8n', 'whatsapp-handoff.sqlite'),
		});
	});
	afterAll(() => store.close());

	it('warns of a handoff that nobody answers, and says once that the promise is broken', async () => {
		const { messageId } = await graph.customerSays({
			from: freshCustomer(),
			text: 'I want to talk to a person',
		});
		const run = await executionOf(client, messageId);
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };

		const seconds = (offset: number) => new Date(Date.now() + offset * 1000).toISOString();
		const [clock] = (await store.clocks(id)).filter(({ kind }) => kind === 'first_response');
		expect(clock).toMatchObject({ status: 'running' });
		const notes = async () =>
			(await store.history(id, { limit: 20 }))
				.filter(({ type }) => type === 'note')
				.map(({ text }) => text);
		/** Lets time go by, as far as this promise is concerned: the marks are moved instead of the clock on the wall. */
		const marksAt = (warning: number | undefined, breach: number) => {
			const pending = [
				...(warning === undefined ? [] : [{ percent: 80, at: seconds(warning) }]),
				{ percent: 100, at: seconds(breach) },
			];
			return store.putClocks([
				{ ...clock!, dueAt: seconds(breach), pending, nextEventAt: pending[0]!.at },
			]);
		};

		await marksAt(-1, 3600);
		await eventually('the warning', async () =>
			(await notes()).some((text) => text.startsWith('The answer is due at')),
		);
		await marksAt(undefined, -1);
		const first = (await store.conversation(id))!.owner!;
		const conversation = await eventually('somebody else for the conversation', async () => {
			const now = await store.conversation(id);
			return now?.owner?.name !== first.name ? now : undefined;
		});
		// To the other agent, or, where that one is full by now, into the queue; never back to who did not answer.
		expect(conversation).toMatchObject({
			state: 'human',
			handoff: { hops: 1, routing: { tried: [(first as { id: string }).id], hops: 1 } },
		});
		expect(await notes()).toEqual([
			expect.stringMatching(/^The answer is due at/u),
			expect.stringMatching(/has not been given\.$/u),
		]);
		const moves = (await store.audit(id)).filter(({ action }) => action !== 'crm');
		expect(moves).toMatchObject([
			{ action: 'escalate' },
			{ reason: expect.stringContaining('has not answered in time') as unknown },
		]);
	});
});
