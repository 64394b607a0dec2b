import { scored, signal } from '../support';

const REQUESTS: Record<string, string[]> = {
	en: [
		'I want a person',
		'I want a person.',
		'I need a person',
		'I want to talk to a person',
		'can i speak to a human please',
		'connect me to support',
		'I need a human',
		'can someone call me?',
		'talk to an agent',
		'Agent',
		'representative!!',
		'let me speak with your manager',
		'please transfer me to a live agent',
		'i wanna tlk to a rep',
		'i want to speek to a humna',
		'conect me with an agnet pls',
		'TALK TO A PERSON',
		'gimme a real person',
		'is there anyone i can talk to',
		'why can’t I talk to a human',
		'no, i want to talk to a human',
		'I don’t want to talk to a bot',
		'could you kindly put me in touch with one of your advisors?',
		'stop. get me your supervisor',
		'that is not helping, can i talk to someone real',
	],
	es: [
		'quiero hablar con una persona',
		'pásame con un agente',
		'necesito un asesor',
		'no quiero hablar con un robot',
		'me puede llamar alguien por favor',
		'kiero ablar con un umano',
		'atención al cliente',
	],
	pt: [
		'quero falar com um atendente',
		'me transfere para um humano',
		'atendente',
		'não quero falar com um robô',
		'tem alguém real aí para eu falar?',
		'preciso de um atendente',
		'podem me ligar?',
	],
	de: [
		'ich möchte mit einem Menschen sprechen',
		'verbinden Sie mich bitte mit einem Mitarbeiter',
		'Mitarbeiter bitte',
		'kann ich mit jemandem reden',
		'ich will nicht mit einem Bot sprechen',
		'bitte um Rückruf',
	],
	fr: [
		'je veux parler à un conseiller',
		'passez-moi un humain svp',
		'service client',
		'puis-je parler à quelqu’un',
		'je ne veux pas parler à un robot',
		'rappelez-moi s’il vous plaît',
	],
	it: [
		'voglio parlare con un operatore',
		'mi passi una persona reale',
		'operatore',
		'posso parlare con qualcuno?',
		'non voglio parlare con un bot',
		'potete chiamarmi?',
	],
	nl: [
		'ik wil een medewerker spreken',
		'kan ik met een mens praten',
		'verbind me door met een medewerker',
		'medewerker',
		'ik wil niet met een robot praten',
		'kunt u mij bellen',
	],
	hi: [
		'mujhe agent se baat karni hai',
		'kisi insan se baat karao',
		'customer care se baat karwao',
		'मुझे किसी इंसान से बात करनी है',
		'एजेंट से बात कराओ',
		'मुझे बॉट से बात नहीं करनी',
	],
	id: [
		'saya mau bicara dengan manusia',
		'tolong sambungkan ke cs',
		'mau ngobrol sama admin',
		'hubungkan saya dengan agen',
		'saya tidak mau bicara dengan bot',
		'tolong telepon saya',
	],
	ar: [
		'أريد التحدث مع موظف',
		'حولني لموظف خدمة العملاء',
		'ابغى اكلم موظف',
		'عايز اكلم حد من خدمة العملاء',
		'لا أريد التحدث مع روبوت',
		'ممكن احد يتصل بي',
	],
};

const REFUSALS: Record<string, string[]> = {
	en: [
		'no need for an agent',
		'no, I don’t want an agent',
		'please do not transfer me to a person',
		'I do not need chat agent',
		'I’d rather not talk to a human',
		'there is no need to involve a supervisor',
		'an agent is not necessary',
		'I never asked for a human',
		'No thanks, no agent please',
		'don’t connect me to anyone',
		'no agent needed thanks',
		'I can do it without an agent',
		'stop transferring me to agents',
		'I don’t think I need to speak to a representative',
	],
	es: [
		'no necesito un agente',
		'no quiero hablar con una persona',
		'no hace falta que me pases con un asesor',
		'sin agente por favor',
	],
	pt: [
		'não quero falar com atendente',
		'não preciso de um atendente',
		'não me transfira para um humano',
	],
	de: [
		'ich möchte nicht mit einem Mitarbeiter sprechen',
		'ich brauche keinen Mitarbeiter',
		'bitte keinen Menschen',
	],
	fr: [
		'je ne veux pas parler à un conseiller',
		'pas besoin d’un agent',
		'ne me passez pas un conseiller',
	],
	it: [
		'non voglio parlare con un operatore',
		'non ho bisogno di un operatore',
		'non serve un operatore',
	],
	nl: [
		'ik wil geen medewerker spreken',
		'ik hoef geen medewerker te spreken',
		'niet doorverbinden met een medewerker',
	],
	hi: ['agent se baat nahi karni', 'mujhe agent nahi chahiye', 'मुझे एजेंट नहीं चाहिए'],
	id: ['tidak perlu cs', 'saya tidak mau bicara dengan admin', 'jangan sambungkan ke operator'],
	ar: ['لا أريد التحدث مع موظف', 'لا احتاج موظف', 'مش عايز اكلم موظف'],
};

const MORE_REQUESTS = [
	'Me gustaría que me atendiera una persona',
	'¿Pueden comunicarme con alguien de soporte?',
	'No entiendo, prefiero hablar con un humano',
	'hola necesito hablar con un representante urgente',
	'quiero hablar con el encargado',
	'Gostaria de ser atendido por uma pessoa',
	'Pode me passar para alguém do suporte?',
	'Quero falar com o gerente',
	'me liga por favor',
	'tem como falar com alguém?',
	'Ich hätte gern einen menschlichen Ansprechpartner',
	'Kann mich bitte ein Mitarbeiter kontaktieren?',
	'Ich will den Chef sprechen',
	'gibt es hier auch echte Menschen?',
	'bitte einen Berater',
	"J'aimerais être mis en relation avec un conseiller",
	"Est-ce que je peux avoir quelqu'un au téléphone ?",
	'un humain svp',
	'Je souhaite joindre un responsable',
	"c'est possible de parler à quelqu'un ?",
	'Vorrei essere messo in contatto con un operatore',
	"C'è qualcuno con cui posso parlare?",
	'mi serve assistenza umana',
	'fatemi parlare con un responsabile',
	'Ik wil graag iemand van de klantenservice spreken',
	'Kan ik doorverbonden worden met een medewerker?',
	'is er een echt persoon aanwezig?',
	'mag ik een mens aan de lijn',
	'geef me een medewerker',
	'Mujhe ek real person se connect karo',
	'kya main kisi se baat kar sakta hu',
	'customer care executive se baat karni h',
	'कृपया मुझे कस्टमर केयर से जोड़ें',
	'क्या मैं किसी व्यक्ति से बात कर सकता हूँ',
	'Bisa bicara dengan orang?',
	'saya ingin dihubungkan dengan customer service',
	'minta nomor admin dong',
	'ada admin?',
	'bisa ngobrol sama manusia gak',
	'هل يمكنني التحدث إلى شخص حقيقي؟',
	'اريد موظف',
	'وصلني بالدعم الفني',
	'ممكن اكلم حد',
	'عايز اتكلم مع خدمة العملاء',
	'ابي احد يرد علي',
	'could you get a colleague of yours to look at this',
	"I'd like some human assistance",
	'Can I please get through to an operator?',
	'this bot sucks, human please',
	'let me talk to whoever is in charge',
	'I need to speak with customer support about my bill',
	'hand me over to your staff',
	'Is anybody there?',
	'I would like to be connected with a representative',
	'i want to speak with somebody about a refund',
	'any real people around?',
	'are there any humans here',
	'stop this automated nonsense and give me a person',
];

const MORE_REFUSALS = [
	"no I don't want to speak with anyone",
	"I don't need customer service",
	'please, not an agent',
	"I'd prefer not to be transferred to an agent",
	"don't get me a human",
	"you don't have to connect me with a person",
	'not interested in talking to a representative',
	'I really do not want a call from your agent',
	'no humans please',
	'never mind the agent',
	'I said no agent',
	"I don't want a human, the bot is fine",
	'I am fine without a representative',
	'please stop calling me',
	'do not call me',
	'why would I want to talk to an agent',
	"it's ok, you don't need to transfer me to a person",
	'keep the human out of this',
	'no quiero que me llamen',
	'no quiero que me atienda un agente',
	'no me pases con nadie',
	'prefiero no hablar con un humano',
	'não quero que me liguem',
	'não precisa chamar atendente',
	'prefiro não falar com um humano',
	'ich will keinen Rückruf',
	'ich möchte nicht weitergeleitet werden an einen Mitarbeiter',
	'rufen Sie mich nicht an',
	"ne m'appelez pas",
	"je n'ai pas besoin de parler à quelqu'un",
	'non chiamatemi',
	'non voglio essere richiamato',
	'niet bellen, ik wil geen medewerker',
	'bel me niet',
	'kisi se baat nahi karni',
	'call mat karo mujhe',
	'jangan telepon saya',
	'tidak usah hubungi saya',
	'لا تتصلوا بي',
	'ما ابغى اكلم احد',
	'لا داعي للتحدث مع موظف',
];

const TALK_ABOUT_PEOPLE = [
	'your agent told me to restart it',
	'the agent said it would come today',
	'I spoke to an agent yesterday',
	'what does a travel agent cost',
	'is a cleaning agent included?',
	'what are the working hours of your call center',
	'are you a human?',
	'am I talking to a real person or a bot',
	'how many people can use one account',
	'the person I sent money to did not get it',
	'do I need to speak to a representative to change my pin',
	'you can call me Sam',
	'can you talk to me in french',
	'connect to my phone',
	'nice talking to you',
	'please advise',
	'I am in staffing, where is the stuff I ordered',
];

const table = (rows: Record<string, string[]>) =>
	Object.entries(rows).flatMap(([language, texts]) =>
		texts.map((text) => [language, text] as const),
	);

describe('a request for a person', () => {
	it.each(table(REQUESTS))('is understood in %s: "%s"', (_language, text) => {
		const result = scored(text);
		expect(result.decision).toBe('escalate');
		expect(result.firedRule).toBe('human_request');
	});

	it.each(table(REFUSALS))('is not seen in a refusal in %s: "%s"', (_language, text) => {
		expect(signal(scored(text), 'human_request')).toBeUndefined();
	});

	it.each(MORE_REQUESTS)('is understood however it is worded: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeDefined();
	});

	it.each(MORE_REFUSALS)('is not seen in a refusal however it is worded: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeUndefined();
	});

	it.each([
		['agent?', 'agent? nope'],
		['a human?', 'a human? God no.'],
		['humano?', 'humano? no gracias'],
		['mensch?', 'mensch? nein danke'],
		['a manager? nobody answers', 'a manager? no thanks'],
		['an agent? no bot please', 'an agent? no, you.'],
	])(
		'is read in a short question ("%s"), unless it is answered at once: "%s"',
		(asked, answered) => {
			expect(signal(scored(asked), 'human_request')).toBeDefined();
			expect(signal(scored(answered), 'human_request')).toBeUndefined();
		},
	);

	it.each([
		['let me skip to a person', 'can we skip the person'],
		['why can’t I talk to a human', 'why on earth would I want to talk to a human'],
		['have the manager ring me', 'dont have the manager ring me'],
		['the kitchen is under water, please send a plumber', 'please do not send a plumber'],
		['can you send an electrician today', 'can you send the electrician invoice'],
		['please send an electrician, the lights are out', 'did you send an electrician yesterday'],
		[
			'you said you would connect me with a person',
			'every time I ask you connect me with a person',
		],
		['ring me, nobody does', 'zero calls, w/o human pls'],
	])('is understood in "%s", and its contrary in "%s"', (request, other) => {
		expect(signal(scored(request), 'human_request')).toBeDefined();
		expect(signal(scored(other), 'human_request')).toBeUndefined();
	});

	it.each(TALK_ABOUT_PEOPLE)('is not seen in talk about people and hours: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeUndefined();
	});

	it.each([
		['this isnt working and i want an agent', 'this isnt working and i dont want an agent'],
		['no funciona quiero un agente', 'no funciona pero no quiero un agente'],
		[
			'das funktioniert nicht ich will einen mitarbeiter',
			'ich verstehe nicht warum ich einen mitarbeiter brauche',
		],
		[
			'ça ne marche pas je veux un conseiller',
			'je ne comprends pas pourquoi j’ai besoin d’un conseiller',
		],
	])('is read after a failure without a comma ("%s"), yet not in "%s"', (plea, refusal) => {
		expect(signal(scored(plea), 'human_request')).toBeDefined();
		expect(signal(scored(refusal), 'human_request')).toBeUndefined();
	});

	it.each([
		['the parcel is late, call me', 'the parcel is late, call me Sam'],
		['no use, agent please', 'no, agent not needed'],
		['a person, not a machine', 'a person, not needed'],
		['pas utile, un conseiller', 'pas utile, pas de conseiller'],
	])('is read behind a comma ("%s"), yet not in "%s"', (request, other) => {
		expect(signal(scored(request), 'human_request')).toBeDefined();
		expect(signal(scored(other), 'human_request')).toBeUndefined();
	});

	it.each([
		'hey human',
		'agent where are you',
		'yo agent',
		'real human plz',
		'humano plz',
		'mensch pls',
	])('is understood in a short call that wishes for nothing else: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeDefined();
	});

	it.each(['no human', 'delivery agent number please', 'the price for one person'])(
		'is not seen in a short text that calls nobody: "%s"',
		(text) => {
			expect(signal(scored(text), 'human_request')).toBeUndefined();
		},
	);

	it.each([
		'talktoagent',
		'can i speakto someone',
		'iwanttotalktoahuman',
		'want to tlak to a persn',
		'conct me wiht cstmr srvc',
	])('is understood in words that are run together or lost letters: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeDefined();
	});

	it.each([
		'quisiera aclararlo con alguien de su equipo',
		'podia um colega seu telefonar-me à tarde?',
		'Wäre es möglich, dass sich ein Kollege von Ihnen heute noch bei mir meldet?',
		'passez moi quelqu’un',
		'vorrei chiarire con un vostro addetto',
		'ik kom er niet uit, verbind me maar door',
		'किसी अधिकारी को फ़ोन करने को कहिए',
		'lebih gampang ngomong langsung sama orang',
		'هاتولي بني ادم',
	])('is understood where it is but hinted at in other languages: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeDefined();
	});

	it.each([
		'je veux manger',
		'pas la peine de m’appeler',
		'busco trabajo de agente telefónico',
		'recebi uma ligação de vocês ontem',
	])(
		'is not seen in other words, refusals and talk of work and calls in other languages: "%s"',
		(text) => {
			expect(signal(scored(text), 'human_request')).toBeUndefined();
		},
	);

	it.each(['my iphone is broken', 'how do i cancel my sport package', 'callcentre software price'])(
		'does not take other words apart: "%s"',
		(text) => {
			expect(signal(scored(text), 'human_request')).toBeUndefined();
		},
	);

	it.each([
		'The heating engineer left it in pieces. Who’s in charge?',
		'I would be more comfortable if a person dealt with this',
		'card not accepted then give me a human',
		'the engineer did not come so get your supervisor on the phone',
	])('is understood behind what went wrong, in passing and in conclusion: "%s"', (text) => {
		expect(signal(scored(text), 'human_request')).toBeDefined();
	});

	it('still hears the negation behind a conclusion', () => {
		expect(
			signal(scored('it works now so do not connect me to an agent'), 'human_request'),
		).toBeUndefined();
	});

	it('does not take other words for misspelt names of staff', () => {
		expect(
			signal(scored('which fees are associated with my card'), 'human_request'),
		).toBeUndefined();
	});

	it('quotes the very words, misspelt as they are, and names the message', () => {
		const found = signal(scored('hello there. i want to talk to a humna'), 'human_request');
		expect(found).toMatchObject({
			evidence: 'want to talk to a humna',
			messageId: 'm1',
			immediate: true,
		});
	});

	it('hands over at once, even at the most assertive settings', () => {
		const settings = { preset: 'assertive' as const, threshold: 100 };
		expect(scored('I need a human', { settings }).decision).toBe('escalate');
	});

	it('is silent where staff switch it off', () => {
		const result = scored('talk to an agent', { settings: { weights: { human_request: 0 } } });
		expect(signal(result, 'human_request')).toBeUndefined();
	});
});
