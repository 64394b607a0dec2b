import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { readToken } from '../../../adapters/inbox/tokens';
import { whatsAppFor } from '../../../adapters/whatsapp/open';
import { ABSENCES, withAbsence } from '../../../core/inbox/availability';
import { ROSTER } from '../../../core/inbox/directory';
import { MessagingError } from '../../../core/ports/messaging';
import type { HandoffStore } from '../../../core/ports/store';
import type { TeamNotification } from '../../../core/routing/notification';
import { ContextSummarizer } from '../../../nodes/ContextSummarizer/ContextSummarizer.node';
import { storeFor } from '../../../nodes/shared/store';
import { HandoffRouter } from '../../../nodes/HandoffRouter/HandoffRouter.node';
import { customerWrites, recordingMessaging, temporaryStore } from '../../support';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));
jest.mock('../../../adapters/whatsapp/open', () => ({ whatsAppFor: jest.fn() }));

const SIGNING_SECRET = 'a-secret-of-more-than-thirty-two-characters';
const OUTPUTS = ['assigned', 'queued', 'off_hours', 'already'] as const;

/** Hours on another day of the week than today. */
const CLOSED_NOW = (() => {
	const day = ((new Date().getUTCDay() + 3) % 7) + 1;
	return {
		businessHours: 'custom',
		timeZone: 'UTC',
		openingHours: { window: [{ days: [day], from: '09:00', to: '17:00' }] },
	};
})();

interface HandoffJson {
	outcome: string;
	owner: { kind: string; id?: string; name: string };
	queue: string;
	dueAt?: string;
	opensAt?: string;
	explanation: string;
	considered: Array<{ name: string; why: string }>;
	rule?: { name: string };
	step?: { number: number; of: number };
	planned?: boolean;
	promise?: { template?: object };
	acknowledgement?: { sent: boolean; text: string };
	routing: { tried: string[] };
}

describe('Handoff Router', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let messaging: ReturnType<typeof recordingMessaging>;
	let conversationId: string;
	let hints: string[];
	let customers = 0;
	let nodeName: string;

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		jest.mocked(storeFor).mockReset().mockResolvedValue(store);
		messaging = recordingMessaging();
		jest
			.mocked(whatsAppFor)
			.mockReset()
			.mockReturnValue(messaging as unknown as ReturnType<typeof whatsAppFor>);
		hints = [];
		nodeName = 'Handoff Router';
		({ conversationId } = await customerWrites(store, customers++, 'I want a person'));
	});
	afterEach(() => close());

	/** What n8n would give: the value that was set, else the default of the description, resolved for the item. */
	const parameterOf = (
		set: Record<string, unknown>,
		item: object,
		name: string,
		fallback: unknown,
	) => {
		const [first, ...rest] = name.split('.');
		const property = new HandoffRouter().description.properties.find(
			(one: INodeProperties) => one.name === first,
		);
		let value: unknown = set[first!] ?? property?.default;
		if (value === '={{ $json.conversation.id }}') value = conversationId;
		if (typeof value === 'string' && value.startsWith('={{')) {
			const { escalation } = item as { escalation?: Record<string, unknown> };
			value = escalation?.[first!] ?? fallback ?? { queue: 'Support', priority: 'normal' }[first!];
		}
		for (const key of rest) value = (value as Record<string, unknown> | undefined)?.[key];
		return value ?? fallback;
	};

	const execute = (
		parameters: Record<string, unknown>,
		item: Record<string, unknown> = {},
		continueOnFail = false,
	): Promise<INodeExecutionData[][]> =>
		new HandoffRouter().execute.call({
			getInputData: () => [{ json: item }],
			getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
				parameterOf(parameters, item, name, fallback),
			getNode: () => ({ name: nodeName, type: 'handoffRouter' }),
			getWorkflow: () => ({ id: 'w1', name: 'Workflow' }),
			getTimezone: () => 'UTC',
			getCredentials: async () => ({ signingSecret: SIGNING_SECRET }),
			addExecutionHints: ({ message }: { message: string }) => hints.push(message),
			continueOnFail: () => continueOnFail,
		} as unknown as IExecuteFunctions);

	const route = async (parameters: Record<string, unknown>, item?: Record<string, unknown>) => {
		const outputs = await execute(parameters, item);
		const index = outputs.findIndex((items) => items.length > 0);
		const { json, pairedItem } = outputs[index]![0]!;
		expect(pairedItem).toEqual({ item: 0 });
		return { output: OUTPUTS[index], json, handoff: json.handoff as unknown as HandoffJson };
	};

	const team = (...agents: object[]) => ({ agents: { agent: agents } });
	const ANA = { name: 'Ana', email: 'ana@shop.example', queues: '', capacity: 0 };
	const BEN = { name: 'Ben', email: 'ben@shop.example', queues: '', capacity: 0 };

	it('tells the customer in the language that they write, and lets skills, notification and conversation know it', async () => {
		const speaks = (languages: string) => ({ details: true, languages });
		const agents = team({ ...ANA, ...speaks('en') }, { ...BEN, ...speaks('de') });
		const { conversationId: id } = await customerWrites(
			store,
			customers++,
			'Ich möchte mit einem Mitarbeiter sprechen',
		);
		conversationId = id;
		const german = await route(
			{ ...agents, strategy: 'skills' },
			{
				message: { id: 'wamid.DE', text: 'Ich möchte mit einem Mitarbeiter sprechen' },
				escalation: { reason: 'Asked for a person', language: 'de', languageSupported: true },
			},
		);
		expect(german.handoff.owner).toMatchObject({ name: 'Ben' });
		expect(german.handoff.acknowledgement?.text).toContain('Danke für Ihre Nachricht');
		expect(german.json).toMatchObject({
			customer: { language: 'de' },
			handoff: { notification: { who: { language: 'de' } } },
		});
		expect(await store.conversation(id)).toMatchObject({ language: 'de' });
	});

	it.each<[string, string, Record<string, unknown>, string]>([
		['waits', 'Quiero hablar con una persona, por favor', {}, 'Gracias por decírnoslo'],
		[
			'writes off hours',
			'Je voudrais parler à un conseiller',
			{ ...CLOSED_NOW, offHours: 'bot' },
			'Merci de nous',
		],
	])(
		'tells who %s in their language too, by the thread where there is no verdict',
		async (_case, said, parameters, told) => {
			({ conversationId } = await customerWrites(store, customers++, said));
			expect((await route(parameters)).handoff.acknowledgement?.text).toContain(told);
		},
	);

	it('sends by its suggested rules to the queues as staff have named them in the scorer', async () => {
		const agents = team({ ...ANA, queues: 'Vertrieb' }, { ...BEN, queues: 'Finance' });
		const queues = { backOffice: 'Finance', sales: 'Vertrieb' };
		const { handoff } = await route(
			{ ...agents, rulesFrom: 'suggested' },
			{
				escalation: { firedRule: 'topic.payment', skills: ['payments'], queue: 'Finance', queues },
			},
		);
		expect(handoff).toMatchObject({ queue: 'Finance', owner: { name: 'Ben' } });
	});

	it('sends what nobody can name to the queue as staff have named it in the scorer', async () => {
		const agents = team({ ...ANA, queues: 'Vertrieb' }, { ...BEN, queues: 'Workshop' });
		const { handoff } = await route(
			{ ...agents, rulesFrom: 'suggested' },
			{ escalation: { queues: { specialists: 'Workshop' } } },
		);
		expect(handoff).toMatchObject({ queue: 'Workshop', owner: { name: 'Ben' } });
	});

	it('leaves the language that staff have set', async () => {
		await store.decide(conversationId, ({ conversation }) => ({
			result: undefined,
			conversation: {
				...conversation,
				version: conversation.version + 1,
				profile: { ...conversation.profile, language: 'it' },
			},
		}));
		const { handoff } = await route(
			{},
			{ escalation: { language: 'de', languageSupported: true } },
		);
		expect(handoff.acknowledgement?.text).toContain('Grazie per avercelo detto');
		expect(await store.conversation(conversationId)).toMatchObject({ profile: { language: 'it' } });
	});

	it('assigns by its defaults, tells the customer once and keeps what the item had', async () => {
		const item = {
			message: { id: 'wamid.IN' },
			kept: 1,
			escalation: { reason: 'Is angry', score: 91 },
		};
		const { output, json, handoff } = await route(team(ANA), item);
		expect(output).toBe('assigned');
		expect(handoff).toMatchObject({
			owner: { id: 'ana@shop.example' },
			acknowledgement: { sent: true },
		});
		expect(json).toMatchObject({
			kept: 1,
			message: { id: 'wamid.IN' },
			conversation: { state: 'human' },
		});
		expect(Object.keys(json)[0]).toBe('handoff');
		expect(messaging.sent).toHaveLength(1);
		// The same message again, as n8n's retry of a failed execution does.
		expect((await route(team(ANA, BEN), item)).output).toBe('assigned');
		expect((await route(team(ANA, BEN), { message: { id: 'wamid.NEXT' } })).output).toBe('already');
		expect(messaging.sent).toHaveLength(1);
	});

	it('waits in the queue with nobody listed, and hints where WhatsApp did not take the text', async () => {
		messaging.refuse = new MessagingError('WhatsApp answered 401', 'account', 'Renew the token.');
		const refused = await route({ queue: 'Sales' });
		expect(refused.handoff.acknowledgement).toMatchObject({ sent: false });
		expect(hints[0]).toContain(
			'the customer was not told: WhatsApp answered 401. Renew the token.',
		);
		({ conversationId } = await anotherCustomer());
		const { output, handoff } = await route({ queue: 'Sales', acknowledge: false });
		expect([output, handoff.queue, handoff.owner.kind]).toEqual(['queued', 'Sales', 'queue']);
		expect(messaging.sent).toHaveLength(0);
	});

	it('gives nothing to an agent who is away in the inbox, and tells the inbox whom it can choose', async () => {
		const now = new Date().toISOString();
		await store.putSetting(ABSENCES, withAbsence({}, 'ANA@shop.example', { since: now }, now));
		const { handoff } = await route(team({ ...ANA, capacity: 4 }, BEN));
		expect(handoff.owner).toMatchObject({ id: 'ben@shop.example' });
		expect(handoff.considered.find(({ name }) => name === 'Ana')!.why).toBe('switched off');
		expect(await store.getSetting(ROSTER)).toEqual([
			{ id: 'ana@shop.example', name: 'Ana', capacity: 4 },
			{ id: 'ben@shop.example', name: 'Ben' },
		]);
	});

	it('goes through the steps, from those who fit best to anyone', async () => {
		const steps = {
			strategy: 'steps',
			options: { requiredSkills: 'billing' },
			steps: {
				step: [{ timeoutMinutes: 2 }, { who: 'anyone', strategy: 'roundRobin', timeoutMinutes: 0 }],
			},
		};
		const first = await route({ ...team({ ...ANA, skills: 'billing' }, BEN), ...steps });
		expect(first.handoff).toMatchObject({ owner: { name: 'Ana' }, step: { number: 1, of: 2 } });
		const second = await route(
			{ ...team({ ...ANA, skills: 'billing' }, BEN), ...steps, operation: 'routeAgain' },
			{ sla: { idempotencyKey: 'event 1', dueAt: new Date(Date.now() + 60_000).toISOString() } },
		);
		expect(second.output).toBe('assigned');
		expect(second.handoff).toMatchObject({
			owner: { name: 'Ben' },
			routing: { tried: ['ana@shop.example'] },
		});
		expect(messaging.sent).toHaveLength(1);
	});

	it('has steps of its own where staff have entered none', async () => {
		const { handoff } = await route({
			...team(BEN),
			strategy: 'steps',
			options: { requiredSkills: 'billing' },
		});
		expect(handoff).toMatchObject({ owner: { name: 'Ben' }, step: { number: 3, of: 3 } });
	});

	it('follows own rules before the suggested ones', async () => {
		const rules = {
			rulesFrom: 'both',
			rules: {
				rule: [
					{
						name: 'Wholesale',
						topics: 'wholesale',
						queue: 'Key Accounts',
						strategy: 'seniority',
						priority: 'urgent',
					},
				],
			},
		};
		const agents = team({ ...ANA, level: 1 }, { ...BEN, level: 2 });
		const own = await route({ ...agents, ...rules, options: { topic: 'wholesale' } });
		expect(own.handoff).toMatchObject({
			rule: { name: 'Wholesale', why: 'topic is wholesale' },
			queue: 'Key Accounts',
			priority: 'urgent',
			owner: { name: 'Ben' },
		});
		({ conversationId } = await anotherCustomer());
		const suggested = await route(
			{ ...agents, ...rules },
			{ escalation: { firedRule: 'topic.payment' } },
		);
		expect(suggested.handoff).toMatchObject({ queue: 'Back Office' });
	});

	const anotherCustomer = async () => {
		const name = `customer-${customers++}`;
		const now = new Date().toISOString();
		const [result] = await store.intake(
			[
				{
					channelId: 'channel',
					identity: { keys: [{ kind: 'wa_id', value: name }], waId: name, name },
					message: {
						id: name,
						direction: 'in',
						author: 'customer',
						type: 'text',
						text: 'Hi',
						sentAt: now,
						receivedAt: now,
					},
				},
			],
			now,
		);
		return { conversationId: result!.conversation.id };
	};

	it('captures off hours, promises a time in the team’s hours and lets the bot go on', async () => {
		// Just now, or WhatsApp would take no text.
		await store.decide(conversationId, ({ conversation }) => ({
			result: undefined,
			conversation: {
				...conversation,
				lastCustomerMessageAt: new Date().toISOString(),
				version: conversation.version + 1,
			},
		}));
		const { output, handoff, json } = await route({
			...team(ANA),
			...CLOSED_NOW,
			offHours: 'bot',
			options: { templateName: 'we_are_back', textOffHoursBot: 'Back {opens}, {name}.' },
		});
		expect(output).toBe('off_hours');
		expect(json).toMatchObject({ conversation: { state: 'bot' } });
		expect(handoff.dueAt! > handoff.opensAt!).toBe(true);
		expect(handoff.promise).toMatchObject({ template: { name: 'we_are_back', language: 'en' } });
		expect(handoff.acknowledgement!.text).toMatch(/^Back \S+day, .*, Robin Sample\.$/u);
		const clocks = await store.clocks(conversationId);
		expect(clocks.map(({ kind, dueAt }) => [kind, dueAt])).toEqual(
			expect.arrayContaining([
				['promised_follow_up', handoff.dueAt],
				['routing_step', handoff.opensAt],
			]),
		);
	});

	it('knows agents’ own hours, holidays and absences', async () => {
		const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
		const { handoff, output } = await route({
			...team(
				{ ...ANA, outUntil: tomorrow },
				{ ...BEN, hours: 'daily 00:00-24:00', holidays: 'DE-BY' },
			),
			options: {},
		});
		const why = Object.fromEntries(handoff.considered.map((one) => [one.name, one.why]));
		expect(why.Ana).toMatch(/^out of office until|everybody who could/u);
		expect(['assigned', 'off_hours']).toContain(output);
	});

	it('hands a declined conversation on at once, and refuses a decline by somebody else', async () => {
		await route(team(ANA, BEN));
		const again = { ...team(ANA, BEN), operation: 'routeAgain', because: 'declined' };
		const outputs = await execute({ ...again, declinedBy: 'ben@shop.example' }, { kept: 1 }, true);
		// Nobody has it, so that it must not come out where somebody does.
		expect(OUTPUTS[outputs.findIndex((items) => items.length > 0)]).toBe('queued');
		expect(outputs[1]![0]!.json).toMatchObject({
			kept: 1,
			error: 'Cannot decline: the conversation is with Ana',
			errorDescription: expect.stringContaining('Only the agent') as unknown,
		});
		const { output, handoff } = await route({
			...again,
			declinedBy: 'ana@shop.example',
			remark: 'in a meeting',
		});
		expect([output, handoff.owner.name]).toEqual(['assigned', 'Ben']);
		expect(handoff.explanation).toContain('Ana has declined: in a meeting');
		const audit = await store.audit(conversationId);
		expect(audit.at(-1)).toMatchObject({
			action: 'assign',
			reason: 'Ana has declined: in a meeting',
		});
	});

	it('routes again among the agents of the last handoff where none are listed, and shares them where asked', async () => {
		await expect(route({ agentSource: 'store' })).rejects.toThrow('The store knows no agents yet');
		await route(team(ANA, { ...BEN, hours: 'daily 00:00-24:00' }));
		const again = { operation: 'routeAgain', because: 'declined' };
		expect((await route(again)).handoff.owner.name).toBe('Ben');
		({ conversationId } = await anotherCustomer());
		expect((await route({ agentSource: 'store' })).handoff.owner.name).toBe('Ana');
	});

	it('routes again among the agents of the router that handed over, whichever other has been at work since', async () => {
		const own = conversationId;
		await route(team(ANA, BEN));
		({ conversationId } = await anotherCustomer());
		nodeName = 'Router of another team';
		await route(team({ name: 'Cem', email: 'cem@shop.example' }));
		conversationId = own;
		nodeName = 'Route Again';
		const { handoff } = await route({ operation: 'routeAgain', because: 'declined' });
		expect(handoff.owner.name).toBe('Ben');
	});

	it('sends it to another team with its age', async () => {
		const sales = { ...BEN, queues: 'Sales' };
		const before = await route(team(ANA, sales));
		const { handoff } = await route({
			...team(ANA, sales),
			operation: 'routeAgain',
			because: 'team_change',
			newQueue: 'Sales',
		});
		expect(handoff).toMatchObject({ owner: { name: 'Ben' }, queue: 'Sales' });
		const { createdAt, id } = before.handoff as unknown as { createdAt: string; id: string };
		expect(handoff).toMatchObject({ createdAt, id });
	});

	it('plans without handing over or sending anything, and leaves a line for the comparison with people', async () => {
		const before = await store.conversation(conversationId);
		const { output, handoff } = await route(
			{ ...team(ANA), planOnly: true },
			{ message: { id: 'wamid.IN' } },
		);
		expect(output).toBe('assigned');
		expect(handoff).toMatchObject({
			planned: true,
			owner: { name: 'Ana' },
			explanation: 'Ana: next in turn, first conversation',
		});
		expect(await store.conversation(conversationId)).toEqual(before);
		expect(await store.audit(conversationId)).toEqual([
			expect.objectContaining({ action: 'plan_handoff', from: 'bot', to: 'bot' }),
		]);
		expect(await store.clocks(conversationId)).toEqual([]);
		expect(await store.getSetting('router.agents')).toBeUndefined();
		expect(await store.getSetting('inbox.roster')).toBeUndefined();
		expect(messaging.sent).toHaveLength(0);
		// The turn was not used up either.
		expect((await route(team(ANA, BEN))).handoff.owner.name).toBe('Ana');
	});

	it.each([
		[
			'an hour that there is not',
			{ openingHours: { window: [{ days: [1], from: '9am', to: '17:00' }] } },
			'"9am" on Monday',
		],
		[
			'hours that end before they begin',
			{ openingHours: { window: [{ days: [1], from: '22:00', to: '06:00' }] } },
			'end before they begin',
		],
		['a closed date in words', { closedDates: 'Christmas' }, 'closed date "Christmas"'],
		[
			'a date with other hours in words',
			{ otherHours: { date: [{ date: '24.12.', from: '09:00', to: '13:00' }] } },
			'date with other hours "24.12."',
		],
	])('refuses %s, and hands nothing over', async (_what, hours, message) => {
		const parameters = { ...team(ANA), businessHours: 'custom', timeZone: 'UTC', ...hours };
		await expect(route(parameters)).rejects.toThrow(message);
		expect((await store.conversation(conversationId))!.state).toBe('bot');
	});

	it('hands over with a text whose variable is misspelt, and says so to whoever looks', async () => {
		await route({ ...team(ANA), options: { textAssigned: '{agnet} is here, {name}.' } });
		expect(hints.join()).toContain('Your texts name {agnet}, which nobody fills in');
	});

	it('gives each agent on duty a signed link that takes the conversation, and the team one text for all', async () => {
		await store.putSetting('inbox.url', 'https://n8n.example/webhook/inbox');
		const { handoff } = await route(
			{
				...team(ANA, { ...BEN, available: false }, { name: 'Cem' }),
				strategy: 'queue',
				claimLinks: true,
			},
			{ message: { id: 'wamid.IN', text: 'Where is my parcel?' } },
		);
		const { notification, link } = handoff as unknown as {
			notification: TeamNotification;
			link: string;
		};
		expect(link).toBe(`https://n8n.example/webhook/inbox#/c/${conversationId}`);
		expect(notification).toMatchObject({
			who: { name: 'Robin Sample', phone: '+16505551234' },
			context: 'Where is my parcel?',
			where: { owner: 'Support', waits: true, position: 1, link },
		});
		expect(notification.recipients.map(({ id }) => id)).toEqual(['ana@shop.example', 'Cem']);
		for (const { id, claimLink, expiresAt } of notification.recipients) {
			const text = new URL(claimLink!).searchParams.get('link')!;
			const token = readToken(text, SIGNING_SECRET, 'link', Date.now());
			expect(token).toMatchObject({ id, conversationId, claim: true, role: 'agent' });
			expect(token!.expiresAt).toBe(Date.parse(expiresAt!));
			expect(readToken(text, SIGNING_SECRET, 'link', token!.expiresAt)).toBeUndefined();
		}
	});

	it('is one event with conversation, customer, reason and a text that the summarizer fills in', async () => {
		const { json } = await route(team(ANA), {
			message: { id: 'wamid.IN', text: 'Parcel 4711 is late' },
			escalation: { reason: 'Asked for a person', score: 95 },
		});
		const [items] = await new ContextSummarizer().execute.call({
			getInputData: () => [{ json }],
			getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
				({ conversationId, redactNote: [], redactNotifications: [], options: {} })[name] ??
				fallback,
			getNode: () => ({ name: 'Summarizer', type: 'contextSummarizer' }),
			getWorkflow: () => ({ name: 'Workflow' }),
			getTimezone: () => 'UTC',
			getInputConnectionData: async () => undefined,
			continueOnFail: () => false,
		} as unknown as IExecuteFunctions);
		const event = items![0]!.json as unknown as {
			conversation: { id: string };
			customer: { name: string; phone: string };
			brief: { headline: string };
			handoff: { id: string; reason: string; notification: TeamNotification };
		};
		expect(event).toMatchObject({
			conversation: { id: conversationId },
			customer: { name: 'Robin Sample', phone: '+16505551234' },
			handoff: { id: `${conversationId}:h1`, reason: 'Asked for a person' },
		});
		expect(event.brief.headline).not.toBe('');
		const { context, texts } = event.handoff.notification;
		expect(context).not.toBe('Parcel 4711 is late');
		expect(event.brief.headline.startsWith(context.slice(0, 20))).toBe(true);
		expect(texts.telegram).toContain('<b>Context:</b>');
	});

	it('says which entry of the list to mend', async () => {
		const [, items] = await execute(team({ name: 'Ana', hours: 'mornings' }), {}, true);
		expect(items![0]!.json.error).toBe(
			'Agent List, Ana: "mornings" cannot be read as working hours',
		);
		const [, wrong] = await execute(
			team({ name: 'Ana', holidays: 'Atlantis', hours: '' }),
			{},
			true,
		);
		expect(wrong![0]!.json).toMatchObject({
			error: 'No public holidays are known of "Atlantis"',
			errorDescription: expect.stringContaining('DE-BY') as unknown,
		});
		const [, none] = await execute({ conversationId: 'nowhere' }, {}, true);
		expect(none![0]!.json.error).toBe('There is no conversation nowhere');
	});
});
