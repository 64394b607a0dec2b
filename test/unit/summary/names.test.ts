import { languageFor } from '../../../core/summary/languages';
import { findBareName, findName, findSignature } from '../../../core/summary/names';

const read = (...codes: string[]) => codes.map((code) => languageFor(code));

describe('names that customers give in passing', () => {
	it.each([
		['en', 'ok cheers, Meg x', 'Meg'],
		['it', 'grazie mille siete gentilissimi, Tommaso', 'Tommaso'],
		['id', 'siap ditunggu, makasih kak 🙏 Rini', 'Rini'],
		['nl', 'alvast bedankt voor de moeite - Sanne Kok', 'Sanne Kok'],
	])('signs behind thanks (%s)', (code, text, name) => {
		expect(findSignature(text, read(code))).toBe(name);
	});

	it.each([
		['en', 'order W-20933, Skoda Octavia'],
		['en', 'thanks, Monday'],
		['de', 'Vielen Dank, Rechnung'],
		['es', 'busco piso en Madrid, Salamanca'],
	])('takes no other capitals for a signature (%s: %s)', (code, text) => {
		expect(findSignature(text, read(code))).toBeUndefined();
	});

	it('knows a message that is nothing but a full name, and no thing, month or greeting', () => {
		expect(findBareName('Nathalie Brun', read('fr'))).toBe('Nathalie Brun');
		expect(findBareName('Nathalie', read('fr'))).toBeUndefined();
		expect(findBareName('Galaxy Watch', read('en'))).toBeUndefined();
		expect(findBareName('Good Morning', read('en'))).toBeUndefined();
		expect(findBareName('Early January', read('en'))).toBeUndefined();
	});

	it('knows who says no more than where he lives', () => {
		expect(findBareName('Marcelo, apto 502', read('pt'))).toBe('Marcelo');
		expect(findBareName('Salsa, optik cabang Darmo', read('id'))).toBe('Salsa');
		expect(findBareName('Table, room 4', read('en'))).toBeUndefined();
	});

	it('leaves out where somebody is from', () => {
		expect(findName('Hallo, met Hanneke van de Dorpsschool.', read('nl'), false)).toBe('Hanneke');
		expect(findName('Hallo, met Hanneke van de Velde.', read('nl'), false)).toBe(
			'Hanneke van de Velde',
		);
	});
});
