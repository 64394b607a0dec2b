import { received } from '../../../adapters/store/intake';
import type { Conversation } from '../../../core/conversation/conversation';
import { waitingSince } from '../../../core/conversation/details';
import { needsAnswer } from '../../../core/conversation/needsAnswer';
import { transition } from '../../../core/conversation/transitions';
import { clocksOnCustomerMessage, DEFAULT_POLICIES, policiesFor } from '../../../core/sla';
import { aConversation, aMessage, ana, at, workflow } from '../../builders';

const says = (text: string) => aMessage({ text });

describe('a message to a person', () => {
	it.each([
		'Thanks!',
		'ok thx',
		'Perfect, thank you so much for your help 😊',
		'👍',
		'No, I do not need anything else',
		'Bye, have a nice day',
		'Thank you Ana',
		'Vielen Dank für die schnelle Hilfe!',
		'Nein danke, das ist alles',
		'Muchas gracias por su ayuda',
		'C’est parfait, merci',
		'Obrigada!',
		'Grazie mille per l’aiuto',
		'Bedankt voor de snelle reactie',
		'Terima kasih banyak kak',
		'bahut dhanyavaad sir',
		'धन्यवाद',
		'شكرا جزيلا',
	])('needs no answer where it says no more than “%s”', (text) => {
		expect(needsAnswer(says(text), 'Ana Muster')).toBe(false);
	});

	it.each([
		'Thanks, but it still does not work',
		'Thanks, where is my order',
		'Great, how do I track it?',
		'ok',
		'yes please',
		'yes, that is it',
		'no',
		'10023',
		'Goodbye, I will sue you',
		'thank you for nothing',
		'great, another delay',
		'😡',
		'not necessary, cancel it',
		'Thank you, please call me',
		'Danke, aber es geht immer noch nicht',
		'Gracias pero no funciona',
		'شكرا لكن لم يصل الطلب',
	])('needs an answer where it says “%s”', (text) => {
		expect(needsAnswer(says(text), 'Ana Muster')).toBe(true);
	});

	it('needs an answer where it is a picture, and none where it is a sticker', () => {
		expect(needsAnswer(aMessage({ type: 'image', text: 'Thanks' }))).toBe(true);
		expect(needsAnswer(aMessage({ type: 'sticker', text: '' }))).toBe(false);
	});
});

describe('once a person has answered', () => {
	/** Handed over by the router, and answered at minute 2. */
	function answered(): Conversation {
		const escalated = transition(
			aConversation({ lastAskedAt: at(0) }),
			{
				type: 'escalate',
				owner: ana,
				reason: 'Asked for a person',
				score: 100,
				signals: [],
				priority: 'normal',
				queue: 'Support',
				routing: { step: 0, since: at(1), tried: [], hops: 0, moves: 0 },
			},
			workflow,
			at(1),
		);
		if (!escalated.ok) throw new Error(escalated.message);
		const replied = transition(
			escalated.conversation,
			{ type: 'agent_replied', sentAt: at(2) },
			workflow,
			at(2),
		);
		if (!replied.ok) throw new Error(replied.message);
		return replied.conversation;
	}
	const then = (text: string, minute: number, before = answered()) =>
		received(before, before.identity, aMessage({ id: text, text, sentAt: at(minute) }), at(minute))
			.conversation;
	const clocks = (conversation: Conversation, minute: number) =>
		clocksOnCustomerMessage(
			DEFAULT_POLICIES,
			conversation,
			{ id: 'm', sentAt: at(minute) },
			[],
			at(minute),
		);
	const back = (conversation: Conversation) =>
		transition(conversation, { type: 'return_to_bot' }, workflow, at(60));

	it('thanks after the answer leaves the conversation free to go back to the bot', () => {
		const thanked = then('Thanks!', 9);
		expect(back(thanked)).toMatchObject({ ok: true, conversation: { state: 'bot' } });
		expect(thanked).toMatchObject({ lastCustomerMessageAt: at(9), lastAskedAt: at(0) });
		expect(clocks(thanked, 9)).toEqual([]);
		expect(waitingSince(thanked, [])).toBeUndefined();
	});

	it('a question after the first answer is watched over by default, and says since when it waits', () => {
		const asked = then('And when does the second parcel come?', 9);
		const running = clocks(asked, 9);
		expect(running).toMatchObject([{ kind: 'next_response', startedAt: at(9), dueAt: at(39) }]);
		expect(waitingSince(asked, running)).toBe(at(9));
		expect(back(asked)).toMatchObject({ ok: false, code: 'mid_exchange' });
	});

	it('a question stays open through later thanks, and waits also where nothing is promised for it', () => {
		const asked = then('And when does the second parcel come?', 9);
		const thanked = then('Thanks!', 10, asked);
		expect(back(thanked)).toMatchObject({ ok: false });
		expect(waitingSince(thanked, [])).toBe(at(9));
	});

	it('thanks in a conversation of an older version leaves open what was asked before', () => {
		const { lastAskedAt: _unknown, ...old } = answered();
		expect(back(then('Thanks!', 9, old))).toMatchObject({ ok: true });
		const waiting = { ...old, lastCustomerMessageAt: at(8) };
		expect(back(then('Thanks!', 9, waiting))).toMatchObject({ ok: false });
	});

	it('the next answer is promised by default within half an hour', () => {
		expect(policiesFor(DEFAULT_POLICIES, answered()).get('next_response')).toMatchObject({
			targetMinutes: 30,
		});
	});
});
