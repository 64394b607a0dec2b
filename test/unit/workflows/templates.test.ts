import type { ScorerSettings } from '../../../core/escalation';
import { score } from '../../../core/escalation';
import { parameters as inboxParameters } from '../../../nodes/HandoffInbox/parameters';
import { Template } from './template';

/** The scorer's settings as a template sets them. */
function settingsOf(template: Template, node: string): ScorerSettings {
	return { weights: template.node(node).parameters.weights as ScorerSettings['weights'] };
}

/** What an agent who has read the conversation does not open with. */
const FORBIDDEN_OPENING = /how (?:can|may) (?:I|we) help/iu;

describe('02 agent inbox', () => {
	it('ships no quick reply that makes customers say again what they want', () => {
		const { quickReplies } = new Template('02-agent-inbox.json').node('Handoff Inbox').parameters;
		expect(quickReplies).toBeDefined();
		expect(JSON.stringify(quickReplies)).not.toMatch(FORBIDDEN_OPENING);
		expect(JSON.stringify(inboxParameters)).not.toMatch(FORBIDDEN_OPENING);
	});
});

describe('03 SLA watchdog', () => {
	const template = new Template('03-sla-watchdog.json');

	it('tells whoever has a conversation now, with why and a link, each time it goes to somebody', () => {
		for (const [router, outputs] of [
			['Route again', [0, 1]],
			['Hand to a person', [0, 1, 2]],
		] as const) {
			for (const output of outputs) {
				expect(template.behind(router, output)).toEqual(['Tell who has it now']);
			}
		}
		const handoff = { notification: { texts: { slack: 'Kim waits for you' } } };
		expect(template.parametersFor('Tell who has it now', { handoff }).text).toBe(
			'Kim waits for you',
		);
	});

	it('tells nobody where a conversation stays with whom it was', () => {
		expect(template.behind('Route again', 3)).toEqual([]);
	});
});

describe('04 support intake', () => {
	const template = new Template('04-support-intake.json');
	const questions = JSON.parse(
		(
			template.node('Settings').parameters as {
				assignments: { assignments: Array<{ value: string }> };
			}
		).assignments.assignments[0]!.value,
	) as Array<{ name: string }>;
	const ASKS = 'What is known already?';
	const HANDS = 'Keep what was said';

	/** Through both scorers with the settings that the template gives them. */
	function look(text: string, collected: object = { asked: 'issue' }) {
		const verdict = (node: string) =>
			score({ message: { id: 'm1', text }, settings: settingsOf(template, node) });
		const first = verdict('Is a person needed?');
		const escalation = first.decision === 'escalate' ? first : verdict('What is it about?');
		const item = { escalation, message: { text }, questions, conversation: { collected } };
		const [next] =
			first.decision === 'escalate'
				? template.behind('Is a person needed?', 1)
				: escalation.decision === 'escalate'
					? template.wayFrom('Can it wait?', item)
					: template.behind('What is it about?', 0);
		return { item, next };
	}

	it.each([
		'I was charged twice',
		'I want to return my order',
		'I want to complain about order 10023',
		'The kettle has a dent',
	])('asks the next question of who only answers what it is about: %s', (text) => {
		expect(look(text).next).toBe(ASKS);
	});

	it.each([
		'I want to talk to a person',
		'agent',
		'I am going to kill myself',
		'This is outrageous, you useless idiots, I am furious!',
		'I will sue you',
		'My account was hacked',
	])(
		'brings who asks for a person, is angry or in danger to one in place of an answer: %s',
		(text) => {
			expect(look(text).next).toBe(HANDS);
			expect(template.behind(HANDS)).toEqual(['Hand to the right team']);
		},
	);

	it('keeps what was said before a person came, but no request for one', () => {
		const kept = (text: string, collected?: object) =>
			(
				template.parametersFor(HANDS, look(text, collected).item) as unknown as {
					collected: { field: Array<{ name: string; value: string }> };
				}
			).collected.field[0];
		expect(kept('I will sue you')).toEqual({ name: 'issue', value: 'I will sue you' });
		expect(kept('I will sue you', {})).toEqual({ name: 'issue', value: 'I will sue you' });
		expect(kept('I want to talk to a person', { asked: 'orderNumber' })).toEqual({
			name: 'orderNumber',
			value: '',
		});
		expect(kept('agent', { issue: 'a dent' })).toEqual({ name: 'firstWords', value: '' });
	});

	it('does not ask what it is about who has said it with the first words', () => {
		const answers = (text: string) =>
			(
				template.parametersFor('Which question is answered?', look(text, {}).item) as unknown as {
					assignments: { assignments: Array<{ value: string }> };
				}
			).assignments.assignments[0]!.value;
		expect(answers('I was charged twice')).toBe('issue');
		expect(answers('Hi, I need help with an order')).toBe('');
	});

	it('lets its sample customers be asked, and plants no answer', () => {
		expect(template.behind('Record as if from WhatsApp')).toEqual(['A rating?']);
		expect(template.wayFrom('A rating?', { message: { text: 'Hi' }, customer: {} })).toEqual([
			'Settings',
		]);
	});
});

describe('06 off hours', () => {
	const template = new Template('06-off-hours-follow-up.json');
	const offHours = (cause: string, messageId: string) =>
		template.wayFrom('Captured just now?', {
			handoff: { routing: { cause } },
			message: { id: messageId },
		});

	it('keeps the bot helping whose request is captured: what they ask after that, it answers', () => {
		expect(template.node('Capture or hand over').parameters.offHours).toBe('bot');
		expect(template.behind('Capture or hand over', 2)).toContain('Captured just now?');
		expect(offHours('request', 'request')).toEqual([]);
		expect(offHours('request', 'question')).toEqual(['What the bot says']);
		expect(template.behind('What the bot says')).toEqual(['Answer the customer']);
	});

	it('hands on in the morning what nobody has, and takes nothing from an agent', () => {
		const owned = (owner?: object) =>
			template.wayFrom('Nobody has it yet', { conversation: { owner } });
		expect(owned({ kind: 'agent', name: 'Ana' })).toEqual([]);
		expect(owned({ kind: 'queue', name: 'Support' })).toEqual(['Longest first']);
		expect(owned()).toEqual(['Longest first']);
	});

	it('has the same hours in the evening and in the morning, and runs when they begin', () => {
		const hours = (name: string) => template.node(name).parameters.openingHours;
		expect(template.node('Hand on in the morning').parameters.businessHours).toBe('custom');
		expect(hours('Hand on in the morning')).toEqual(hours('Capture or hand over'));
		expect(hours('Hand on in the morning')).toMatchObject({ window: [{ from: '09:00' }] });
		expect(template.node('Every working day at 9').parameters.rule).toMatchObject({
			interval: [{ expression: '0 9 * * 1-5' }],
		});
	});
});

describe('07 VIP and sensitive topics', () => {
	const template = new Template('07-vip-and-sensitive-topics.json');
	const VIP = '+15555550151';
	const { options } = template.node('Who and what is it?').parameters as {
		options: { vipList: string; alwaysTopics: string[] };
	};

	/** Where a message ends up: through the scorer's own verdict and the template's conditions. */
	function wayOf(text: string, phone = '+15555550199'): string[] {
		const escalation = score({
			message: { id: 'm1', text },
			profile: { phone },
			settings: { ...options, vipList: options.vipList.split(', ') },
		});
		const output = escalation.decision === 'continue' ? 0 : 1;
		return template
			.behind('Who and what is it?', output)
			.flatMap((node) => template.wayFrom(node, { escalation }));
	}

	it.each([
		['I want to talk to a real person', 'Hand to a person'],
		['I am going to kill myself', 'Hand to a person'],
		['I am going to kill myself, tell my lawyer', 'Hand to a person'],
		['We need 250 units next month, budget about 40,000 EUR. An offer?', 'Hand to a person'],
		['Cancel my contract 77-1002 or I will call my lawyer', 'To the back office'],
		['I want to cancel my order', 'To the back office'],
		['my payment failed', 'To the back office'],
		['Can I cancel my appointment on Tuesday and come on Friday?', 'The bot may answer'],
		['Hello, is my delivery on its way?', 'The bot may answer'],
	])('brings whoever needs a person to one, and leaves the bot the rest: %s', (text, node) => {
		expect(wayOf(text)).toEqual([node]);
	});

	it.each(['Hello, is my delivery on its way?', 'I want to talk to a real person'])(
		'knows a VIP by the signals, whatever else speaks for a person: %s',
		(text) => {
			expect(wayOf(text, VIP)).toEqual(['VIP to the account manager']);
		},
	);
});

describe('09 survey, and the templates that may get its answers', () => {
	const survey = new Template('09-satisfaction-survey.json');
	const INTAKES = [
		'01-whatsapp-intake-ai-agent.json',
		'01-whatsapp-intake-faq-bot.json',
		'04-support-intake.json',
		'05-hot-lead-hubspot.json',
		'05-hot-lead-pipedrive.json',
		'05-hot-lead-salesforce.json',
		'06-off-hours-follow-up.json',
		'07-vip-and-sensitive-topics.json',
		'09-satisfaction-survey.json',
		'10-lead-qualification.json',
		'11-zendesk-tickets.json',
		'13-whatsapp-intake-chatwoot.json',
	];
	const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	const typed = (text: string, surveyAskedAt?: string) => ({
		message: { text },
		customer: { fields: surveyAskedAt ? { surveyAskedAt } : {} },
		conversation: { collected: {} },
	});
	const choices = (
		survey.node('Ask how it was').parameters.choices as {
			choice: Array<{ id: string; title: string }>;
		}
	).choice;

	it('asks with a list to tap, and remembers when', () => {
		expect(survey.node('Ask how it was').parameters).toMatchObject({ content: 'list' });
		expect(choices.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map((n) => `rating:${n}`));
		// As long as WhatsApp shows.
		for (const { title } of choices) expect(title.length).toBeLessThanOrEqual(24);
		const { profileFields } = survey.parametersFor('Remember that we asked', {}) as unknown as {
			profileFields: { field: Array<{ name: string; value: string }> };
		};
		// Until there is an answer, and for good.
		expect(profileFields.field.map(({ name }) => name)).toEqual(['surveyAskedAt', 'lastSurveyAt']);
		for (const { value } of profileFields.field) {
			expect(Date.now() - Date.parse(value)).toBeLessThan(60_000);
		}
		expect(survey.behind('Not asked lately')).toEqual(['Ask how it was']);
	});

	it.each([
		['is asked of whom it was never', 1, undefined, undefined, true],
		['is asked once in a case', 1, 2, undefined, false],
		['is asked once in a case, however long that goes on', 1, 45 * 24, undefined, false],
		['is asked again in another case a month later', 1, 31 * 24, 20 * 24, true],
		['is not asked again sooner', 1, 29 * 24, 20 * 24, false],
		['is not asked where the bot alone has had this case', 50 * 24, undefined, 20 * 24, false],
	])('%s', (_what, handedOver, asked, caseSince, isAsked) => {
		const item = {
			conversation: {
				handoff: { createdAt: hoursAgo(handedOver) },
				...(caseSince === undefined ? {} : { caseSince: hoursAgo(caseSince) }),
			},
			customer: { fields: asked === undefined ? {} : { lastSurveyAt: hoursAgo(asked) } },
		};
		const way = ['Had a person', 'Not asked lately'].every(
			(name) => survey.wayFrom(name, item).length > 0,
		);
		expect(way).toBe(isAsked);
	});

	it.each(INTAKES)('keeps what was tapped, and a number that was typed soon after: %s', (file) => {
		const template = new Template(file);
		const rating = (item: object) =>
			template.wayFrom('A rating?', item).includes('Keep the rating')
				? (
						template.parametersFor('Keep the rating', item) as unknown as {
							collected: { field: [{ name: string; value: number }] };
						}
					).collected.field[0]
				: undefined;
		for (const { id, title } of choices) {
			expect(rating({ message: { text: title, interactive: { id, title } } })).toEqual({
				name: 'satisfaction',
				value: Number(id.slice(-1)),
			});
		}
		expect(rating(typed('5', hoursAgo(1)))?.value).toBe(5);
		expect(rating(typed(' 2 ', hoursAgo(20)))?.value).toBe(2);
		expect(rating(typed('5'))).toBeUndefined();
		expect(rating(typed('5', hoursAgo(30)))).toBeUndefined();
		expect(rating(typed('6', hoursAgo(1)))).toBeUndefined();
		expect(rating(typed('I want 5 kettles', hoursAgo(1)))).toBeUndefined();
		expect(template.behind('Keep the rating')).toContain('Say thank you');
	});

	it.each(['04-support-intake.json', '10-lead-qualification.json'])(
		'takes no answer to a question of the bot for a rating: %s',
		(file) => {
			const item = {
				...typed('5', hoursAgo(1)),
				conversation: { collected: { asked: 'orderNumber' } },
			};
			expect(new Template(file).wayFrom('A rating?', item)).toEqual(['Settings']);
		},
	);
});

describe('10 lead qualification', () => {
	const template = new Template('10-lead-qualification.json');
	const calls = JSON.parse(
		(
			template.node('Settings').parameters as {
				assignments: { assignments: Array<{ name: string; value: string }> };
			}
		).assignments.assignments.find(({ name }) => name === 'calls')!.value,
	) as object;

	afterEach(() => {
		jest.useRealTimers();
	});

	/** What is offered on a Friday to who named these times. */
	function offer(preferredTimes: string, busy: object[] = [{}], language?: string) {
		jest.useFakeTimers({ now: new Date('2026-11-06T12:00:00Z') });
		const item = { calls, conversation: { collected: { preferredTimes } }, customer: { language } };
		const { jsonOutput } = template.parametersFor('Next free slot', {}, [
			['Busy times of sales', busy],
			['All answered?', [item]],
		]);
		const { slot, fits } = JSON.parse(String(jsonOutput)) as { slot: string; fits: boolean };
		return [slot, fits];
	}

	it.each([
		['whenever you like', 'Monday, 9 November, 09:00'],
		['Tuesday or Wednesday morning', 'Tuesday, 10 November, 09:00'],
		['Thursday afternoon please', 'Thursday, 12 November, 12:00'],
		['tuesday at 3 pm', 'Tuesday, 10 November, 15:00'],
		['Friday, 14:00', 'Friday, 13 November, 14:00'],
	])('offers the first free half hour that the customer named: %s', (said, slot) => {
		expect(offer(said)).toEqual([slot, true]);
	});

	it.each([
		['Dienstagnachmittag oder mittwochs', 'Tuesday, 10 November, 12:00'],
		['am liebsten übermorgen, sonst Mittwoch Vormittag', 'Wednesday, 11 November, 09:00'],
		['Donnerstag morgen gegen 10', 'Thursday, 12 November, 10:00'],
		['Mittwoch ab 15 Uhr', 'Wednesday, 11 November, 15:00'],
		['Montag zwischen 14 und 16 Uhr', 'Monday, 9 November, 14:00'],
		['el martes por la mañana', 'Tuesday, 10 November, 09:00'],
		['el miércoles a las 3 de la tarde', 'Wednesday, 11 November, 15:00'],
		['jueves mañana', 'Thursday, 12 November, 09:00'],
		['jeudi après-midi', 'Thursday, 12 November, 12:00'],
		['plutôt vendredi à 15h30', 'Friday, 13 November, 15:00'],
		['mercoledì pomeriggio', 'Wednesday, 11 November, 12:00'],
		['martedì alle 11', 'Tuesday, 10 November, 11:00'],
		['dinsdagochtend of woensdag', 'Tuesday, 10 November, 09:00'],
		['donderdag om 14 uur', 'Thursday, 12 November, 14:00'],
		['terça de tarde', 'Tuesday, 10 November, 12:00'],
		['quinta-feira às 10h', 'Thursday, 12 November, 10:00'],
		['hari Rabu jam 2 siang', 'Wednesday, 11 November, 14:00'],
		['minggu depan hari Jumat pagi', 'Friday, 13 November, 09:00'],
		['मंगलवार दोपहर', 'Tuesday, 10 November, 11:00'],
		['बुधवार ३ बजे', 'Wednesday, 11 November, 15:00'],
		['guruwar ko subah', 'Thursday, 12 November, 09:00'],
		['mangalvaar 4 baje', 'Tuesday, 10 November, 16:00'],
		['يوم الثلاثاء أو الأربعاء', 'Tuesday, 10 November, 09:00'],
		['الخميس الساعة ٣ مساء', 'Thursday, 12 November, 15:00'],
		['والأربعاء بعد الظهر', 'Wednesday, 11 November, 12:00'],
		['between 10 and 12 on Thursday', 'Thursday, 12 November, 10:00'],
		['Tuesday 2-4 pm', 'Tuesday, 10 November, 14:00'],
		['Wednesday at 3', 'Wednesday, 11 November, 15:00'],
	])('reads them in the ten languages: %s', (said, slot) => {
		expect(offer(said)).toEqual([slot, true]);
	});

	it.each([
		['de', 'Mi oder Do', 'Wednesday, 11 November, 09:00'],
		['en', 'Tue pm', 'Tuesday, 10 November, 09:00'],
		['fr', 'jeu. ou ven.', 'Thursday, 12 November, 09:00'],
		['es', 'en mi oficina, el jueves', 'Thursday, 12 November, 09:00'],
	])('knows short days of the customer’s own language (%s): %s', (language, said, slot) => {
		expect(offer(said, undefined, language)).toEqual([slot, true]);
	});

	it.each(['the smartest would be any time', 'we are 12 people', 'ein 30 Minuten langes Gespräch'])(
		'takes other words and numbers for no time: %s',
		(said) => {
			expect(offer(said)).toEqual(['Monday, 9 November, 09:00', true]);
		},
	);

	it.each(['übermorgen', 'pasado mañana', 'après-demain', 'lusa', 'parson', 'بعد غد'])(
		'knows the day after tomorrow, which is a Sunday here: %s',
		(said) => {
			expect(offer(said)).toEqual(['Monday, 9 November, 09:00', false]);
		},
	);

	it.each([
		['um 8 Uhr', false],
		['at 8 pm', false],
		['el sábado', false],
		['12:00', true],
	])('offers nothing outside of the hours of sales: %s', (said, fits) => {
		expect(offer(said)[1]).toBe(fits);
	});

	it('offers no slot at the weekend, and says where nothing that was named is free', () => {
		expect(offer('tomorrow')).toEqual(['Monday, 9 November, 09:00', false]);
		expect(offer('Sunday evening')).toEqual(['Monday, 9 November, 09:00', false]);
		const text = (fits: boolean) =>
			template.parametersFor('Offer the slot', { slot: 'Monday, 09:00', fits }).text;
		expect(text(false)).toContain('At the times that you named nobody is free.');
		expect(text(true)).not.toContain('nobody is free');
	});

	it('passes over what is taken', () => {
		const busy = [
			{ start: '2026-11-10T09:00:00Z', end: '2026-11-10T10:15:00Z' },
			{ start: '2026-11-09T00:00:00Z', end: '2026-11-10T00:00:00Z' },
		];
		expect(offer('Tuesday', busy)).toEqual(['Tuesday, 10 November, 10:30', true]);
		expect(offer('any day', busy)).toEqual(['Tuesday, 10 November, 10:30', true]);
	});
});

describe('08 weekly review', () => {
	const mail = (link?: string) => {
		const template = new Template('08-weekly-handoff-review.json');
		const findings = (...found: string[]) => found.map((one) => ({ finding: one, text: one }));
		const customer = { name: 'Robin <Sample>' };
		const empty = [{}];
		const { jsonOutput } = template.parametersFor('Write the mail', {}, [
			['Once', empty],
			['All of it', empty],
			['The week in figures', [{ handoffs: 3, conversations: 9, breached: 1, missed: 1 }]],
			['Missed handoffs', [{ customer, link, missed: { reasons: [{ text: 'fell silent' }] } }]],
			[
				'Late or wrongly routed',
				[
					{
						customer,
						link,
						review: {
							findings: findings('late', 'wrongly_routed'),
							reason: 'Wants a refund',
							queue: 'Support',
							value: 400,
						},
					},
					{ customer: { key: '+1555' }, review: { findings: findings('late'), reason: 'Price' } },
				],
			],
			['What the bot should learn', empty],
			['Where the bot was unsure', empty],
			['Rules put to the test', empty],
		]);
		return (JSON.parse(jsonOutput as string) as { html: string }).html;
	};

	it('names in its mail which handoffs were late and which went to the wrong one, with links where there are any', () => {
		const html = mail('https://n8n.example/webhook/inbox#/c/c1');
		const part = (title: string) => html.split(`<h3>${title}`)[1]!.split('<h3>')[0]!;
		const link = '<a href="https://n8n.example/webhook/inbox#/c/c1">Robin &lt;Sample&gt;</a>';
		expect(part('Missed')).toContain(`${link}</td><td>fell silent`);
		expect(part('Late')).toContain(link);
		expect(part('Late')).toContain('Wants a refund</td><td style="padding-right:12px">Support');
		expect(part('Late')).toContain('+1555');
		expect(part('Wrongly routed')).toContain(link);
		expect(part('Wrongly routed')).not.toContain('+1555');
		expect(mail()).not.toContain('<a ');
		expect(html).not.toMatch(/undefined|NaN|\[object/u);
	});
});

describe('13 Chatwoot', () => {
	it.each(['Are you a bot?', 'Is this a real person?', 'am I talking to a machine'])(
		'says that it is a program when somebody asks: %s',
		(text) => {
			const template = new Template('13-whatsapp-intake-chatwoot.json');
			expect(template.wayFrom('What is it about?', { message: { text } })).toEqual([
				'Say what it is',
			]);
			expect(JSON.stringify(template.node('Say what it is').parameters)).toContain(
				'I am a program, not a person.',
			);
		},
	);
});
