import { score } from '../../../core/escalation';
import { soundOf } from '../../../core/escalation/hinglish';

const mood = (text: string) => score({ message: { id: 'm', text } }).sentiment.value;

describe('Hindi as it is typed', () => {
	it.each([
		['bekaar', 'bekar'],
		['vaapas', 'wapas'],
		['pese', 'paise'],
		['shikaayat', 'shikayat'],
		['zaroor', 'jarur'],
		['badhia', 'badhiya'],
		['phone', 'fone'],
		['गये', 'गए'],
		['गयी', 'गई'],
		['हूँ', 'हूं'],
		['हिन्दी', 'हिंदी'],
	])('hears "%s" and "%s" alike', (one, other) => {
		expect(soundOf(one)).toBe(soundOf(other));
	});

	it.each([
		['mila', 'mela'],
		['kam', 'kum'],
		['ये', 'ए'],
	])('keeps "%s" and "%s" apart', (one, other) => {
		expect(soundOf(one)).not.toBe(soundOf(other));
	});

	it('reads a spelling that no list holds as the one that it sounds like', () => {
		expect(mood('aapki sarvis ekdum bekkaar hai bhaiya')).toBe(
			mood('aapki sarvis ekdum bekar hai bhaiya'),
		);
		expect(mood('कल से परेशान हूँ भैया आप से')).toBe(mood('कल से परेशान हूं भैया आप से'));
	});

	it.each([
		'ab koi pareshani nahi hai, thik ho gaya',
		'koi dikkat nahi hui, sab badhiya raha',
		'मुझे कोई परेशानी नहीं हुई',
		'bina jhanjhat ke kaam ho gaya bhai',
	])('takes no trouble for good news: "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(0.2);
	});

	it.each([
		'ye product bilkul accha nahi hai bhai',
		'सामान अच्छा नहीं निकला',
		'khana bahut accha nahi tha',
		'maza nahi aaya khane me bhaiya',
		'मुझे ये सामान पसंद नहीं आया',
		'dawai se koi aaram nahi mila',
	])('turns praise that is denied: "%s"', (text) => {
		expect(mood(text)).toBeLessThan(-0.2);
	});

	it('takes what others did, told without praise, for a small complaint', () => {
		expect(mood('ड्राइवर ने हमें गेट पर उतार दिया')).toBeLessThan(0);
		expect(mood('ड्राइवर ने हमें बहुत आराम से उतारा, शुक्रिया')).toBeGreaterThan(0.2);
	});

	it('reads a question without its mark as one', () => {
		expect(mood('ticket cancel karne pe kitna katega')).toBeGreaterThan(
			mood('ticket cancel kar diya aur kitna kaat liya'),
		);
	});

	it('takes "no complaint" for none', () => {
		expect(mood('सब कुछ समय से हो गया, कोई शिकायत नहीं')).toBeGreaterThan(0.2);
	});

	it.each([
		'delivery boy bahut rude tha aur worst experience raha mera',
		'aapki app roz crash hoti hai, very disappointed hu main',
	])('reads the English words of a Hindi message: "%s"', (text) => {
		const result = score({ message: { id: 'm', text } });
		expect(result.language).toBe('hi');
		expect(result.sentiment.value).toBeLessThan(-0.4);
	});

	it.each(['kya cod available hai', 'आंखों की जांच में कितना समय लगता है', 'goli kitne baje leni hai'])(
		'takes a plain question for no complaint: "%s"',
		(text) => {
			expect(Math.abs(mood(text))).toBeLessThan(0.2);
		},
	);
});
