import type { HandoffRequest } from '../../../core/routing';
import type { Agent } from '../../../core/routing/agent';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { isLive } from '../../../core/sla/settle';
import { at } from '../../builders';
import { Desk, NINE_TO_FIVE, aRequest } from './support/desk';

const ana: Agent = { id: 'ana', name: 'Ana', skills: ['billing'] };
const ben: Agent = { id: 'ben', name: 'Ben' };
const cem: Agent = { id: 'cem', name: 'Cem', queues: ['Sales'] };

/** Billing at first, then anybody of the team, then Sales. */
const widening = (changes: Partial<HandoffRequest> = {}) =>
	aRequest({
		agents: [ana, ben, cem],
		requiredSkills: ['billing'],
		steps: [
			{ strategies: ['leastBusy'], who: 'required', timeoutMinutes: 3, skipIfNobody: false },
			{ strategies: ['leastBusy'], who: 'anyone', timeoutMinutes: 5 },
			{ strategies: ['leastBusy'], who: 'anyone', queue: 'Sales' },
		],
		...changes,
	});

/** Rings until something moves, as a workflow behind the watchdog does. */
function nextMove(desk: Desk, request: HandoffRequest) {
	const [event] = desk.ring();
	return desk.routeAgain({ ...request, cause: event!.id, causedAt: event!.at });
}

const ownerOf = (desk: Desk) => desk.of().owner!.name;

describe('a chain of steps', () => {
	it('asks a wider circle when a step’s time is up, and keeps the age of the handoff', () => {
		const desk = new Desk();
		const request = widening();
		expect(desk.handOver(request)).toMatchObject({
			outcome: 'assigned',
			step: { number: 1, of: 3, until: at(3) },
		});
		expect(ownerOf(desk)).toBe('Ana');
		expect(nextMove(desk, request)).toMatchObject({
			outcome: 'assigned',
			explanation: 'Ben: least busy, 0 open. Ana has not answered in time',
			step: { number: 2, of: 3, until: at(8) },
		});
		expect(nextMove(desk, request).conversation.owner).toMatchObject({ id: 'cem' });
		expect(desk.of().handoff).toMatchObject({
			createdAt: at(0),
			queue: 'Sales',
			routing: { tried: ['ana', 'ben'], hops: 2, home: 'Support' },
		});
	});

	it('waits at a step that is not to be skipped, and skips one where nobody qualifies', () => {
		const agents = [ben, cem];
		const waiting = new Desk();
		expect(waiting.handOver(widening({ agents }))).toMatchObject({
			outcome: 'queued',
			step: { number: 1, until: at(3) },
			conversation: { owner: { kind: 'queue', name: 'Support' } },
		});
		expect(nextMove(waiting, widening({ agents })).conversation.owner).toMatchObject({ id: 'ben' });

		const skipping = new Desk();
		const [first, ...others] = widening().steps!;
		const steps = [{ ...first!, skipIfNobody: true }, ...others];
		expect(skipping.handOver(widening({ agents, steps }))).toMatchObject({
			outcome: 'assigned',
			step: { number: 2 },
			conversation: { owner: { id: 'ben' } },
		});
	});

	it('asks those with one of the skills or the language before anybody', () => {
		const desk = new Desk();
		const dia: Agent = { id: 'dia', name: 'Dia', languages: ['es'] };
		const request = aRequest({
			agents: [ben, dia],
			requiredSkills: ['billing'],
			requiredLanguage: 'es',
			steps: [
				{ strategies: ['roundRobin'], who: 'required' },
				{ strategies: ['roundRobin'], who: 'preferred' },
				{ strategies: ['roundRobin'], who: 'anyone' },
			],
		});
		expect(desk.handOver(request).conversation.owner).toMatchObject({ id: 'dia' });
	});

	it('hands on to another team after the overflow time, and at once where too many wait', () => {
		const overflow = { queue: 'Sales', afterMinutes: 10, longerThan: 2 };
		const request = aRequest({ agents: [cem], overflow });
		const desk = new Desk(3);
		expect(desk.handOver(request, 'c1').outcome).toBe('queued');
		expect(desk.handOver(request, 'c2').outcome).toBe('queued');
		expect(desk.handOver(request, 'c3').conversation.owner).toMatchObject({ id: 'cem' });
		const [event] = desk.ring();
		expect(event!.at).toBe(at(10));
		desk.routeAgain({ ...request, cause: event!.id }, 'c1');
		expect(desk.of('c1').owner).toMatchObject({ id: 'cem' });
	});
});

describe('routing again', () => {
	it('moves on at a decline, at once and never back, with the agent’s reason on record', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, ben] });
		desk.handOver(request);
		const declined = {
			...request,
			because: 'declined' as const,
			declinedBy: 'ana',
			remark: 'not my field',
		};
		expect(desk.routeAgain(declined)).toMatchObject({
			outcome: 'assigned',
			explanation: 'Ben: next in turn, first conversation. Ana has declined: not my field',
		});
		// A retry of the same decline moves nothing.
		expect(desk.routeAgain(declined)).toMatchObject({ outcome: 'already' });
		expect(ownerOf(desk)).toBe('Ben');
		desk.routeAgain({ ...request, because: 'declined', declinedBy: 'ben' });
		expect(desk.of().owner).toEqual({ kind: 'queue', name: 'Support' });
	});

	it('is refused for a decline by somebody who does not have the conversation', () => {
		const desk = new Desk();
		desk.handOver(aRequest({ agents: [ana, ben] }));
		expect(() =>
			desk.routeAgain(aRequest({ agents: [ana, ben], because: 'declined', declinedBy: 'ben' })),
		).toThrow('Cannot decline: the conversation is with Ana');
	});

	it('looks for somebody within a minute after a decline in the inbox', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, ben], policies: DEFAULT_POLICIES });
		desk.handOver(request);
		desk.person({ type: 'decline', agentId: 'ana', reason: 'busy' }, 'c1', DEFAULT_POLICIES);
		expect(desk.of().owner).toMatchObject({ kind: 'queue' });
		const [event] = desk.ring();
		expect([event!.clock.kind, event!.at]).toEqual(['routing_step', at(1)]);
		expect(desk.routeAgain({ ...request, cause: event!.id }).conversation.owner).toMatchObject({
			id: 'ben',
		});
	});

	it('is asked to look again, ever more seldom, until it does: a run that fails leaves nobody in the queue', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, ben], policies: DEFAULT_POLICIES });
		desk.handOver(request);
		desk.person({ type: 'agent_replied', sentAt: at(0) }, 'c1', DEFAULT_POLICIES);
		desk.person({ type: 'release', queue: 'Support', reason: 'Billing' }, 'c1', DEFAULT_POLICIES);
		const rung = [1, 2, 3, 4].map(() => desk.ring().map(({ clock, at: due }) => [clock.kind, due]));
		expect(rung).toEqual([10, 20, 30, 50].map((minute) => [['routing_step', at(minute)]]));
		const [event] = desk.ring();
		desk.routeAgain({ ...request, cause: event!.id });
		expect(desk.clocksOf('c1').find(({ id }) => id === event!.clock.id)).toMatchObject({
			status: 'cancelled',
			pending: [],
		});
	});

	it('changes nothing for the same event twice, nor for one that is older than the owner', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, ben, cem], queue: 'Sales' });
		desk.handOver(request);
		desk.pass(6);
		const breach = { ...request, cause: 'c1:first_response:h1@100', causedAt: at(5) };
		desk.routeAgain(breach);
		const after = desk.of();
		expect(after.owner).not.toMatchObject({ id: 'ana' });
		expect(desk.routeAgain(breach).outcome).toBe('already');
		expect(desk.routeAgain({ ...breach, cause: 'another event' }).outcome).toBe('already');
		expect(desk.of()).toBe(after);
	});

	it('leaves a conversation with who answered, until the customer waits again', () => {
		const desk = new Desk();
		const policies = [...DEFAULT_POLICIES];
		const request = aRequest({ agents: [ana, ben], policies });
		desk.handOver(request);
		desk.pass(2);
		desk.person({ type: 'agent_replied', sentAt: desk.now }, 'c1', policies);
		expect(desk.routeAgain({ ...request, cause: 'late alert' }).outcome).toBe('already');
		expect(ownerOf(desk)).toBe('Ana');
	});

	it('leaves a conversation with the agent who has it where nothing led to looking again, and moves it once the time is up', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, ben], policies: DEFAULT_POLICIES });
		desk.handOver(request);
		desk.pass(1);
		const before = desk.of();
		expect(desk.routeAgain(request)).toMatchObject({
			outcome: 'already',
			explanation: 'Already with Ana',
		});
		expect(desk.of()).toBe(before);
		// The promise of five minutes is broken: that is cause enough.
		desk.pass(5);
		expect(desk.routeAgain(request)).toMatchObject({
			outcome: 'assigned',
			handoff: { routing: { tried: ['ana'] } },
		});
		// Ben has it since then, and the old promise takes nothing from him.
		desk.pass(1);
		expect(desk.routeAgain(request).outcome).toBe('already');
		expect(ownerOf(desk)).toBe('Ben');
	});

	it('finds somebody without a cause for what waits in a queue', () => {
		const desk = new Desk();
		desk.handOver(aRequest());
		expect(desk.routeAgain(aRequest({ agents: [ana] })).outcome).toBe('assigned');
	});

	it('sends it to the team whose matter it is, with the customer’s words and age, and tells the customer nothing new', () => {
		const desk = new Desk();
		const request = aRequest({ agents: [ana, cem], policies: DEFAULT_POLICIES });
		desk.handOver(request);
		const { id } = desk.of().handoff!;
		desk.conversations.set('c1', {
			...desk.of(),
			handoff: { ...desk.of().handoff!, acknowledgedAt: at(0) },
		});
		const result = desk.routeAgain({
			...request,
			queue: 'Sales',
			because: 'team_change',
			remark: 'wants to buy',
		});
		expect(result).toMatchObject({
			outcome: 'assigned',
			handoff: { id, createdAt: at(0), queue: 'Sales', reason: 'Asked for a person' },
			conversation: { owner: { id: 'cem' } },
			explanation: 'Cem: next in turn, first conversation. It is a matter for Sales: wants to buy',
			dueAt: at(5),
		});
		expect(result.tell).toBeUndefined();
	});

	it('goes to the team lead when it has been through as many hands as are allowed', () => {
		const desk = new Desk();
		const lead: Agent = { id: 'lea', name: 'Lea' };
		const request = aRequest({
			agents: [ana, ben, cem],
			steps: [{ strategies: ['roundRobin'], timeoutMinutes: 5 }],
			maxHops: 2,
			fallback: { agent: lead, queue: 'Team Lead' },
		});
		desk.handOver(request);
		nextMove(desk, request);
		expect(nextMove(desk, request)).toMatchObject({
			conversation: { owner: { id: 'lea' } },
			explanation:
				'Lea: team lead. Ben has not answered in time; the limit on hops is reached, so it goes to the fallback',
		});
		nextMove(desk, request);
		expect(desk.of().owner).toEqual({ kind: 'queue', name: 'Team Lead' });
		nextMove(desk, request);
		expect(desk.of().owner).toEqual({ kind: 'queue', name: 'Team Lead' });
	});

	it('leaves it with its agent while nobody else is there, and passes it on in the morning', () => {
		const desk = new Desk();
		const request = aRequest({
			agents: [ana, ben],
			teamHours: NINE_TO_FIVE,
			policies: DEFAULT_POLICIES,
		});
		// 16:58: the answer is due on Tuesday, 09:03.
		desk.pass(6 * 60 + 58);
		desk.handOver(request);
		desk.pass(10);
		expect(desk.routeAgain({ ...request, cause: 'by hand' })).toMatchObject({
			outcome: 'already',
			explanation: 'Stays with Ana: outside the team’s hours',
		});
		while (ownerOf(desk) === 'Ana') {
			for (const event of desk.ring()) {
				desk.routeAgain({ ...request, cause: event.id, causedAt: event.at });
			}
		}
		expect(desk.now >= '2026-11-03T09:00:00.000Z').toBe(true);
	});

	it('counts the place in the queue without the conversation itself', () => {
		const desk = new Desk(2);
		const request = aRequest();
		expect(desk.handOver(request, 'c1').position).toBe(1);
		expect(desk.handOver(request, 'c2').position).toBe(2);
		expect(desk.routeAgain(request, 'c2').position).toBe(2);
	});

	it('says what to do instead where the bot has the conversation', () => {
		expect(() => new Desk().routeAgain(aRequest())).toThrow(
			'There is nothing to route again: the conversation is with the bot',
		);
	});
});

describe('off hours', () => {
	// Saturday 7 November, 12:00.
	const SATURDAY = 5 * 24 * 60 + 120;
	const MONDAY = '2026-11-09T09:00:00.000Z';

	it('lets the bot go on helping, and hands over when the team is back, at the promised time at the latest', () => {
		const desk = new Desk();
		desk.pass(SATURDAY);
		desk.customerWrites();
		const request = aRequest({
			agents: [ana],
			teamHours: NINE_TO_FIVE,
			offHours: 'bot',
			policies: DEFAULT_POLICIES,
		});
		expect(desk.handOver(request)).toMatchObject({
			outcome: 'off_hours',
			tell: 'off_hours_bot',
			opensAt: MONDAY,
			dueAt: '2026-11-09T09:05:00.000Z',
			conversation: { state: 'bot', handoff: { promise: { for: '2026-11-09T09:05:00.000Z' } } },
		});
		// Asked again meanwhile: it is one request.
		expect(desk.handOver(request).handoff.id).toBe(desk.of().handoff!.id);
		const [event] = desk.ring();
		expect([event!.clock.kind, event!.at]).toEqual(['routing_step', MONDAY]);
		const taken = desk.routeAgain({ ...request, cause: event!.id });
		expect(taken).toMatchObject({
			outcome: 'assigned',
			tell: 'assigned',
			conversation: { state: 'human', owner: { id: 'ana' } },
			dueAt: '2026-11-09T09:05:00.000Z',
		});
	});

	it('stays captured where it is looked again before the team is back', () => {
		const desk = new Desk();
		desk.pass(SATURDAY);
		const request = aRequest({ agents: [ana], teamHours: NINE_TO_FIVE, offHours: 'bot' });
		desk.handOver(request);
		const { offHours: _mode, ...again } = request;
		expect(desk.routeAgain(again)).toMatchObject({
			outcome: 'off_hours',
			conversation: { state: 'bot' },
		});
	});

	it('looks for somebody the moment the team is back, without waiting for a promise to be broken', () => {
		const desk = new Desk();
		desk.pass(SATURDAY);
		const steps = [
			{ strategies: ['roundRobin' as const], timeoutMinutes: 30 },
			{ strategies: ['queue' as const] },
		];
		const request = aRequest({
			agents: [ana],
			steps,
			teamHours: NINE_TO_FIVE,
			policies: DEFAULT_POLICIES,
		});
		expect(desk.handOver(request)).toMatchObject({ outcome: 'off_hours', tell: 'off_hours' });
		const [event] = desk.ring();
		expect(event!.at).toBe(MONDAY);
		expect(desk.routeAgain({ ...request, cause: event!.id })).toMatchObject({
			outcome: 'assigned',
			step: { number: 1, until: '2026-11-09T09:30:00.000Z' },
		});
	});

	it('warns staff where WhatsApp takes only a template at the promised time', () => {
		const desk = new Desk();
		desk.pass(SATURDAY);
		desk.customerWrites();
		const request = aRequest({ teamHours: NINE_TO_FIVE, policies: DEFAULT_POLICIES });
		expect(desk.handOver(request).windowWarning).toBe(
			'WhatsApp’s 24-hour window closes Sunday 12:00 (UTC), before the promised Monday 09:05 (UTC): the follow-up then needs an approved template; choose one under Follow-Up Template.',
		);
		const other = new Desk();
		other.pass(SATURDAY);
		other.customerWrites();
		const followUpTemplate = { name: 'we_are_back', language: 'en' };
		const result = other.handOver({ ...request, followUpTemplate });
		expect(result.windowWarning).toContain('goes out as the template we_are_back');
		expect(result.handoff.promise).toMatchObject({ template: followUpTemplate });
	});

	it('is also when everybody who could take it is off duty, until the first of them is back', () => {
		const desk = new Desk();
		const late: Agent = {
			...ana,
			calendar: { timeZone: 'UTC', windows: [{ day: 1, from: '14:00', to: '18:00' }] },
		};
		const away: Agent = { ...ben, outUntil: at(60 * 24 * 3) };
		const request = aRequest({ agents: [late, away], policies: DEFAULT_POLICIES });
		expect(desk.handOver(request)).toMatchObject({
			outcome: 'off_hours',
			opensAt: at(4 * 60),
			dueAt: at(4 * 60 + 5),
			considered: [
				{ name: 'Ana', why: 'everybody who could take it is off duty' },
				{ name: 'Ben' },
			],
		});
		// One who has switched off may switch on at any moment: that closes nothing.
		const other = new Desk();
		const off: Agent = { ...cem, queues: [], available: false };
		expect(other.handOver({ ...request, agents: [late, off] }).outcome).toBe('queued');
	});

	it('promises no answer before somebody is back, also where nobody has hours', () => {
		const desk = new Desk();
		const away: Agent = { ...ana, outUntil: at(60 * 24) };
		expect(desk.handOver(aRequest({ agents: [away], policies: DEFAULT_POLICIES }))).toMatchObject({
			outcome: 'off_hours',
			opensAt: at(60 * 24),
			dueAt: at(60 * 24 + 5),
		});
	});

	it('promises no answer before somebody is back where the promise has hours of its own', () => {
		const away: Agent = { ...ana, outUntil: at(60 * 24) };
		const policies = [{ ...DEFAULT_POLICIES[0]!, calendar: NINE_TO_FIVE }];
		expect(new Desk().handOver(aRequest({ agents: [away], policies }))).toMatchObject({
			opensAt: at(60 * 24),
			dueAt: at(60 * 24 + 5),
		});
	});

	it('promises no answer on a closed day because the night before is an hour short', () => {
		const desk = new Desk();
		desk.now = '2027-03-27T22:15:00.000Z';
		const daily = {
			timeZone: 'Europe/Berlin',
			windows: ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ day, from: '09:00', to: '17:00' })),
		};
		const away: Agent = { ...ana, calendar: daily, outUntil: '2027-03-29T06:00:00.000Z' };
		expect(desk.handOver(aRequest({ agents: [away], policies: DEFAULT_POLICIES }))).toMatchObject({
			opensAt: '2027-03-29T07:00:00.000Z',
			dueAt: '2027-03-29T07:05:00.000Z',
		});
	});

	it('waits for nobody who is out for good: the others set the time, and where there are none it is handed over all the same', () => {
		const gone: Agent = { ...ana, calendar: NINE_TO_FIVE, outUntil: '2099-12-31T00:00:00.000Z' };
		const back: Agent = { ...ben, outUntil: at(60 * 24) };
		const request = aRequest({ policies: DEFAULT_POLICIES, teamHours: NINE_TO_FIVE });
		expect(new Desk().handOver({ ...request, agents: [gone, back] })).toMatchObject({
			outcome: 'off_hours',
			opensAt: at(60 * 24),
		});
		expect(new Desk().handOver({ ...request, agents: [gone] })).toMatchObject({
			outcome: 'queued',
			dueAt: at(5),
		});
	});

	it('is handed over, and every minute counts, where its hours leave no time for the promise', () => {
		const once = {
			timeZone: 'UTC',
			windows: [],
			exceptions: [{ date: '2026-11-03', windows: [{ from: '09:00', to: '09:30' }] }],
		};
		const policies = [{ ...DEFAULT_POLICIES[0]!, targetMinutes: 60 }];
		for (const request of [
			aRequest({ teamHours: once, policies }),
			aRequest({ teamHours: once }),
			aRequest({ policies: [{ ...policies[0]!, calendar: once }] }),
		]) {
			const desk = new Desk();
			const { dueAt } = desk.handOver(request);
			if (dueAt) expect(dueAt).toBe(at(60));
			expect(desk.of()).toMatchObject({ state: 'human', owner: { kind: 'queue' } });
			expect(desk.ring()).not.toEqual([]);
		}
	});

	it('makes a promise even where staff have stated none', () => {
		const desk = new Desk();
		desk.pass(SATURDAY);
		expect(desk.handOver(aRequest({ teamHours: NINE_TO_FIVE }))).toMatchObject({
			outcome: 'off_hours',
			dueAt: '2026-11-09T10:00:00.000Z',
		});
		expect(
			desk
				.clocksOf('c1')
				.filter(isLive)
				.map(({ kind }) => kind),
		).toContain('promised_follow_up');
	});
});
