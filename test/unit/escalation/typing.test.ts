import { Glue, slipsOf } from '../../../core/escalation/typing';

describe('slips of the thumb', () => {
	it.each([
		['talk', 'tlak'],
		['talk', 'tlk'],
		['person', 'prsn'],
		['person', 'perosn'],
		['connect', 'conect'],
		['connect', 'conct'],
		['customer', 'cstmr'],
	])('knows that "%s" may be typed "%s"', (word, slip) => {
		expect(slipsOf(word)).toContain(slip);
	});

	it('keeps the word itself, its first letter and enough letters to know it by', () => {
		const slips = [...slipsOf('agent')];
		expect(slips).not.toContain('agent');
		expect(slips.filter((slip) => slip[0] !== 'a' || slip.length < 3)).toEqual([]);
		expect(slipsOf('call')).not.toContain('cl');
	});
});

describe('words that are run together', () => {
	const glue = new Glue(
		new Map(
			['i', 'a', 'to', 'talk', 'want', 'agent', 'phone', 'me', 'in'].map((word) => [word, [word]]),
		).set('wanna', ['want', 'to']),
		['talk', 'agent', 'phone'],
	);

	it.each([
		['talkto', 'talk to'],
		['talktoagent', 'talk to agent'],
		['iwannatalktoanagent', undefined],
		['iwannatalktoagent', 'i want to talk to agent'],
		['phoneme', 'phone me'],
	])('takes "%s" apart: %s', (word, parts) => {
		expect(glue.split(word)?.join(' ')).toBe(parts);
	});

	it.each(['iphone', 'agent', 'intome', 'agents', 'agenta', 'talk'.repeat(20)])(
		'leaves "%s" whole',
		(word) => {
			expect(glue.split(word)).toBeUndefined();
		},
	);

	it('gives up a long word at once', () => {
		const long = new Glue(new Map(['a', 'aa', 'aaa'].map((word) => [word, [word]])), ['aaa']);
		expect(long.split('a'.repeat(39) + 'b')).toBeUndefined();
	});
});
