import type { AcknowledgementFacts } from '../../../core/routing/acknowledgement';
import { acknowledgementText, supportedLanguage } from '../../../core/routing/acknowledgement';
import { at } from '../../builders';

function text(changes: Partial<AcknowledgementFacts>, custom = {}) {
	return acknowledgementText(
		{
			case: 'assigned',
			timeZone: 'Europe/Berlin',
			now: at(0),
			queue: 'Support',
			agentName: 'Ana',
			dueAt: at(5),
			...changes,
		},
		custom,
	);
}

const CASES = ['assigned', 'queued', 'long_wait', 'vip', 'off_hours', 'off_hours_bot'] as const;
const LANGUAGES = ['en', 'es', 'pt', 'de', 'fr', 'it', 'nl', 'hi', 'id', 'ar'];

describe('acknowledgement of a handoff', () => {
	it('names who takes over, that nothing needs repeating, and by when', () => {
		expect(text({})).toBe(
			'Thanks for telling us. Ana from our team is taking over here and can already see this conversation, so you do not need to repeat anything. You can expect a first answer by 11:05 AM.',
		);
	});

	it('tells the hour on the customer’s clock and in the customer’s language', () => {
		expect(text({ language: 'de-AT' })).toContain('bis 11:05');
	});

	it('names the weekday when the answer comes on another day, and never says shortly', () => {
		const promised = text({
			case: 'off_hours',
			timeZone: 'UTC',
			opensAt: '2026-11-04T09:00:00.000Z',
			dueAt: '2026-11-04T09:05:00.000Z',
		});
		expect(promised).toContain('back Wednesday, 9:00 AM');
		expect(promised).toContain('by Wednesday, 9:05 AM');
		expect(promised.toLowerCase()).not.toContain('shortly');
	});

	it('tells the date when the answer is a week or more away', () => {
		expect(text({ dueAt: '2026-11-20T09:00:00.000Z' })).toContain('November 20, 2026');
	});

	it('leaves out the sentence whose value is not known instead of promising something', () => {
		expect(text({ dueAt: undefined })).not.toMatch(/answer by|\{/u);
	});

	it('uses staff’s own text with its variables', () => {
		expect(text({ customerName: 'Robin' }, { assigned: 'Hi {name}, {agent} is here.' })).toBe(
			'Hi Robin, Ana is here.',
		);
	});

	it('sends our text where nothing is left of staff’s own, so that the customer is told something', () => {
		expect(text({}, { assigned: 'Hi {name}, {agent} is here.' })).toBe(text({}));
	});

	it('keeps braces that are no variable of ours as they are', () => {
		expect(text({}, { assigned: 'Code {x1} and {agent}.' })).toBe('Code {x1} and Ana.');
	});

	it.each(LANGUAGES)('has every text in %s with no variable left open', (language) => {
		for (const kind of CASES) {
			const told = text({
				case: kind,
				language,
				position: 2,
				waitMinutes: 25,
				opensAt: at(60 * 24),
			});
			expect(told.length).toBeGreaterThan(60);
			expect(told).not.toMatch(/[{}]/u);
			if (kind !== 'queued') continue;
			expect(told).toContain('Support');
		}
	});

	it('offers to go on by message where the wait is long, and says how long', () => {
		const told = text({ case: 'long_wait', position: 4, waitMinutes: 25 });
		expect(told).toContain('about 25 minutes');
		expect(told).toContain('You need not stay here: the answer comes into this chat.');
	});

	it('says off hours when the team is back and by when it answers, and that the bot helps meanwhile', () => {
		const told = text({ case: 'off_hours_bot', opensAt: at(60 * 20), dueAt: at(60 * 21) });
		expect(told).toMatch(/is back Tuesday, .*will answer you here by Tuesday, /u);
		expect(told).toContain('I will gladly go on helping you here');
	});

	it('speaks English where we have no text in the language', () => {
		expect(supportedLanguage('sw')).toBe('en');
		expect(supportedLanguage(undefined)).toBe('en');
		expect(supportedLanguage('PT_br')).toBe('pt');
	});
});
