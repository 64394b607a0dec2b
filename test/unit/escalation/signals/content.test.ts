import { scored, signal, thread } from '../support';

describe('sensitive topics', () => {
	it.each([
		['legal', 'cancel my contract or I call my lawyer'],
		['legal', 'you will hear from my lawyer'],
		['legal', 'Ich werde meinen Anwalt einschalten'],
		['complaint', 'I want to raise a complaint'],
		['complaint', 'pathetic service'],
		['complaint', 'quiero poner una queja'],
		['complaint', 'ich möchte mich beschweren'],
		['refund', 'I was charged twice for the same order'],
		['refund', 'quero meu dinheiro de volta, cobraram duas vezes'],
		['cancellation', 'please cancel my subscription'],
		['cancellation', 'je veux résilier mon contrat'],
		['security', 'my account was hacked'],
		['security', 'someone used my card without my permission'],
		['security', 'mi hanno rubato la carta'],
		['identity', 'your app cannot verify my identity'],
		['health', 'I had an allergic reaction after taking your pills'],
		['hardship', 'I lost my job and cannot afford the payments'],
		['contract', 'we want to negotiate the contract terms'],
	])('%s: "%s"', (topic, text) => {
		expect(scored(text)).toMatchObject({ decision: 'escalate', firedRule: `topic.${topic}` });
	});

	it.each([
		'can I cancel my Tuesday appointment and reschedule',
		'cancel my dinner reservation please',
		'cancel that',
		'never mind, cancel it',
		'what is your refund policy',
		'puedo cancelar mi cita del martes y cambiarla',
		'kann ich den Termin verschieben',
		'annuler ma réservation de table',
	])('are not seen in harmless words: "%s"', (text) => {
		expect(scored(text).decision).toBe('continue');
	});

	it('suggest where to send it', () => {
		expect(scored('my account was hacked')).toMatchObject({
			queue: 'Back Office',
			skills: ['security'],
		});
		expect(
			scored('my account was hacked', { settings: { queues: { backOffice: 'Trust' } } }).queue,
		).toBe('Trust');
	});
});

describe('danger', () => {
	it.each([
		'I want to kill myself',
		'quiero morirme',
		'ich will nicht mehr leben',
		'this is a medical emergency',
		'saya mau bunuh diri',
		'أريد أن أموت',
	])('comes first and is urgent: "%s"', (text) => {
		expect(scored(text)).toMatchObject({
			decision: 'escalate',
			firedRule: 'emergency',
			priority: 'urgent',
		});
	});

	it('is told from figures of speech', () => {
		expect(signal(scored('this deal is to die for'), 'emergency')).toBeUndefined();
	});
});

describe('feelings', () => {
	it.each([
		['anger', 'I am furious about this'],
		['frustration', 'this is the third time I ask and I am still waiting'],
		['confusion', 'I do not understand what you mean'],
		['urgency', 'it is urgent, I need it right now'],
		['dissatisfaction', 'I am very disappointed with the quality'],
	] as const)('%s is told apart: "%s"', (emotion, text) => {
		const { emotions } = scored(text).sentiment;
		expect(emotions[emotion]).toBeGreaterThan(0.4);
	});

	it.each([
		['nothing works and nobody helps', 'everything works and they help'],
		['not good', 'good'],
		['THIS IS BAD', 'this is bad'],
		['bad!!!!', 'bad'],
		['my parcel 😡', 'my parcel 😊'],
		['morgen wieder Schule -.-', 'morgen wieder Schule'],
		['otra vez lunes T_T', 'otra vez lunes'],
		['mi manchi tanto', 'mi manchi tanto :*'],
		['das Spiel war schlecht', 'das Spiel war schlecht https://example.com/a'],
		['my parcel 🤬', 'my parcel'],
		['my parcel 🙄', 'my parcel'],
		['my parcel', 'my parcel 🥰'],
		['não consigo parar', 'não consigo parar de rir'],
		['o atendimento foi um descaso', 'o atendimento foi um arraso'],
		['es ist schon da', 'es ist schön da'],
		['die nächste Finanzkrise', 'die nächste Finanzierung'],
		['wat een relatiedrama', 'wat een panorama'],
		['ik ben er helemaal klaar mee', 'ik ben helemaal klaar'],
		['no puedo parar de llorar', 'no puedo parar de reír'],
		['la película fue una mierda', 'la película fue de puta madre'],
		['me tienen hasta las narices', 'soporte'],
		['muy malo', 'muy bueno'],
		['sangat buruk', 'sangat bagus'],
		['سيئة جدا', 'ممتازة جدا'],
		['bahut kharab', 'bahut accha'],
	])('"%s" is more negative than "%s"', (worse, better) => {
		expect(scored(worse).sentiment.value).toBeLessThan(scored(better).sentiment.value);
	});

	it('are not read out of small words that are English words too', () => {
		// "die", "war", "no" and "tout" are no complaints.
		for (const text of ['die Frau war die erste', 'ele mora no centro da cidade', 'tout va avec'])
			expect(scored(text).sentiment.value).toBeGreaterThan(-0.1);
	});

	it('of thanks leave the conversation with the bot', () => {
		expect(scored('thank you so much, great service!')).toMatchObject({
			decision: 'continue',
			score: 0,
		});
	});

	it('of abuse are named as such', () => {
		expect(signal(scored('you idiots, fuck you'), 'abuse')).toMatchObject({
			label: 'Abusive language',
		});
	});
});

describe('leads', () => {
	it.each([
		['HOT', 'we need 200 licenses for our company, can you send a quote'],
		['HOT', 'our budget is 50k USD'],
		['HOT', 'we are interested in a partnership'],
		['HOT', 'unser Budget liegt bei 12.000 €, wir wollen bestellen'],
		['HOT', 'budget 2 lakh rs hai'],
		['WARM', 'how much is the premium plan?'],
		['COLD', 'where is my parcel'],
		['COLD', 'order 48213 please'],
	])('%s: "%s"', (leadClass, text) => {
		expect(scored(text).leadClass).toBe(leadClass);
	});

	it('that are hot go to sales, with the words they rest on', () => {
		const result = scored('can you send a quote for 300 units');
		expect(result).toMatchObject({ decision: 'escalate', firedRule: 'lead.hot', queue: 'Sales' });
		expect(result.leadReasons.join()).toContain('300 units');
	});

	it('count as hot only in the categories that staff name', () => {
		const settings = { leadCategories: ['solar'] };
		expect(scored('send a quote for 300 units', { settings }).leadClass).toBe('WARM');
		expect(scored('send a quote for 300 solar units', { settings }).leadClass).toBe('HOT');
	});

	it('are measured in the currency that staff set', () => {
		const text = 'I have 900 EUR for it';
		expect(scored(text, { settings: { highValue: 1000, currency: 'USD' } }).leadClass).toBe('COLD');
		expect(scored(text, { settings: { highValue: 800, currency: 'EUR' } }).leadClass).toBe('HOT');
	});

	it('know a large order of the catalogue', () => {
		const order = { items: [{ productId: 'p', quantity: 10, price: 150, currency: 'USD' }] };
		expect(scored('', { message: { id: 'm', text: '', type: 'order', order } }).leadClass).toBe(
			'HOT',
		);
	});
});

describe('trouble', () => {
	it.each(['my balance is wrong', 'did not receive my bonus'])(
		'is seen without a trigger word: "%s"',
		(text) => {
			expect(scored(text).decision).toBe('escalate');
		},
	);
});

describe('what counts only where nothing else speaks', () => {
	it('ranks a message by its tone, and leaves the decision to others', () => {
		const even = scored('what colours are there');
		const odd = scored('my transfer failed');
		expect(odd.score).toBeGreaterThan(even.score);
		expect(odd.decision).toBe('continue');
	});

	it('does not count one thing twice, as trouble and as mood', () => {
		const result = scored('Why is my ATM withdrawal still pending?');
		expect(result.decision).toBe('continue');
		expect(result.signals.reduce((sum, s) => sum + s.points, 0)).toBe(result.score);
	});

	it.each([
		'I’ll be leaving from Los Angeles',
		"I'll be there at 10, she'll come later",
		'Thanks a lot for your help, I am done',
		'hablé con un asesor y me lo arregló',
	])('is not fooled by half a word or a word of another language: "%s"', (text) => {
		expect(scored(text).decision).toBe('continue');
	});

	it('sees a bad word behind praise that is negated', () => {
		expect(scored('the counter was not very helpful').sentiment.value).toBeLessThan(0);
		expect(scored('the counter was very helpful').sentiment.value).toBeGreaterThan(0);
	});

	it('takes no thanks for asking again', () => {
		const history = thread('customer: thank you so much for your help', 'bot: Anything else?');
		const result = scored('thank you so much for your help', { history });
		expect(signal(result, 'repetition')).toBeUndefined();
	});
});

describe('topics that staff always want handed over', () => {
	const always = (...alwaysTopics: string[]) => ({ settings: { alwaysTopics } });

	it.each([
		['cancellation', 'I want to cancel my order'],
		['cancellation', 'bitte Bestellung stornieren'],
		['cancellation', 'quiero cancelar mi pedido'],
		['payment', 'my payment failed'],
		['technical', 'the app crashes'],
		['technical', 'My router does not work, error 500'],
		['technical', 'das Gerät funktioniert einfach nicht'],
		['technical', 'mi equipo no funciona'],
		['technical', 'l’appli ne marche plus'],
	])('%s: "%s" goes on with the bot, and at once to a person where staff say so', (topic, text) => {
		expect(scored(text)).toMatchObject({ decision: 'continue' });
		expect(scored(text, always(topic))).toMatchObject({
			decision: 'escalate',
			firedRule: `topic.${topic}`,
		});
	});

	it('stay harmless where the words are', () => {
		expect(scored('can I cancel my Tuesday appointment', always('cancellation')).decision).toBe(
			'continue',
		);
	});
});

describe('words that sound like a topic and are none', () => {
	it.each([
		'is there a cancellation fee?',
		'can I return it for a refund within 30 days?',
		'My lawyer friend recommended you',
		'gibt es eine Kündigungsfrist?',
		'¿hay penalización por cancelación?',
	])('do not hand over: "%s"', (text) => {
		expect(scored(text).decision).toBe('continue');
	});

	it('do not hand over at Cautious either: "no complaints, great service"', () => {
		const result = scored('no complaints, great service', { settings: { preset: 'cautious' } });
		expect(result.decision).toBe('continue');
	});

	it('leave a threat what it is', () => {
		expect(scored('you will hear from my lawyer and I am going to court').decision).toBe(
			'escalate',
		);
	});
});

describe('misspelt words of a topic', () => {
	it.each([
		['refund', 'I want a refnd'],
		['complaint', 'I want to complian'],
		['cancellation', 'cancle my subscription'],
		['legal', 'my lawer will call'],
		['security', 'my acount was hackd'],
	])('%s: "%s"', (topic, text) => {
		expect(scored(text)).toMatchObject({ decision: 'escalate', firedRule: `topic.${topic}` });
	});

	it('are not seen in other words', () => {
		for (const text of ['I need a translation', 'the receiver is black', 'a layer of paint'])
			expect(signal(scored(text), 'topic')).toBeUndefined();
	});
});

describe('leads', () => {
	it.each([
		'I want to buy now',
		'I am ready to buy',
		'we are ready to sign',
		'I want to purchase the premium plan',
		'quiero comprar hoy mismo',
		'ich möchte jetzt bestellen',
		'je veux acheter tout de suite',
	])('are hot where the customer is ready: "%s"', (text) => {
		expect(scored(text)).toMatchObject({ decision: 'escalate', leadClass: 'HOT' });
	});

	it.each([
		'I bought a laptop for $1,900 last week, how do I register the warranty?',
		'Is shipping free above 1000 euros?',
		'Our order of 100 units has not arrived',
		'My invoice says $2,500, why?',
		'ich habe gestern 1500 Euro bezahlt',
	])('are not seen in what was bought before: "%s"', (text) => {
		expect(scored(text).leadClass).not.toBe('HOT');
	});

	it('are seen in a sum beside buying words, whatever was bought before', () => {
		expect(
			scored('I bought one last year and want a quote for 60 units, budget $40,000'),
		).toMatchObject({
			decision: 'escalate',
			leadClass: 'HOT',
		});
	});
});
