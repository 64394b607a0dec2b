import * as fc from 'fast-check';
import { PhraseError } from '../../../core/escalation';
import { PhraseMatcher, type PhraseMatch } from '../../../core/escalation/matcher';
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
		['^ please? cancel it', 'It broke. Cancel it', true],
		['< (so|and)? cancel it', 'it broke, cancel it', true],
		['please? cancel it', 'please. cancel it', true],
		['please cancel it', 'please. cancel it', false],
		['^ stop $', 'stop', true],
		['^ stop $', 'do not stop', false],
		['^^ stop', 'Hi. Stop', false],
		['< stop >', 'not now, stop, please', true],
		['< stop >', 'please stop it', false],
		['<(stop|end)>', 'please, end', true],
		['(a|(b c)|d) e', 'b c e', true],
		['garantía', 'GARANTIA', true],
		['ضمان', 'الضَّمان ضَمَان', true],
	])('"%s" in "%s": %p', (phrase, text, expected) => {
		expect(finds(phrase, text)).toBe(expected);
	});

	it('are found in company as they are alone, in every language that is asked for and no other', () => {
		const word = fc.constantFrom('a', 'bb', 'cc', 'dd');
		const part = fc.oneof(
			word,
			fc.constantFrom('..', '..1', 'bb?', '(a|cc)', '(bb dd|a)', 'cc*', '[few]'),
		);
		const phrase = fc
			.tuple(
				fc.constantFrom('', '^ ', '^^ ', '< '),
				word,
				fc.array(part, { maxLength: 3 }),
				fc.constantFrom('', ' $', ' >'),
			)
			.map(([start, first, rest, end]) => `${start}${[first, ...rest].join(' ')}${end}`);
		const matcherOf = (phrases: ReadonlyArray<[string, string]>) => {
			const matcher = new PhraseMatcher();
			for (const language of ['en', 'nl']) matcher.addList(language, 'few', ['a bb', 'dd']);
			for (const [language, text] of phrases) matcher.addPhrase(language, { group: text, text });
			return matcher;
		};
		const key = (found: PhraseMatch[]) =>
			found.map((m) => `${m.language} ${m.phrase} ${m.from}-${m.to}`).sort();
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.tuple(fc.constantFrom('en', 'nl'), phrase), {
					maxLength: 12,
					selector: String,
				}),
				fc.array(fc.oneof(word, fc.constant('.'), fc.constant('e')), { maxLength: 12 }),
				fc.constantFrom('en', 'nl', 'both'),
				(phrases, text, asked) => {
					const read = readWords(text.join(' '));
					const all = matcherOf(phrases);
					const together = all.find(read, asked === 'both' ? ~0 : all.mask([asked]));
					const alone = phrases
						.filter(([language]) => asked === 'both' || language === asked)
						.flatMap((one) => matcherOf([one]).find(read));
					expect(key(together)).toEqual(key(alone));
				},
			),
		);
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

describe('own rules', () => {
	const rules = [
		{
			name: 'words',
			phrases: ['refund', 'cancel', 'lawsuit', 'urgent', 'emergency', 'manager', 'warranty claim'],
			always: true,
		},
	];

	it.each([
		'refnd please',
		'cancle it',
		'it was cancelled',
		'cancelling',
		'lawsiut',
		'urgnt',
		'emergancy',
		'warrenty claim',
		'warranty claims',
		'the managers',
	])('know misspellings and forms of their words: "%s"', (text) => {
		expect(scored(text, { settings: { rules } }).firedRule).toBe('words');
	});

	it.each(['translation', 'the canal', 'he managed it', 'argent', 'a large emergence'])(
		'do not take other words for theirs: "%s"',
		(text) => {
			expect(signal(scored(text, { settings: { rules } }), 'staff_rule')).toBeUndefined();
		},
	);

	it('do not fire where a misspelt word is what they must not have', () => {
		const unless = [{ ...rules[0]!, unless: ['reschedule'] }];
		expect(scored('cancel or reschedul it', { settings: { rules: unless } }).firedRule).not.toBe(
			'words',
		);
	});
});
