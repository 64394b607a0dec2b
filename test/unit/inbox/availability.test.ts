import { rosterWithout, withAbsence } from '../../../core/inbox/availability';
import { directoryOf } from '../../../core/inbox/directory';
import { livePresence, presenceView, withPresence } from '../../../core/inbox/presence';
import { absence as obstacleOf } from '../../../core/routing/eligibility';
import { addMilliseconds } from '../../../core/time';
import { aConversation, ana, at } from '../../builders';
import { RateLimit } from '../../../adapters/inbox/rateLimit';

const roster = [
	{ id: 'Ana@shop.example', name: 'Ana' },
	{ id: 'ben@shop.example', name: 'Ben' },
];

describe('an agent who is away in the inbox', () => {
	it('gets no conversation from the router until coming back, however the id is spelt', () => {
		const away = withAbsence({}, 'ana@shop.example', { since: at(0) }, at(0));
		const [gone, there] = rosterWithout(roster, away, at(600));
		expect(obstacleOf(gone!, at(600))).toBe('switched off');
		expect(obstacleOf(there!, at(600))).toBeUndefined();
		const back = withAbsence(away, 'ANA@shop.example', undefined, at(5));
		expect(rosterWithout(roster, back, at(6))).toEqual(roster);
	});

	it('gets conversations again by itself when the stated time has come', () => {
		const away = withAbsence({}, 'ana@shop.example', { since: at(0), until: at(60) }, at(0));
		const obstacle = (minute: number) =>
			obstacleOf(rosterWithout(roster, away, at(minute))[0]!, at(minute));
		expect(obstacle(59)).toMatch(/^out of office until/u);
		expect(obstacle(60)).toBeUndefined();
	});

	it('is shown as away to colleagues who look for somebody to transfer to', () => {
		const { agents } = directoryOf(
			[{ conversation: aConversation({ state: 'human', owner: ana }), clocks: [] }],
			{
				agents: roster.slice(1),
				teams: [],
				absences: withAbsence({}, 'ana', { since: at(0), until: at(60) }, at(0)),
				online: new Set(['ana']),
			},
			at(5),
		);
		expect(agents).toEqual([
			{ id: 'ana', name: 'Ana', open: 1, available: false, until: at(60), online: true },
			{ id: 'ben@shop.example', name: 'Ben', open: 0, available: true, online: false },
		]);
	});
});

describe('presence', () => {
	const one = (agentId: string, conversationId: string, typing = false) => ({
		agentId,
		name: agentId,
		conversationId,
		typing,
	});

	it('shows each agent once, where they are now, and nobody whose page has gone silent', () => {
		const after = (seconds: number) => addMilliseconds(at(0), seconds * 1000);
		let all = withPresence([], one('ana', 'c1'), after(0));
		all = withPresence(all, one('ben', 'c1', true), after(0));
		all = withPresence(all, one('ana', 'c2'), after(6));
		expect(presenceView(all, after(6))).toEqual([one('ana', 'c2'), one('ben', 'c1', true)]);
		expect(livePresence(all, after(30)).map(({ agentId }) => agentId)).toEqual(['ana']);
		expect(presenceView(all, after(60))).toEqual([]);
	});
});

describe('the rate limit', () => {
	it('lets a burst through and then as many a minute as are allowed, each key by itself', () => {
		const limit = new RateLimit(60, 3);
		expect([0, 0, 0, 0].map((now) => limit.take('a', now))).toEqual([true, true, true, false]);
		expect(limit.take('b', 0)).toBe(true);
		expect([limit.take('a', 1_000), limit.take('a', 1_000)]).toEqual([true, false]);
	});

	it('forgets the key that was quiet for longest when there are too many', () => {
		const limit = new RateLimit(60, 1, 2);
		for (const key of ['a', 'b', 'c']) limit.take(key, 0);
		expect([limit.has('a', 0), limit.has('c', 0)]).toEqual([true, false]);
	});
});
