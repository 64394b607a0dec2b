/** Money or a number of things that a message names. */
export interface Amount {
	value: number;
	/** ISO 4217; undefined where none is named. */
	currency?: string;
	/** The very words. */
	text: string;
}

/** Rough value of one unit in US dollars (2026); only to tell large from small when currencies differ. */
const IN_DOLLARS: Readonly<Record<string, number>> = {
	USD: 1,
	EUR: 1.1,
	GBP: 1.3,
	INR: 0.012,
	BRL: 0.18,
	MXN: 0.055,
	IDR: 0.000062,
	AED: 0.27,
	SAR: 0.27,
	EGP: 0.02,
	CHF: 1.15,
	CAD: 0.72,
	AUD: 0.65,
	ARS: 0.001,
	COP: 0.00024,
	CLP: 0.00105,
	PEN: 0.27,
	ZAR: 0.055,
	NGN: 0.00065,
	JPY: 0.0066,
	CNY: 0.14,
	SGD: 0.75,
	MYR: 0.23,
	PHP: 0.017,
	TRY: 0.026,
	QAR: 0.27,
	KWD: 3.25,
	MAD: 0.1,
	PKR: 0.0036,
};

const SIGNS: Readonly<Record<string, string>> = {
	$: 'USD',
	us$: 'USD',
	usd: 'USD',
	dollar: 'USD',
	dollars: 'USD',
	dolares: 'USD',
	dólares: 'USD',
	bucks: 'USD',
	دولار: 'USD',
	'€': 'EUR',
	eur: 'EUR',
	euro: 'EUR',
	euros: 'EUR',
	يورو: 'EUR',
	'£': 'GBP',
	gbp: 'GBP',
	pound: 'GBP',
	pounds: 'GBP',
	quid: 'GBP',
	'₹': 'INR',
	rs: 'INR',
	'rs.': 'INR',
	inr: 'INR',
	rupee: 'INR',
	rupees: 'INR',
	rupaye: 'INR',
	रुपये: 'INR',
	रुपए: 'INR',
	r$: 'BRL',
	brl: 'BRL',
	real: 'BRL',
	reais: 'BRL',
	rp: 'IDR',
	'rp.': 'IDR',
	idr: 'IDR',
	rupiah: 'IDR',
	mxn: 'MXN',
	pesos: 'MXN',
	mx$: 'MXN',
	aed: 'AED',
	dirham: 'AED',
	dirhams: 'AED',
	درهم: 'AED',
	sar: 'SAR',
	riyal: 'SAR',
	ريال: 'SAR',
	egp: 'EGP',
	جنيه: 'EGP',
	chf: 'CHF',
	franken: 'CHF',
	cad: 'CAD',
	aud: 'AUD',
	sgd: 'SGD',
	'¥': 'JPY',
	jpy: 'JPY',
	yen: 'JPY',
	cny: 'CNY',
	yuan: 'CNY',
	zar: 'ZAR',
	ngn: 'NGN',
	'₦': 'NGN',
	try: 'TRY',
	'₺': 'TRY',
	php: 'PHP',
	'₱': 'PHP',
	myr: 'MYR',
	rm: 'MYR',
	pkr: 'PKR',
};

const TIMES: Readonly<Record<string, number>> = {
	k: 1e3,
	thousand: 1e3,
	mil: 1e3,
	tausend: 1e3,
	mille: 1e3,
	mila: 1e3,
	duizend: 1e3,
	hazar: 1e3,
	hazaar: 1e3,
	ribu: 1e3,
	rb: 1e3,
	हज़ार: 1e3,
	हजार: 1e3,
	ألف: 1e3,
	الف: 1e3,
	lakh: 1e5,
	lakhs: 1e5,
	lac: 1e5,
	lacs: 1e5,
	लाख: 1e5,
	crore: 1e7,
	crores: 1e7,
	cr: 1e7,
	करोड़: 1e7,
	m: 1e6,
	mio: 1e6,
	million: 1e6,
	millions: 1e6,
	millones: 1e6,
	millon: 1e6,
	milhoes: 1e6,
	milhões: 1e6,
	millionen: 1e6,
	milioni: 1e6,
	miljoen: 1e6,
	juta: 1e6,
	jt: 1e6,
	مليون: 1e6,
	bn: 1e9,
	billion: 1e9,
};

const NUMBER =
	/(?<![\p{L}\p{N}.,])(?:(us\$|r\$|mx\$|[$€£₹¥₦₺₱]|rs\.?|inr|usd|eur|gbp|rp\.?|aed|sar|chf|brl)\s?)?(\d{1,3}(?:[.,' \u00A0]\d{2,3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)\s?([\p{L}]+|[$€£₹¥₦₺₱])?(?:\s([\p{L}$€£₹]+))?/giu;
const MOST = 20;
const ANY_DIGIT = /[\d\u0660-\u0669\u0966-\u096F]/;

/** Sums of money in a message, and plain numbers without a currency, in the order of the text. */
export function amountsIn(text: string): {
	money: Amount[];
	numbers: Array<Amount & { unit: string }>;
} {
	const money: Amount[] = [];
	const numbers: Array<Amount & { unit: string }> = [];
	if (!ANY_DIGIT.test(text)) return { money, numbers };
	const ascii = toLatinDigits(text.slice(0, 2000));
	let seen = 0;
	for (const match of ascii.matchAll(NUMBER)) {
		if (++seen > MOST) break;
		const [whole, sign, digits, first, second] = match as unknown as [
			string,
			string?,
			string?,
			string?,
			string?,
		];
		let value = parseNumber(digits!);
		let unit = first?.toLowerCase();
		let next = second?.toLowerCase();
		if (unit && own(TIMES, unit) !== undefined && (unit !== 'm' || sign !== undefined)) {
			value *= TIMES[unit]!;
			unit = next;
			next = undefined;
		}
		const currency = own(SIGNS, sign?.toLowerCase()) ?? own(SIGNS, unit) ?? undefined;
		if (!Number.isFinite(value)) continue;
		if (currency) money.push({ value, currency, text: whole.trim() });
		else numbers.push({ value, text: whole.trim(), unit: [unit, next].filter(Boolean).join(' ') });
	}
	return { money, numbers };
}

/** An amount in another currency, by rough fixed rates; unknown currencies count as the same. */
export function inCurrency(amount: Amount, currency: string): number {
	const from = amount.currency ?? currency;
	const rate = (own(IN_DOLLARS, from) ?? 1) / (own(IN_DOLLARS, currency) ?? 1);
	return from === currency ? amount.value : amount.value * rate;
}

/** "1,234.50", "1.234,50", "1 234" and "2,50,000" as a number. */
function parseNumber(text: string): number {
	const marks = text.replace(/\d/g, '');
	if (marks === '') return Number(text);
	const last = marks[marks.length - 1]!;
	const tail = text.slice(text.lastIndexOf(last) + 1);
	const decimal =
		tail.length !== 3 && (last === '.' || last === ',') && text.split(last).length === 2;
	const plain = text.replace(/[.,' \u00A0]/g, (mark, at: number) =>
		decimal && at === text.lastIndexOf(last) ? '.' : mark && '',
	);
	return Number(plain);
}

function toLatinDigits(text: string): string {
	return text.replace(/[\u0660-\u0669\u0966-\u096F]/g, (digit) => {
		const code = digit.charCodeAt(0);
		return String(code - (code >= 0x966 ? 0x966 : 0x660));
	});
}

function own<T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
	return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
