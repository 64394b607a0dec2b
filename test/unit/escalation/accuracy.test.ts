import { readFileSync } from 'node:fs';
import path from 'node:path';
import { score } from '../../../core/escalation';
import { readMessage } from '../../../core/escalation/reading';
import { requestIn } from '../../../core/escalation/signals/humanRequest';
import { CONTRASTS, UNSEEN, UNSEEN_MOODS } from '../../../scripts/train-escalation';

interface Row {
	text: string;
	label: string;
	/** Of English messages by mood, in place of the label. */
	mood?: string;
	lang: string;
	source: string;
	/** Of what was written for this: which set it belongs to. */
	set: string;
}
const rows = (name: string): Row[] =>
	readFileSync(path.join(__dirname, '..', '..', 'fixtures', 'eval', `${name}.jsonl`), 'utf8')
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Row);
/** The set whose refusals are the hardest to tell (with irony, with a condition, told to somebody else): they have a bound of their own. */
const REFUSING = 'forty-sixth';
const asks = (text: string) => requestIn(readMessage(text)) !== undefined;

/** How often a negative message ranks above another one. */
function ranked(messages: readonly Row[]): number {
	const own = messages.map((r) => ({
		negative: (r.mood ?? r.label) === 'negative',
		by: -score({ message: { id: 'm', text: r.text } }).sentiment.value,
	}));
	let wins = 0;
	let pairs = 0;
	for (const a of own.filter((r) => r.negative)) {
		for (const b of own.filter((r) => !r.negative)) {
			pairs++;
			wins += a.by > b.by ? 1 : a.by === b.by ? 0.5 : 0;
		}
	}
	return wins / pairs;
}

/** On the small samples that ship; docs/accuracy.md has the full measurement. These guard against a fall. */
describe('accuracy on the shipped samples', () => {
	it('finds at least nine of ten requests for a person in five languages', () => {
		const requests = rows('human_request').filter(
			(r) => r.source === 'msbot' && r.label === 'human',
		);
		expect(requests.length).toBeGreaterThan(20);
		expect(requests.filter((r) => asks(r.text)).length / requests.length).toBeGreaterThanOrEqual(
			0.9,
		);
	});

	it('takes at most one of three hundred ordinary questions for a request', () => {
		expect(rows('service_intents').filter((r) => asks(r.text)).length).toBeLessThanOrEqual(1);
	});

	it('agrees with the business on real bot traffic with F1 of at least 0.55', () => {
		const traffic = rows('human_request').filter((r) => r.source.startsWith('hint3'));
		const handed = traffic.filter(
			(r) => score({ message: { id: 'm', text: r.text } }).decision === 'escalate',
		);
		const hits = handed.filter((r) => r.label === 'human').length;
		const needed = traffic.filter((r) => r.label === 'human').length;
		expect((2 * hits) / (handed.length + needed)).toBeGreaterThanOrEqual(0.55);
	});

	const share = (own: readonly Row[], label: string) => {
		const some = own.filter((r) => r.label === label);
		expect(some.length).toBeGreaterThan(0);
		return some.filter((r) => asks(r.text)).length / some.length;
	};

	it.each(['en', 'es', 'pt', 'de', 'fr', 'it', 'nl', 'hi', 'id', 'ar'])(
		'understands requests in many wordings in %s, and takes next to no refusal and no talk about people for one',
		(lang) => {
			const own = rows('written_requests').filter((r) => r.lang === lang && !UNSEEN.has(r.set));
			expect(share(own, 'human')).toBeGreaterThanOrEqual(lang === 'ar' ? 0.8 : 0.88);
			expect(share(own, 'refusal')).toBeLessThanOrEqual(0.05);
			expect(share(own, 'other')).toBeLessThanOrEqual(0.02);
		},
	);

	/** Of the sets that were never trained on, the messages in English or in the nine others. */
	const unseen = (english: boolean, fits: (set: string) => boolean) =>
		rows('written_requests').filter(
			(r) => (r.lang === 'en') === english && UNSEEN.has(r.set) && fits(r.set),
		);

	it('finds 95 of 100 requests of all English sets that it was never trained on and that are no contrasts', () => {
		const own = unseen(true, (set) => !CONTRASTS.includes(set));
		expect(share(own, 'human')).toBeGreaterThanOrEqual(0.955);
		expect(share(own, 'refusal')).toBeLessThanOrEqual(0.03);
		expect(share(own, 'other')).toBeLessThanOrEqual(0.006);
	});

	it('finds 96 of 100 in those with fewer refusals, and takes next to no refusal for one', () => {
		const own = unseen(true, (set) => set !== REFUSING && !CONTRASTS.includes(set));
		expect(share(own, 'human')).toBeGreaterThanOrEqual(0.96);
		expect(share(own, 'refusal')).toBeLessThanOrEqual(0.02);
		expect(share(own, 'other')).toBeLessThanOrEqual(0.004);
	});

	it('takes one of twenty refusals for a request at most in the one with the most', () => {
		const own = unseen(true, (set) => set === REFUSING);
		expect(share(own, 'human')).toBeGreaterThanOrEqual(0.935);
		expect(share(own, 'refusal')).toBeLessThanOrEqual(1 / 20);
		expect(share(own, 'other')).toBeLessThanOrEqual(0.015);
	});

	it('finds seven of ten requests where a family of messages wishes, refuses and reports in nearly the same words', () => {
		const [, untaught] = CONTRASTS;
		const own = unseen(true, (set) => set === untaught);
		expect(share(own, 'human')).toBeGreaterThanOrEqual(0.71);
		expect(share(own, 'refusal')).toBeLessThanOrEqual(0.03);
		expect(share(own, 'other')).toBeLessThanOrEqual(0.025);
	});

	it('finds 96 of 100 in the other languages of such sets', () => {
		const own = unseen(false, () => true);
		expect(share(own, 'human')).toBeGreaterThanOrEqual(0.96);
		expect(share(own, 'refusal')).toBeLessThanOrEqual(0.033);
		expect(share(own, 'other')).toBeLessThanOrEqual(0.027);
	});

	it('knows sensitive from harmless messages in nine more languages with F1 of at least 0.9 each', () => {
		const all = rows('written_topics');
		const languages = [...new Set(all.map((r) => r.lang))];
		expect(languages).toHaveLength(9);
		for (const lang of languages) {
			const own = all.filter((r) => r.lang === lang);
			const handed = own.filter(
				(r) => score({ message: { id: 'm', text: r.text } }).decision === 'escalate',
			);
			const hits = handed.filter((r) => r.label === 'sensitive').length;
			const needed = own.filter((r) => r.label === 'sensitive').length;
			expect([lang, (2 * hits) / (handed.length + needed) >= 0.9]).toEqual([lang, true]);
		}
	});

	it.each(['nl', 'hi'])(
		'ranks negative service messages in "%s" above others at least nineteen times in twenty',
		(lang) => {
			const own = rows('written_sentiment').filter((r) => r.lang === lang);
			expect(own.length).toBeGreaterThan(100);
			expect(ranked(own)).toBeGreaterThan(0.95);
		},
	);

	/** Messages by mood that no model of the tone has read. */
	const unseenMoods = (lang?: string) =>
		rows('written_moods').filter((r) => r.set === UNSEEN_MOODS && r.lang === lang);

	it('ranks negative English messages above others in 17 of 20 pairs, of those that the model of the tone has not read', () => {
		const own = unseenMoods();
		expect(own.length).toBeGreaterThan(3000);
		expect(ranked(own)).toBeGreaterThan(0.85);
	});

	it.each(['es', 'pt', 'de', 'fr', 'it', 'nl', 'hi', 'id', 'ar'])(
		'ranks negative messages in %s above others in three of four pairs, of those that the model of the tone has not read',
		(lang) => {
			const own = unseenMoods(lang);
			expect(own.length).toBeGreaterThan(200);
			expect(ranked(own)).toBeGreaterThan(0.75);
		},
	);

	it('ranks negative Indonesian messages above others at least four times in five', () => {
		expect(ranked(rows('sentiment'))).toBeGreaterThan(0.8);
	});
});
