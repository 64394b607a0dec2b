import { holdChoices, holdUntil } from '../../../adapters/inbox/app/holds';
import { endHolds } from '../../../adapters/inbox/holds';
import { applyEvent } from '../../../core/conversation/apply';
import { performInboxAction } from '../../../core/inbox/actions';
import type { HandoffStore } from '../../../core/ports/store';
import { ana, at, workflow } from '../../builders';
import { customerWrites, temporaryStore } from '../../support';
import { VirtualTimers } from '../sla/support/virtualTimers';

const minute = (minutes: number) => Date.parse(at(minutes));

describe('holds that end by themselves', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let conversationId: string;
	const timers = () => new VirtualTimers(minute(3));

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		({ conversationId } = await customerWrites(store, 0));
		await store.decide(conversationId, (view) =>
			applyEvent(
				view,
				{
					type: 'escalate',
					owner: ana,
					reason: 'Asked for a person',
					score: 100,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ actor: workflow, now: at(1), policies: [] },
			),
		);
		await performInboxAction(
			store,
			{ id: 'ana', name: 'Ana', role: 'agent' },
			{ action: 'hold', conversationId, text: '', key: 'k', disposition: '', until: at(60) },
			{ now: at(2), policies: [] },
		);
	});
	afterEach(() => close());

	const held = async () => (await store.conversation(conversationId))!.hold !== undefined;

	it('end within a quarter of a minute, with no page open and however many processes look', async () => {
		const clock = timers();
		const loops = [endHolds(store, () => {}, clock), endHolds(store, () => {}, clock)];
		await clock.advanceTo(minute(60) - 1, 2);
		expect(await held()).toBe(true);
		await clock.advanceTo(minute(60) + 15_000, 2);
		expect(await held()).toBe(false);
		const resumed = (await store.audit(conversationId)).filter(({ action }) => action === 'resume');
		expect(resumed).toMatchObject([{ actor: { kind: 'system' }, reason: 'The hold is over' }]);
		await Promise.all(loops.map((loop) => loop.stop()));
	});

	it('end a minute later where the store was out of reach, and say so', async () => {
		const clock = timers();
		const failures: unknown[] = [];
		let broken = true;
		const loop = endHolds(
			{
				list: (filter) =>
					broken ? Promise.reject(new Error('No connection')) : store.list(filter),
				decide: (id, decide) => store.decide(id, decide),
			},
			(error) => failures.push(error),
			clock,
		);
		await clock.advanceTo(minute(60) + 15_000, 1);
		expect(failures.length).toBeGreaterThan(1);
		broken = false;
		await clock.advanceTo(minute(62), 1);
		expect(await held()).toBe(false);
		await loop.stop();
	});
});

describe('the dialog of a hold', () => {
	it('offers one without an end only where somebody has the conversation', () => {
		expect(holdChoices(ana)).toContain('open');
		const inQueue = holdChoices({ kind: 'queue', name: 'Support' });
		expect(inQueue).toEqual(['hour', 'fourHours', 'tomorrow', 'week', 'at']);
		for (const one of inQueue) {
			expect(holdUntil(one, '2026-11-21T09:00', new Date(at(0)))).toBeInstanceOf(Date);
		}
	});
});
