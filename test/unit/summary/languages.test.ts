import { languageFor } from '../../../core/summary/languages';
import { has } from '../../../core/summary/languages/language';

describe('words written in haste', () => {
	it('are known without their accents, and with one letter for another', () => {
		expect(has(languageFor('pt').patterns.timeline, 'ate sabado')).toBe(true);
		expect(has(languageFor('de').patterns.budget, 'hoechstens 50')).toBe(true);
		expect(has(languageFor('de').patterns.budget, 'hochstens 50')).toBe(true);
		expect(has(languageFor('ar').patterns.want, 'اريد')).toBe(true);
		expect(has(languageFor('ar').patterns.things, 'غساله')).toBe(true);
	});

	it('keep the accent that ends a word, and those of short words', () => {
		expect(has(languageFor('fr').patterns.past, 'ma commande')).toBe(false);
		expect(has(languageFor('fr').patterns.past, "j'ai commandé")).toBe(true);
		expect(languageFor('fr').patterns.questionStart.test('ou bien demain')).toBe(false);
	});
});

describe('what sounds as if something were wrong', () => {
	it.each([
		['en', 'no problem', 'a big problem'],
		['es', 'el lunes por la tarde', 'llegó tarde'],
		['id', 'paling lambat akhir bulan', 'internet lambat'],
		['es', '¿hay algún problema?', 'hay un problema con mi pedido'],
		['fr', 'pas de souci', 'il y a un problème'],
		['hi', 'double door fridge', 'double charge hua'],
		['nl', 'is die piano een probleem?', 'ik heb een probleem'],
	])('is told from what is (%s)', (code, harmless, wrong) => {
		const { patterns } = languageFor(code);
		const trouble = (text: string) => has(patterns.trouble, text.replace(patterns.harmless, ' '));
		expect(trouble(harmless)).toBe(false);
		expect(trouble(wrong)).toBe(true);
	});
});
