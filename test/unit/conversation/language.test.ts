import { heard, isSaid, languageHeard, languageOf } from '../../../core/conversation/language';
import { aConversation } from '../../builders';

describe('the language of a conversation', () => {
	it('is what staff have set, whatever was heard', () => {
		const { profile } = aConversation();
		const told = heard(aConversation({ profile: { ...profile, language: 'fr' } }), 'de');
		expect(languageOf(told)).toBe('fr');
		expect(languageOf(heard(aConversation(), 'de'))).toBe('de');
		expect(languageOf(aConversation())).toBeUndefined();
	});

	it.each<[string, Parameters<typeof languageHeard>[0], string | undefined]>([
		[
			'the scorer’s verdict on a whole sentence',
			{ verdict: 'de', said: 'Ich möchte mit einem Mitarbeiter sprechen', thread: [] },
			'de',
		],
		['the scorer’s verdict where its words are not known', { verdict: 'es', thread: [] }, 'es'],
		[
			'a sentence before a message that is too short for a verdict',
			{ verdict: 'nl', said: 'agent', thread: ['agent', 'Wo bleibt denn meine Bestellung?'] },
			'de',
		],
		[
			'the newest sentence where a customer has changed the language',
			{ said: 'ok', thread: ['ok', 'je voudrais parler à quelqu’un', 'where is my parcel now'] },
			'fr',
		],
		['the script, however short the message', { said: 'मदद', thread: [] }, 'hi'],
		['small words of several short messages', { thread: ['bitte', 'ein Mensch'] }, 'de'],
		[
			'nothing where one word is all there is',
			{ verdict: 'nl', said: 'agent', thread: [] },
			undefined,
		],
		[
			'nothing where only a name was written, at home in a language as one of its words may be',
			{ verdict: 'id', said: 'Taj Mahal', thread: ['Taj Mahal'] },
			undefined,
		],
		['nothing where nothing was written', { thread: [''] }, undefined],
	])('is told by %s', (_case, known, language) => {
		expect(languageHeard(known)).toBe(language);
	});

	it('is not told by places, contacts and goods, whose text is not the customer’s own', () => {
		expect(['location', 'contacts', 'order'].map(isSaid)).toEqual([false, false, false]);
		expect(['text', 'image', 'button', undefined].map(isSaid)).toEqual([true, true, true, true]);
	});
});
