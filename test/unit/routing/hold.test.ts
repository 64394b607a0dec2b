import type { ConversationEvent } from '../../../core/conversation/transitions';
import type { HandoffRequest } from '../../../core/routing';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { settle } from '../../../core/sla/settle';
import { at } from '../../builders';
import { Desk, aRequest } from './support/desk';

const ana = { id: 'ana', name: 'Ana' };
const ben = { id: 'ben', name: 'Ben' };
const request = aRequest({ agents: [ana, ben], policies: DEFAULT_POLICIES });

/** Ana has it on hold since minute 1, and its promises stand still. */
function onHold(): Desk {
	const desk = new Desk();
	desk.handOver(request);
	desk.pass(1);
	const current = desk.of();
	desk.conversations.set('c1', {
		...current,
		hold: { handoffId: current.handoff!.id, since: at(1), by: ana },
	});
	for (const clock of settle(desk.clocksOf('c1'), 'paused', at(1)))
		desk.clocks.set(clock.id, clock);
	desk.pass(60);
	return desk;
}

const promiseOf = (desk: Desk) =>
	desk.clocksOf('c1').find(({ kind }) => kind === 'first_response')!;

describe('a conversation on hold', () => {
	it.each<[string, ConversationEvent]>([
		['reassigned', { type: 'assign', owner: { kind: 'agent', ...ben }, reason: 'Knows it' }],
		['released', { type: 'release', queue: 'Support', reason: 'End of shift' }],
		['declined', { type: 'decline', agentId: 'ana', reason: 'Not mine' }],
	])('is on hold no more when it is %s: its promises run on for the next one', (_how, event) => {
		const desk = onHold();
		expect(promiseOf(desk).status).toBe('paused');
		desk.person(event, 'c1', DEFAULT_POLICIES);
		expect(desk.of().hold).toBeUndefined();
		// One of five minutes had counted.
		expect(promiseOf(desk)).toMatchObject({ status: 'running', dueAt: at(65) });
	});

	it.each<[string, Partial<HandoffRequest>]>([
		['agent declines', { because: 'declined', declinedBy: 'ana' }],
		['team changes', { because: 'team_change' }],
	])('is on hold no more when the router moves it on because the %s', (_how, because) => {
		const desk = onHold();
		expect(desk.routeAgain({ ...request, ...because }).conversation.owner).toMatchObject(ben);
		expect(desk.of().hold).toBeUndefined();
		expect(promiseOf(desk)).toMatchObject({ status: 'running', dueAt: at(65) });
	});

	it.each(['hold', 'waiting_for_customer'] as const)(
		'runs on for the next one also where a workflow has stopped its clocks, but not while it is the customer’s turn: %s',
		(why) => {
			const desk = onHold();
			const { hold: _hold, ...current } = desk.of();
			desk.conversations.set('c1', current);
			const { id, paused, ...clock } = promiseOf(desk);
			desk.clocks.set(id, { ...clock, id, paused: { ...paused!, why } });
			desk.person({ type: 'release', queue: 'Support', reason: 'Break' }, 'c1', DEFAULT_POLICIES);
			expect(promiseOf(desk).status).toBe(why === 'hold' ? 'running' : 'paused');
		},
	);

	it('stays on hold while it stays with its owner', () => {
		const desk = onHold();
		desk.customerWrites();
		expect(desk.of().hold).toBeDefined();
		desk.person({ type: 'assign', owner: { kind: 'agent', ...ana }, reason: 'Claimed' });
		expect(promiseOf(desk).status).toBe('paused');
	});
});
