import { isSuccess } from '../../../core/conversation/outcome';
import { closingMessage } from '../../../core/inbox/closing';
import closings from '../../../core/inbox/texts/closing.json';
import acknowledgements from '../../../core/routing/texts/acknowledgements.json';
import { aConversation } from '../../builders';

const { profile: known } = aConversation();

describe('a closing message', () => {
	const own = (text: string) => ({ kind: 'own', text }) as const;

	it('is in the language of the customer where we have it, and in English elsewhere', () => {
		const standard = { kind: 'standard' } as const;
		expect(closingMessage(standard, aConversation({ language: 'de-AT' }), 'Ana')).toBe(closings.de);
		expect(
			closingMessage(
				standard,
				aConversation({ language: 'en', profile: { ...known, language: 'es' } }),
				'Ana',
			),
		).toBe(closings.es);
		expect(closingMessage(standard, aConversation({ language: 'fi' }), 'Ana')).toBe(closings.en);
		expect(Object.keys(closings).sort()).toEqual(Object.keys(acknowledgements).sort());
	});

	it('names customer and agent in staff’s own words, and leaves no gap where the name is not known', () => {
		const text = own('Thank you, {customer}! {agent} was glad to help. See {this}.');
		const named = aConversation({ profile: { ...known, name: 'Robin' } });
		expect(closingMessage(text, named, 'Ana')).toBe(
			'Thank you, Robin! Ana was glad to help. See {this}.',
		);
		const nameless = aConversation({ profile: known, identity: { keys: [] } });
		expect(closingMessage(text, nameless, 'Ana')).toBe('Ana was glad to help. See {this}.');
	});

	it('is none where staff want none', () => {
		expect(closingMessage({ kind: '' }, aConversation({ language: 'de' }), 'Ana')).toBe('');
	});
});

describe('an outcome', () => {
	it('is a success unless staff say that it helps nobody', () => {
		for (const one of ['solved', 'sold', 'Refunded', 'erledigt']) expect(isSuccess(one)).toBe(true);
		for (const one of [
			'spam',
			'Customer did not answer',
			'customer_did_not_answer ',
			'No-Answer',
		]) {
			expect(isSuccess(one)).toBe(false);
		}
		expect(isSuccess('keine Antwort', ['Keine Antwort'])).toBe(false);
		expect(isSuccess('spam', ['Keine Antwort'])).toBe(true);
	});
});
