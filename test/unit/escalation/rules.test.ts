import { PhraseError } from '../../../core/escalation';
import { PhraseMatcher } from '../../../core/escalation/matcher';
import { readWords } from '../../../core/escalation/text';
import { scored, signal } from './support';

const finds = (phrase: string, text: string): boolean => {
	const matcher = new PhraseMatcher();
	matcher.addPhrase('any', { group: 'g', text: phrase });
	return matcher.find(readWords(text)).length > 0;
};

describe('phrases', () => {
	it.each([
		['warranty claim', 'I have a Warranty Claim!', true],
		['warranty claim', 'warranty. claim', false],
		['cancel*', 'Cancellation', true],
		['(refund|money back)', 'I want my money back', true],
		['talk .. boss', 'talk to your big boss', true],
		['talk .. boss', 'talk to your very very big boss', false],
		['talk ..6 boss', 'talk to your very very big boss', true],
		['please? cancel it', 'cancel it', true],
		['^ stop $', 'stop', true],
		['^ stop $', 'do not stop', false],
		['^^ stop', 'Hi. Stop', false],
		['(a|(b c)|d) e', 'b c e', true],
		['garantía', 'GARANTIA', true],
		['ضمان', 'الضَّمان ضَمَان', true],
	])('"%s" in "%s": %p', (phrase, text, expected) => {
		expect(finds(phrase, text)).toBe(expected);
	});

	it('of any kind run in linear time, also those that hang a regular expression', () => {
		const bomb = '(a|a) ..8 (a|a) ..8 (a|a) ..8 (a|a) ..8 (a|a) ..8 (a|a) ..8 a? a? a? a? a? a? b';
		const started = performance.now();
		expect(finds(bomb, 'a '.repeat(2000))).toBe(false);
		expect(finds('(.*)*$ ((a+)+)+ [z', 'a'.repeat(5000))).toBe(false);
		expect(performance.now() - started).toBeLessThan(5000);
	});

	it.each(['a*', '.. ..', '$', ''])('that hold nothing to look for are refused: "%s"', (phrase) => {
		expect(() => finds(phrase, 'x')).toThrow(PhraseError);
	});
});

describe('staff’s own rules', () => {
	it('always hand over, with their queue and name', () => {
		const rules = [
			{
				name: 'Warranty',
				phrases: ['warranty claim', 'guarantee'],
				always: true,
				queue: 'Warranty',
			},
		];
		expect(scored('about my guarantee', { settings: { rules } })).toMatchObject({
			decision: 'escalate',
			firedRule: 'Warranty',
			queue: 'Warranty',
			reason: 'Rule "Warranty" ("guarantee").',
		});
	});

	it('add their points where they do not always hand over', () => {
		const rules = [{ phrases: ['warranty'], weight: 30 }];
		const result = scored('warranty', { settings: { rules, weights: { high_value: 0 } } });
		expect(signal(result, 'staff_rule')?.points).toBe(30);
		expect(result.decision).toBe('continue');
	});

	it('can want all phrases, and none of others', () => {
		const rules = [
			{ phrases: ['solar', 'roof'], match: 'all' as const, unless: ['rent*'], always: true },
		];
		const decide = (text: string) =>
			signal(scored(text, { settings: { rules } }), 'staff_rule') !== undefined;
		expect(decide('solar on my roof')).toBe(true);
		expect(decide('solar')).toBe(false);
		expect(decide('solar on my rented roof')).toBe(false);
	});

	it('can be for one language', () => {
		const rules = [{ phrases: ['garantía'], language: 'es', always: true }];
		expect(
			signal(scored('quiero la garantía por favor', { settings: { rules } }), 'staff_rule'),
		).toBeDefined();
		expect(
			signal(
				scored('what does the word garantía mean in this text', { settings: { rules } }),
				'staff_rule',
			),
		).toBeUndefined();
	});
});
