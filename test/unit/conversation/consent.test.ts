import { consentGiven, consentObjection } from '../../../core/conversation/consent';
import { consentInWords } from '../../../core/conversation/consentWords';
import data from '../../../core/conversation/consentPhrases.json';
import type { Consent } from '../../../core/conversation/identity';
import { takeIn } from '../../../core/conversation/intake';
import type { ConversationMessage } from '../../../core/conversation/message';
import { aConversation, aMessage, at } from '../../builders';
import { temporaryStore } from '../../support';

const UNKNOWN: Consent = { status: 'unknown', scope: 'all' };
const STOPPED: Consent = { status: 'opted_out', scope: 'all', at: at(0), source: 'wamid.0' };

const said = (text: string, known = UNKNOWN, changes: Partial<ConversationMessage> = {}) =>
	consentInWords(aMessage({ text, ...changes }), known)?.status;

const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'hi', 'id', 'it', 'nl', 'pt'];

describe('words of consent', () => {
	it('are known in the ten languages', () => {
		for (const list of [data.optOut, data.optIn, data.resume, data.polite]) {
			expect(Object.keys(list).sort()).toEqual(LANGUAGES);
		}
	});

	it.each(Object.values(data.optOut).flat())('"%s" stops messages', (text) => {
		expect(said(text)).toBe('opted_out');
		expect(said(`${text.toUpperCase()}!!`)).toBe('opted_out');
	});

	it.each(Object.values(data.optIn).flat())('"%s" agrees to messages', (text) => {
		expect(said(text)).toBe('opted_in');
	});

	it.each(Object.values(data.resume).flat())(
		'"%s" takes an earlier stop back, and means nothing without one: it is how chats begin',
		(text) => {
			expect(said(text, STOPPED)).toBe('opted_in');
			expect(said(text)).toBeUndefined();
		},
	);

	it.each(['Stop, please.', 'Hi, unsubscribe me please', 'Bitte abmelden', 'stop 🙏', 'STOPPP'])(
		'are understood with courtesy and emphasis: "%s"',
		(text) => {
			expect(said(text)).toBe('opted_out');
		},
	);

	it.each([
		'Please stop the order',
		'stop being late',
		'Where is the bus stop?',
		'cancel',
		'end',
		'I want to cancel my subscription',
		'Quiero cancelar la suscripción premium',
		'Wo kann ich mich abmelden?',
		'baja la calidad del video',
		'',
		'👍',
	])('are not seen in "%s", which says something else', (text) => {
		expect(said(text)).toBeUndefined();
	});

	it('count as a tapped button of a template too', () => {
		expect(said('Stop promotions', UNKNOWN, { type: 'button' })).toBe('opted_out');
	});

	it('count only when the customer says them, to us alone', () => {
		expect(said('stop', UNKNOWN, { author: 'agent', direction: 'out' })).toBeUndefined();
		expect(said('stop', UNKNOWN, { groupId: 'g1' })).toBeUndefined();
		expect(said('stop', UNKNOWN, { type: 'image' })).toBeUndefined();
	});

	it('may be staff’s own', () => {
		const own = { optOut: ['Leave the club'], optIn: ['Join the club'] };
		expect(consentInWords(aMessage({ text: 'leave the club!' }), UNKNOWN, own)?.status).toBe(
			'opted_out',
		);
		expect(consentInWords(aMessage({ text: 'Join the club' }), UNKNOWN, own)?.status).toBe(
			'opted_in',
		);
	});
});

describe('a customer who writes STOP', () => {
	it('is kept as opted out on the profile, with time and message, in the audit log, once', async () => {
		const { store, close } = await temporaryStore();
		const inbound = (id: string, text: string, minute: number) => ({
			channelId: '1065',
			identity: aConversation().identity,
			message: aMessage({ id, text, sentAt: at(minute), receivedAt: at(minute) }),
		});
		const stop = inbound('wamid.stop', 'STOP', 1);
		const { fresh } = await takeIn(store, [stop], at(1));
		await takeIn(store, [stop], at(2));
		const { conversation } = fresh[0]!;
		expect(conversation.profile.consent).toEqual({
			status: 'opted_out',
			scope: 'all',
			at: at(1),
			source: 'wamid.stop',
		});
		const [resumed] = (await takeIn(store, [inbound('wamid.start', 'start', 3)], at(3))).fresh;
		expect(resumed?.conversation.profile.consent).toMatchObject({
			status: 'opted_in',
			source: 'wamid.start',
		});
		// A stop that comes late does not undo the newer word.
		const [late] = (await takeIn(store, [inbound('wamid.late', 'stop', 2)], at(4))).fresh;
		expect(late?.conversation.profile.consent.status).toBe('opted_in');
		expect((await store.audit(conversation.id)).map(({ action }) => action)).toEqual([
			'opt_out',
			'opt_in',
		]);
		await close();
	});

	it('does not get marketing by Meta’s "resume" alone', () => {
		const conversation = aConversation({ profile: { consent: STOPPED, fields: {} } });
		const resume: Consent = {
			status: 'opted_in',
			scope: 'marketing',
			at: at(9),
			source: 'user_preferences',
		};
		const view = { conversation, clocks: [] };
		expect(consentGiven(view, resume, at(9)).conversation).toBeUndefined();
	});
});

describe('a template', () => {
	const purposes = ['marketing', 'utility', 'authentication', undefined] as const;
	const allowed = (consent: Consent, options?: { requireOptIn: boolean }) =>
		purposes.filter((purpose) => !consentObjection(consent, purpose, options)).map(String);

	it('of any kind goes to a customer who has agreed or said nothing', () => {
		expect(allowed({ ...UNKNOWN, status: 'opted_in' })).toHaveLength(4);
		expect(allowed(UNKNOWN)).toHaveLength(4);
	});

	it('of marketing waits for a word of the customer where that is required', () => {
		expect(allowed(UNKNOWN, { requireOptIn: true })).toEqual(['utility', 'authentication']);
	});

	it('of marketing, or of an unknown purpose, does not go to who stopped marketing', () => {
		expect(allowed({ ...STOPPED, scope: 'marketing' })).toEqual(['utility', 'authentication']);
	});

	it('does not go to who stopped everything, except a code that they asked for', () => {
		expect(allowed(STOPPED)).toEqual(['authentication']);
		expect(consentObjection(STOPPED, 'utility')).toEqual({
			reason: 'The customer stopped messages on 2026-11-02, so this template was not sent',
			advice: expect.stringContaining('always possible') as string,
		});
	});
});
