import fc from 'fast-check';

import type { HandoffRequest } from '../../../core/routing';
import { notificationOf, recipientsOf, withBrief } from '../../../core/routing/notification';
import { aConversation, at } from '../../builders';
import { Desk, aRequest } from './support/desk';

const signal = (name: string, label: string) => ({
	signal: name,
	label,
	weight: 90,
	value: 1,
	points: 90,
});

function told(
	request: Partial<HandoffRequest> = {},
	facts: Partial<Parameters<typeof notificationOf>[1]> = {},
	conversation: Parameters<typeof aConversation>[0] = {},
) {
	const desk = new Desk();
	desk.conversations.set('c1', aConversation(conversation));
	const asked = aRequest({
		signals: [signal('human_request', 'Asked for a person')],
		policies: [
			{ name: 'First', kind: 'first_response', targetMinutes: 5, clock: 'wall', marks: [100] },
		],
		...request,
	});
	const result = desk.handOver(asked);
	return notificationOf(result, {
		recipients: recipientsOf(result, asked, desk.now),
		timeZone: 'Europe/Berlin',
		now: desk.now,
		link: 'https://n8n.example/webhook/inbox#/c/c1',
		said: 'Where is my parcel?',
		...facts,
	});
}

const ana = { id: 'ana', name: 'Ana', email: 'ana@shop.example', phone: '+4930901820' };

describe('the team’s notification', () => {
	it('says who, why, in which context and where, with a direct link', () => {
		const { texts, ...parts } = told({ agents: [ana] });
		expect(parts).toMatchObject({
			kind: 'handoff',
			who: { name: 'Robin Sample', phone: '+16505551234', vip: false },
			why: {
				reason: 'Asked for a person',
				score: 100,
				priority: 'normal',
				signals: ['Asked for a person'],
			},
			context: 'Where is my parcel?',
			where: { owner: 'Ana', waits: false, dueAt: at(5), due: 'Monday 11:05 (Europe/Berlin)' },
		});
		expect(texts.title).toBe('Robin Sample is with Ana');
		expect(texts.plain).toBe(
			[
				'Who: Robin Sample, +16505551234',
				'Why: Asked for a person (score 100, priority normal; Asked for a person)',
				'Context: Where is my parcel?',
				'Where: with Ana; answer due Monday 11:05 (Europe/Berlin)',
				'Open it: https://n8n.example/webhook/inbox#/c/c1',
			].join('\n'),
		);
		expect(texts.slack).toContain('<https://n8n.example/webhook/inbox#/c/c1|Open it>');
		expect(texts.telegram).toContain(
			'<a href="https://n8n.example/webhook/inbox#/c/c1">Open it</a>',
		);
	});

	it('goes to everybody on duty who serves the queue, each with a link of their own to take it', () => {
		const full = { ...ana, queues: ['Support'], capacity: 0 };
		const agents = [
			{ ...full, capacity: 1 },
			{ id: 'off', name: 'Off', available: false },
			{ id: 'sal', name: 'Sal', queues: ['Sales'] },
			{ id: 'ben', name: 'Ben' },
		];
		const waiting = told({ agents, strategies: ['queue'] });
		expect(waiting.recipients.map(({ id }) => id)).toEqual(['ana', 'ben']);
		expect(waiting.texts.title).toBe('Robin Sample waits in Support');
		expect(waiting.where).toMatchObject({ waits: true, position: 1 });
		const claimLink = 'https://n8n.example/webhook/inbox?link=a.b';
		const linked = told(
			{ agents, strategies: ['queue'] },
			{ recipients: [{ id: 'ben', name: 'Ben', claimLink, expiresAt: at(60) }] },
		);
		expect(linked.recipients[0]!.texts.plain).toContain(`Take it: ${claimLink}`);
		// What goes into a channel holds nobody's personal link.
		expect(Object.values(linked.texts).join()).not.toContain('link=');
	});

	it.each([
		['a hot lead', { priority: 'high' as const }, { leadClass: 'HOT' }, {}, 'urgent_lead'],
		['a complaint', { signals: [signal('complaint', 'Complaint')] }, {}, {}, 'complaint'],
		[
			'a complaint that names a price',
			{
				priority: 'high' as const,
				signals: [signal('topic', 'Topic'), signal('high_value', 'High value')],
				topics: ['topic', 'topic.complaint', 'complaint', 'complaints', 'high_value'],
			},
			{ leadClass: 'HOT' },
			{},
			'complaint',
		],
		[
			'a question about a contract',
			{ signals: [signal('topic', 'Topic')], topics: ['topic', 'topic.contract', 'contract'] },
			{},
			{},
			'urgent_lead',
		],
		[
			'a payment that went wrong',
			{ signals: [signal('topic', 'Topic')], topics: ['topic', 'topic.payment', 'payment'] },
			{},
			{},
			'handoff',
		],
		[
			'an upset lead',
			{ signals: [signal('sentiment', 'Mood')] },
			{ leadClass: 'HOT' },
			{},
			'urgent_lead',
		],
		['a bad mood', { signals: [signal('sentiment', 'Mood')] }, {}, {}, 'complaint'],
		['a VIP', {}, {}, { tags: ['VIP'] }, 'vip'],
		['a VIP of the scorer’s list', { signals: [signal('vip', 'VIP')] }, {}, {}, 'vip'],
		['anything else', {}, {}, {}, 'handoff'],
	])(
		'knows %s, so that each kind can go to a channel of its own',
		(_what, request, facts, conversation, kind) => {
			expect(told(request, facts, conversation).kind).toBe(kind);
		},
	);

	it('says of every VIP that they are one, by profile, segment, tag or the scorer’s list', () => {
		const { profile } = aConversation();
		const vip = (request: Partial<HandoffRequest>, conversation = {}) =>
			told(request, {}, conversation).who.vip;
		expect(vip({}, { profile: { ...profile, vip: true } })).toBe(true);
		expect(vip({}, { profile: { ...profile, segment: 'VIP' } })).toBe(true);
		expect(vip({}, { tags: ['vip'] })).toBe(true);
		expect(vip({ signals: [signal('vip', 'VIP')] })).toBe(true);
		expect(vip({})).toBe(false);
	});

	it('takes the brief in place of the last words when there is one, and keeps links and all else', () => {
		const before = told(
			{ agents: [ana] },
			{ recipients: [{ id: 'ana', name: 'Ana', claimLink: 'https://x.example' }] },
		);
		const after = withBrief(before, 'Parcel 4711 has not come, wants it by Friday');
		expect(after.texts.plain).toContain('Context: Parcel 4711 has not come, wants it by Friday');
		expect(after.recipients[0]!.texts.plain).toContain('https://x.example');
		expect({ ...after, context: '', texts: {}, recipients: [] }).toEqual({
			...before,
			context: '',
			texts: {},
			recipients: [],
		});
	});

	it('shows no card number and no password', () => {
		const { texts } = told(
			{},
			{ said: 'my card 4111 1111 1111 1111 and IBAN DE89370400440532013000' },
		);
		for (const text of Object.values(texts)) {
			expect(text).not.toContain('4111 1111 1111 1111');
			expect(text).not.toContain('DE89370400440532013000');
		}
	});

	it('makes what the customer wrote inert in every channel', () => {
		const hostile =
			'<!channel> <b>bold</b> *x* `y` {{ $json.secret }} <script>alert(1)</script> & [a](https://evil.example)';
		const { texts } = told(
			{ reason: hostile },
			{ said: hostile },
			{ profile: { consent: { status: 'unknown', scope: 'all' }, fields: {}, name: hostile } },
		);
		expect(texts.slack).not.toMatch(/<!channel>|<script>|<b>/u);
		expect(texts.plain).not.toContain('{{');
		for (const html of [texts.telegram, texts.html]) {
			expect(html).not.toMatch(/<script|<b>bold|<!channel/u);
			expect(html).not.toContain('{{');
		}
	});

	it('never lets words from outside open or close a tag', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (words) => {
				const { texts } = told({ reason: words }, { said: words });
				const tags = [...texts.telegram.matchAll(/<\/?([a-z!]+)/giu)].map(([, name]) => name);
				expect(tags.filter((name) => name !== 'b' && name !== 'a')).toEqual([]);
				expect(texts.telegram.match(/<b>/gu)).toHaveLength(texts.telegram.match(/<\/b>/gu)!.length);
				expect([...texts.slack.matchAll(/<[^>]*>/gu)].map(([one]) => one)).toEqual([
					'<https://n8n.example/webhook/inbox#/c/c1|Open it>',
				]);
			}),
		);
	});
});
