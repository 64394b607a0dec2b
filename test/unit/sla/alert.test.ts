import { settle, startClock, takeEvents } from '../../../core/sla';
import { alertView, coalesce, isCurrent } from '../../../core/sla/alert';
import type { SlaKind } from '../../../core/sla/clock';
import { ANA, handedOver, withBot } from './support/conversation';

const FRIDAY = '2026-11-20T16:30:00.000Z';
const minute = (n: number) => new Date(Date.parse(FRIDAY) + n * 60_000).toISOString();

const clockOf = (id: string, kind: SlaKind = 'first_response', startedAt = FRIDAY) =>
	startClock(
		{ name: 'First response', kind, targetMinutes: 10, clock: 'wall', marks: [80, 100] },
		{ id, namespace: 'default' },
		'x',
		startedAt,
	);

const due = (id: string, now: string, kind?: SlaKind, startedAt?: string) =>
	takeEvents(clockOf(id, kind, startedAt), now).events.map((event) => ({
		event,
		conversation: handedOver(withBot(id), FRIDAY, ANA),
	}));

describe('an alert', () => {
	const breach = () => coalesce(due('c1', minute(72)))[0]!;

	it('says how late the answer is, why it was due, and what to do next', () => {
		expect(alertView(breach(), minute(72), 'https://n8n.example/inbox')).toEqual({
			idempotencyKey: 'c1:first_response:x@100',
			type: 'breach',
			kind: 'first_response',
			policy: 'First response',
			percent: 100,
			startedAt: FRIDAY,
			dueAt: minute(10),
			explanation: 'Due Friday 16:40 (UTC): 10 minutes after Friday 16:30, every minute counts.',
			lateByMinutes: 62,
			minutesLeft: 0,
			raisedLateByMinutes: 62,
			headline: '+15555550100: first response is 62 min late, with Ana',
			nextStep: { step: 'reassign', text: 'Give it to somebody other than Ana.' },
			customerText: expect.stringMatching(/^We promised you an answer/u) as string,
			also: [
				{
					idempotencyKey: 'c1:first_response:x@80',
					type: 'warning',
					kind: 'first_response',
					policy: 'First response',
					percent: 80,
					dueAt: minute(10),
				},
			],
			link: 'https://n8n.example/inbox#/c/c1',
		});
	});

	it('has a word for the customer in the language that they write, or that staff have set', () => {
		const told = (changes: object) => {
			const alert = breach();
			const conversation = { ...alert.conversation, ...changes };
			return alertView({ ...alert, conversation }, minute(72)).customerText;
		};
		expect(told({ language: 'de' })).toContain('Unsere Teamleitung weiß davon');
		const profile = { ...breach().conversation.profile, language: 'pt-BR' };
		expect(told({ language: 'de', profile })).toContain('Prometemos uma resposta');
		expect(told({ language: 'pl' })).toContain('We promised you an answer');
	});

	it('of a breach raised on the dot does not say that there is time left', () => {
		const [onTime] = coalesce(due('c1', minute(10)));
		expect(alertView(onTime!, minute(10)).headline).toBe(
			'+15555550100: first response is less than a minute late, with Ana',
		);
	});

	it('before the breach says how much time is left', () => {
		const [warning] = coalesce(due('c1', minute(8)));
		expect(alertView(warning!, minute(8))).toMatchObject({
			type: 'warning',
			lateByMinutes: 0,
			minutesLeft: 2,
			nextStep: { step: 'remind_owner', text: 'Remind Ana to answer.' },
			headline: '+15555550100: first response is due in 2 min, with Ana',
		});
	});

	it('is one for each conversation however much was missed, led by the gravest, in the order of the due times', () => {
		const alerts = coalesce([
			...due('c2', minute(60), 'resolution', minute(5)),
			...due('c1', minute(60)),
			...due('c2', minute(60), 'first_response', minute(3)),
		]);
		expect(alerts.map(({ event, others }) => [event.id, others.length])).toEqual([
			['c1:first_response:x@100', 1],
			['c2:first_response:x@100', 3],
		]);
	});

	it('of a kept promise does not hide a broken one of the same conversation', () => {
		const [met] = settle(
			[
				{
					...clockOf('c1', 'queue_time'),
					terms: { targetMinutes: 10, clock: 'wall', reportMet: true },
				},
			],
			'assigned',
			minute(5),
		);
		const conversation = handedOver(withBot('c1'), FRIDAY, ANA);
		const alerts = coalesce([
			...takeEvents(met!, minute(60)).events.map((event) => ({ event, conversation })),
			...due('c1', minute(60)),
		]);
		expect(alerts.map(({ event }) => event.type)).toEqual(['met', 'breach']);
		expect(alertView(alerts[0]!, minute(60))).toMatchObject({
			lateByMinutes: 0,
			headline: '+15555550100: pick-up from the queue in time',
		});
		expect(alertView(alerts[0]!, minute(60))).not.toHaveProperty('nextStep');
	});
});

describe('an event that was taken', () => {
	const conversation = handedOver(withBot('c1'), FRIDAY, ANA);
	const { clock, events } = takeEvents(clockOf('c1'), minute(10));
	const breach = events.at(-1)!;

	it('still stands while nobody has answered', () => {
		expect(isCurrent(breach, conversation, [clock])).toBe(true);
	});

	it('is void once a person has answered', () => {
		expect(isCurrent(breach, conversation, settle([clock], 'answered', minute(11)))).toBe(false);
	});

	it('is void once the conversation is closed', () => {
		expect(isCurrent(breach, { ...conversation, state: 'closed' }, [clock])).toBe(false);
	});

	it('stands if the clock was paused only after it', () => {
		expect(isCurrent(breach, conversation, settle([clock], 'paused', minute(11)))).toBe(true);
		expect(isCurrent(breach, conversation, settle([clock], 'paused', minute(9)))).toBe(false);
	});
});
