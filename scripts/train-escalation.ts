/**
 * Trains the small models of the Escalation Scorer and writes core/escalation/models/*.json.
 *
 *     npm run train
 *     npm run train -- tone topics
 *
 * trains all, or some of tone, topics, handoff and requests. The network of the last takes a quarter of an hour, and as long again
 * without the questions that are held out to count its alarms.
 *
 * Only from data whose licence lets derived weights be shipped: BANKING77 (CC BY 4.0), CLINC150 (CC BY 3.0), HINT3 (ODbL) and
 * Microsoft's bot templates (MIT), read from EVAL_DIR or ../shared/eval; without them it says so and changes nothing.
 * Wishes for a person are learnt from our own sentences (test/fixtures/eval/written_requests.jsonl) as well, and so is the tone of a
 * message (written_moods.jsonl).
 * Deterministic: the same data give the same files. A fifth of the topic data (by a hash of the text) is never trained on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { linearFeatures } from '../core/escalation/linear';
import { featuresOf } from '../core/escalation/model';
import { readMessage } from '../core/escalation/reading';
import { moodOf } from '../core/escalation/sentiment';
import { phraseIn, requestIn } from '../core/escalation/signals/humanRequest';
import {
	packWishes,
	useWishes,
	WINDOW,
	wishFeatures,
	wishWording,
	type WishWeights,
} from '../core/escalation/wish';
import { packNetwork, type NetworkFile } from '../core/escalation/recurrent';
import { LANGUAGES, type Language } from '../core/escalation/lexicon';
import { toneToken, useTone, type ToneWeights } from '../core/escalation/tone';
import { trainNetwork, type Plan } from './train-recurrent';

const ROOT = path.join(__dirname, '..');
const DATA = process.env.EVAL_DIR ?? path.join(ROOT, '..', 'shared', 'eval');
const MODELS = path.join(ROOT, 'core', 'escalation', 'models');

interface Row {
	text: string;
	label: string;
	intent: string;
	lang: string;
	source: string;
}
interface Example {
	features: string[];
	yes: boolean;
	weight: number;
}

const TOPICS: Record<string, string[]> = {
	security: [
		'compromised_card',
		'lost_or_stolen_card',
		'lost_or_stolen_phone',
		'card_payment_not_recognised',
		'cash_withdrawal_not_recognised',
		'direct_debit_payment_not_recognised',
		'report_fraud',
		'report_lost_card',
		'account_blocked',
		'freeze_account',
	],
	refund: [
		'request_refund',
		'Refund_not_showing_up',
		'transaction_charged_twice',
		'extra_charge_on_statement',
	],
	cancellation: ['terminate_account'],
	identity: ['unable_to_verify_identity'],
};

/** Which fifth of the data a text belongs to, 0 to 4 (FNV-1a); scripts/eval.ts measures topics on fifth 0 only. */
export function fifth(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++)
		hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
	return hash % 5;
}

const EPOCHS = 25;
const RATE = 0.3;
const L2 = 2e-5;
/** Rarer features say more about the data than about the language. */
const LEAST_SEEN = 2;
const LEAST_WEIGHT = 0.3;

/** Written wishes, and what only sounds like one, which counts more than an ordinary question: the two share their words. */
const WRITTEN = path.join(ROOT, 'test', 'fixtures', 'eval', 'written_requests.jsonl');
const NEAR_MISS = 2;
/** The set of written messages that wish for nobody and do not sound like it either. */
const ORDINARY = 'ordinary';
/** Ordinary questions outnumber wishes by far where this is used: one false alarm in a thousand of them is the limit. */
const SERVICE = 5;
const WISH_EPOCHS = 24;
const WISH_RATE = 0.05;
const WISH_L2 = 1e-7;
const WISH_LEAST_WEIGHT = 0.1;
const WISH_SEEN = 4;
const WHOLE_SEEN = 2;
const WHOLE_L2 = 3e-7;
const WORDING_SEEN = 6;
const WORDING: Plan = {
	width: 32,
	states: 64,
	epochs: 5,
	batch: 64,
	rate: 0.002,
	wordsOut: 0.15,
	statesOut: 0.2,
};

export interface Linear {
	bias: number;
	weights: Map<string, number>;
}

/** Shows every example to `learn` in each epoch, in an order that a small generator fixes. */
function inTurns<Example>(
	examples: readonly Example[],
	epochs: number,
	learn: (example: Example) => void,
): void {
	let state = 12345;
	const order = [...examples];
	for (let epoch = 0; epoch < epochs; epoch++) {
		for (let i = order.length - 1; i > 0; i--) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			const j = state % (i + 1);
			[order[i], order[j]] = [order[j]!, order[i]!];
		}
		order.forEach(learn);
	}
}

/** Logistic regression by AdaGrad, in an order fixed by a small generator. */
export function train(examples: Example[]): Linear {
	const seen = new Map<string, number>();
	for (const { features } of examples)
		for (const f of new Set(features)) seen.set(f, (seen.get(f) ?? 0) + 1);
	const ids = new Map<string, number>();
	for (const [feature, count] of seen) if (count >= LEAST_SEEN) ids.set(feature, ids.size);
	const data = examples.map(({ features, yes, weight }) => ({
		ids: [...new Set(features)]
			.map((f) => ids.get(f))
			.filter((id): id is number => id !== undefined),
		yes: yes ? 1 : 0,
		weight,
	}));
	const w = new Float64Array(ids.size);
	const g = new Float64Array(ids.size).fill(1e-6);
	let bias = -2;
	let gBias = 1e-6;
	inTurns(data, EPOCHS, ({ ids: own, yes, weight }) => {
		let sum = bias;
		for (const id of own) sum += w[id]!;
		const error = (1 / (1 + Math.exp(-sum)) - yes) * weight;
		for (const id of own) {
			const gradient = error + L2 * w[id]! * data.length * 0.01;
			g[id]! += gradient * gradient;
			w[id]! -= (RATE * gradient) / Math.sqrt(g[id]!);
		}
		gBias += error * error;
		bias -= (RATE * error) / Math.sqrt(gBias);
	});
	const weights = new Map<string, number>();
	for (const [feature, id] of ids) {
		const value = Math.round(w[id]! * 100) / 100;
		if (Math.abs(value) >= LEAST_WEIGHT) weights.set(feature, value);
	}
	return { bias: Math.round(bias * 100) / 100, weights };
}

function probability(model: Linear, features: string[]): number {
	let sum = model.bias;
	for (const f of features) sum += model.weights.get(f) ?? 0;
	return 1 / (1 + Math.exp(-sum));
}

function f1(flags: boolean[], truth: boolean[]): string {
	const tp = flags.filter((f, i) => f && truth[i]).length;
	const p = tp / (flags.filter(Boolean).length || 1);
	const r = tp / (truth.filter(Boolean).length || 1);
	return `F1 ${((2 * p * r) / (p + r || 1)).toFixed(3)} (precision ${p.toFixed(3)}, recall ${r.toFixed(3)})`;
}

const read = (name: string): Row[] =>
	readFileSync(path.join(DATA, `${name}.jsonl`), 'utf8')
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Row);
export const featuresIn = (text: string): string[] => [
	...new Set(featuresOf(readMessage(text, 'en').words.words).map(({ feature }) => feature)),
];

function write(name: string, sources: string[], models: Record<string, Linear>) {
	const labels = Object.fromEntries(
		Object.entries(models).map(([label, { bias, weights }]) => [
			label,
			{
				bias,
				weights: Object.fromEntries(
					[...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
				),
			},
		]),
	);
	const file = path.join(MODELS, `${name}.json`);
	writeFileSync(file, `${JSON.stringify({ language: 'en', sources, labels }, null, '\t')}\n`);
	console.log(
		`${path.relative(ROOT, file)}: ${Object.values(models).map((m) => m.weights.size)} weights`,
	);
}

function topics(service: Row[], traffic: Row[]) {
	const rows = [
		...service.map((r) => ({ ...r, features: featuresIn(r.text) })),
		...traffic
			.filter(
				(r) =>
					r.source.startsWith('hint3') &&
					r.label === 'other' &&
					!/REFUND|CANCEL|RETURN/.test(r.intent),
			)
			.map((r) => ({ ...r, features: featuresIn(r.text) })),
	];
	const models: Record<string, Linear> = {};
	for (const [topic, intents] of Object.entries(TOPICS)) {
		const wanted = new Set(intents);
		const example = (r: (typeof rows)[number]) => ({
			features: r.features,
			yes: wanted.has(r.intent),
			weight: 1,
		});
		models[topic] = train(rows.filter((r) => fifth(r.text) !== 0).map(example));
		const held = rows.filter((r) => fifth(r.text) === 0);
		console.log(
			`topic ${topic}, held out: ${f1(
				held.map((r) => probability(models[topic]!, r.features) >= 0.5),
				held.map((r) => wanted.has(r.intent)),
			)}`,
		);
	}
	write('topics', ['BANKING77 (CC BY 4.0)', 'CLINC150 (CC BY 3.0)', 'HINT3 (ODbL 1.0)'], models);
}

/** Real bot traffic by whether the business had it escalated, and ordinary questions that nobody would. */
export function handoffExamples(service: Row[], traffic: Row[]) {
	const own = traffic
		.filter((r) => r.source.startsWith('hint3') && r.label !== 'ambiguous')
		.map((r) => ({
			features: featuresIn(r.text),
			yes: r.label === 'human',
			weight: r.label === 'human' ? 4 : 1,
			text: r.text,
		}));
	const others = [
		...traffic.filter((r) => r.source === 'msbot' && r.lang === 'en' && r.label === 'other'),
		...service.filter((r) => fifth(r.text) === 1),
	].map((r) => ({ features: featuresIn(r.text), yes: false, weight: 0.3, text: r.text }));
	return { own, others };
}

function handoff(service: Row[], traffic: Row[]) {
	const { own, others } = handoffExamples(service, traffic);
	const flags: boolean[] = [];
	const truth: boolean[] = [];
	for (let fold = 0; fold < 5; fold++) {
		const model = train([...own.filter((r) => fifth(r.text) !== fold), ...others]);
		for (const r of own.filter((x) => fifth(x.text) === fold)) {
			flags.push(probability(model, r.features) >= 0.5);
			truth.push(r.yes);
		}
	}
	console.log(`handoff, five-fold, the model alone: ${f1(flags, truth)}`);
	write(
		'handoff',
		[
			'HINT3 (ODbL 1.0)',
			'Microsoft bot templates (MIT)',
			'BANKING77 (CC BY 4.0)',
			'CLINC150 (CC BY 3.0)',
		],
		{ handoff: train([...own, ...others]) },
	);
}

/** A message and the stretches of it that may be a wish for a person, each as the numbers of its features. */
interface WishExample {
	stretches: Int32Array[];
	/** The same of the whole message, numbered apart. */
	whole: Int32Array;
	/** The message as the network reads it, numbered apart. */
	wording: number[][];
	yes: boolean;
	weight: number;
	/** What it counts in the network. */
	wordingWeight: number;
	/** It teaches the network alone. */
	onlyWording: boolean;
}

/** Reads messages for {@link WishTrainer.train}; messages of one trainer share their numbers. */
class WishTrainer {
	private readonly numbers = new Map<string, number>();
	/** Numbers go on from one kind of features to the other. */
	private readonly wholes = new Map<string, number>();
	private readonly tokens = new Map<string, number>();
	private count = 0;

	private numberIn(numbers: Map<string, number>, feature: string): number {
		let number = numbers.get(feature);
		if (number === undefined) numbers.set(feature, (number = this.count++));
		return number;
	}

	example(
		text: string,
		language: string | undefined,
		yes: boolean,
		weight: number,
		{ wordingWeight = weight, onlyWording = false } = {},
	): WishExample {
		const reading = readMessage(text, language);
		const { sentences } = reading.words;
		const features = wishFeatures(reading).map(({ feature, from, at }) => ({
			number: this.numberIn(this.numbers, feature),
			from,
			at,
		}));
		const whole = Int32Array.from(linearFeatures(reading.words), (feature) =>
			this.numberIn(this.wholes, feature),
		);
		const wording = wishWording(reading, sentences.length).map((tokens) =>
			tokens.map((token) => {
				let number = this.tokens.get(token);
				if (number === undefined) this.tokens.set(token, (number = this.tokens.size));
				return number;
			}),
		);
		const stretches: Int32Array[] = [];
		for (let from = 0; from < sentences.length; from++) {
			let to = from;
			while (to < sentences.length && to - from < WINDOW && sentences[to] === sentences[from]) to++;
			const whole = to < sentences.length && sentences[to] === sentences[from];
			const starts = from === 0 || sentences[from] !== sentences[from - 1];
			// The last words of a sentence by themselves are no stretch of their own.
			if (!starts && !whole && to - from < WINDOW) continue;
			stretches.push(
				Int32Array.from(
					features.filter((f) => f.from >= from && f.at < to),
					(f) => f.number,
				),
			);
		}
		return { stretches, whole, wording, yes, weight, wordingWeight, onlyWording };
	}

	/**
	 * Logistic regression by AdaGrad on the likeliest stretch of each message and on the whole of it, in an order fixed by a small
	 * generator.
	 */
	train(all: readonly WishExample[]): WishWeights {
		const examples = all.filter(({ onlyWording }) => !onlyWording);
		const seen = new Uint32Array(this.count);
		for (const { stretches, whole } of examples) {
			for (const number of new Set(stretches.flatMap((s) => [...s]))) seen[number]!++;
			for (const number of new Set(whole)) seen[number]!++;
		}
		const data = examples
			.filter(({ stretches }) => stretches.length > 0)
			.map((e) => ({
				...e,
				stretches: e.stretches.map((s) => s.filter((n) => seen[n]! >= WISH_SEEN)),
				whole: e.whole.filter((n) => seen[n]! >= WHOLE_SEEN),
			}));
		const w = new Float64Array(this.count);
		const g = new Float64Array(this.count).fill(1e-6);
		let bias = -2;
		let gBias = 1e-6;
		const learn = (features: Int32Array, error: number, l2: number) => {
			for (const n of features) {
				const gradient = error + l2 * w[n]! * data.length;
				g[n]! += gradient * gradient;
				w[n]! -= (WISH_RATE * gradient) / Math.sqrt(g[n]!);
			}
		};
		inTurns(data, WISH_EPOCHS, ({ stretches, whole, yes, weight }) => {
			let sum = -Infinity;
			let likeliest = stretches[0]!;
			for (const stretch of stretches) {
				let own = bias;
				for (const n of stretch) own += w[n]!;
				if (own > sum) {
					sum = own;
					likeliest = stretch;
				}
			}
			for (const n of whole) sum += w[n]!;
			const error = (1 / (1 + Math.exp(-sum)) - (yes ? 1 : 0)) * weight;
			learn(likeliest, error, WISH_L2);
			learn(whole, error, WHOLE_L2);
			gBias += error * error;
			bias -= (WISH_RATE * error) / Math.sqrt(gBias);
		});
		const weightsOf = (numbers: Map<string, number>) =>
			Object.fromEntries(
				[...numbers]
					.map(([feature, number]) => [feature, Math.round(w[number]! * 100) / 100] as const)
					.filter(([, value]) => Math.abs(value) >= WISH_LEAST_WEIGHT),
			);
		return {
			bias: Math.round(bias * 100) / 100,
			weights: weightsOf(this.numbers),
			whole: weightsOf(this.wholes),
		};
	}

	/** The network that reads on where the sums do not rule a wish out; `name` is for who waits. */
	trainWording(examples: readonly WishExample[], name: string): NetworkFile {
		const seen = new Uint32Array(this.tokens.size);
		for (const { wording } of examples) for (const token of new Set(wording.flat())) seen[token]!++;
		const names = [...this.tokens.keys()].filter((_, token) => seen[token]! >= WORDING_SEEN);
		const numbers = new Map(names.map((token, number) => [this.tokens.get(token)!, number]));
		const known = examples.map(({ wording, yes, wordingWeight }) => ({
			message: wording.map((tokens) =>
				tokens.map((token) => numbers.get(token)).filter((number) => number !== undefined),
			),
			yes,
			weight: wordingWeight,
		}));
		const network = trainNetwork(known, names.length, WORDING, (epoch) =>
			console.log(`wording, ${name}: ${epoch + 1} of ${WORDING.epochs} rounds`),
		);
		return packNetwork(names, network);
	}
}

/**
 * Sets of which the messages of one family wish, refuse and report in nearly the same words: much harder than what customers
 * write. They taught the sums nothing; the first of them is what the network can learn the order of words from.
 */
export const CONTRASTS: readonly string[] = ['forty-eighth', 'forty-ninth'];

/**
 * Sets of written requests that are never trained on, so that they tell what to expect (docs/accuracy.md); the first of the
 * contrasts teaches the network alone.
 */
export const UNSEEN: ReadonlySet<string> = new Set([
	'thirteenth',
	'seventeenth',
	'nineteenth',
	'twenty-first',
	'thirty-seventh',
	'forty-fourth',
	'forty-sixth',
	'fiftieth',
	'fifty-first',
	...CONTRASTS,
]);

/** Some of the service questions do ask for a person ("can i talk to someone about …"), whatever their label says. */
function wishesForNone({ text, lang }: Row): boolean {
	return phraseIn(readMessage(text, lang)) === undefined;
}

/**
 * Wishes for a person, refusals, near misses and ordinary messages that were written for this, in ten languages, and public
 * messages that wish for none.
 */
function wishExamples(trainer: WishTrainer, service: Row[], traffic: Row[]) {
	const own = readFileSync(WRITTEN, 'utf8')
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Pick<Row, 'text' | 'label' | 'lang'> & { set: string });
	return [
		...own
			.filter(({ set }) => set === CONTRASTS[0] || !UNSEEN.has(set))
			.map(({ text, label, lang, set }) => {
				const yes = label === 'human';
				const weight = yes ? 1 : NEAR_MISS;
				return trainer.example(text, lang, yes, weight, {
					wordingWeight: set === ORDINARY ? SERVICE : weight,
					onlyWording: set === CONTRASTS[0],
				});
			}),
		...service.filter(wishesForNone).map(({ text }) => trainer.example(text, 'en', false, SERVICE)),
		...traffic
			.filter(
				(row) =>
					(row.source === 'msbot' || row.label === 'other') &&
					(row.label === 'human' || wishesForNone(row)),
			)
			.map(({ text, lang, label }) => trainer.example(text, lang, label === 'human', 1)),
	];
}

function requests(service: Row[], traffic: Row[]) {
	const trainer = new WishTrainer();
	// First, so that the files are the same whatever is held out.
	const all = wishExamples(trainer, service, traffic);
	const model = trainer.train(all);
	const wording = trainer.trainWording(all, 'all');
	const some = wishExamples(
		trainer,
		service.filter(({ text }) => fifth(text) !== 0),
		traffic,
	);
	useWishes(trainer.train(some), trainer.trainWording(some, 'without the held out questions'));
	const held = service.filter(({ text }) => fifth(text) === 0);
	const alarms = held.filter(({ text }) => requestIn(readMessage(text)));
	console.log(
		`requests, alarms in the held out service questions: ${alarms.length} of ${held.length}`,
	);
	useWishes();
	const sources = [
		'test/fixtures/eval/written_requests.jsonl (our own)',
		'Microsoft bot templates (MIT)',
		'HINT3 (ODbL 1.0)',
		'BANKING77 (CC BY 4.0)',
		'CLINC150 (CC BY 3.0)',
	];
	for (const [name, file] of [
		['requests', packWishes(model)],
		['wording', wording],
	] as const)
		writeFileSync(
			path.join(MODELS, `${name}.json`),
			`${JSON.stringify({ sources, ...file }, null, '\t')}\n`,
		);
	console.log(
		`core/escalation/models/requests.json: ${Object.keys(model.weights).length} weights; wording.json: ${wording.tokens.split(' ').length} tokens`,
	);
}

/** Messages by mood, and what the word lists make of each. */
const MOODS = path.join(ROOT, 'test', 'fixtures', 'eval', 'written_moods.jsonl');
const TONE_EPOCHS = 8;
const TONE_RATE = 0.05;
const TONE_L2 = 1e-6;
const TONE_SEEN = 3;
const LEAST_TONE = 0.1;
/** Plain questions and orders to an assistant, which are in no mood, outnumber what was written by far. */
const QUESTION = 0.1;

interface Mood {
	text: string;
	mood: string;
	/** English where it is left out. */
	lang?: string;
	set: string;
}

/** The set of written moods that is never trained on. */
export const UNSEEN_MOODS = 'unseen';

/**
 * Logistic regression by AdaGrad on top of the mood that the word lists read, so that the words learn only what the lists leave
 * out; in hundredths.
 */
function trainTone(
	language: Language,
	written: readonly Mood[],
	questions: readonly Row[],
): Record<string, number> {
	useTone({});
	const numbers = new Map<string, number>();
	const seen: number[] = [];
	const data = written
		.filter(({ lang, set }) => (lang ?? 'en') === language && set !== UNSEEN_MOODS)
		.map(({ text, mood }) => ({ text, mood, weight: 1 }))
		.concat(questions.map(({ text }) => ({ text, mood: 'neutral', weight: QUESTION })))
		.map(({ text, mood, weight }) => {
			const { words, feeling } = readMessage(text, language);
			const features = linearFeatures(words, toneToken(language)).map((feature) => {
				let number = numbers.get(feature);
				if (number === undefined) numbers.set(feature, (number = numbers.size));
				return number;
			});
			for (const number of new Set(features)) seen[number] = (seen[number] ?? 0) + 1;
			return { weight, features, known: moodOf(feeling.value), yes: mood === 'negative' };
		})
		.map((e) => ({ ...e, features: e.features.filter((n) => seen[n]! >= TONE_SEEN) }));
	useTone();
	const w = new Float64Array(numbers.size);
	const g = new Float64Array(numbers.size).fill(1e-6);
	let [share, bias, gShare, gBias] = [0.8, -1.2, 1e-6, 1e-6];
	inTurns(data, TONE_EPOCHS, ({ features, known, yes, weight }) => {
		let sum = share * known + bias;
		for (const n of features) sum += w[n]!;
		const error = (1 / (1 + Math.exp(-sum)) - (yes ? 1 : 0)) * weight;
		for (const n of features) {
			const gradient = error + TONE_L2 * w[n]! * data.length;
			g[n]! += gradient * gradient;
			w[n]! -= (TONE_RATE * gradient) / Math.sqrt(g[n]!);
		}
		gShare += (error * known) ** 2;
		share -= (TONE_RATE * error * known) / Math.sqrt(gShare);
		gBias += error * error;
		bias -= (TONE_RATE * error) / Math.sqrt(gBias);
	});
	console.log(`tone, ${language}: a logit is ${(1 / share).toFixed(2)} of the mood of the lists`);
	return Object.fromEntries(
		[...numbers]
			.map(([feature, n]) => [feature, Math.round(w[n]! * 100)] as const)
			.filter(([, weight]) => Math.abs(weight) >= 100 * LEAST_TONE)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}

function tone(service: Row[]) {
	const sources = ['test/fixtures/eval/written_moods.jsonl (our own)', 'CLINC150 (CC BY 3.0)'];
	const written = readFileSync(MOODS, 'utf8')
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Mood);
	const questions = service.filter(({ source }) => source === 'clinc150');
	const weights: ToneWeights = {};
	for (const language of LANGUAGES)
		weights[language] = trainTone(language, written, language === 'en' ? questions : []);
	writeFileSync(
		path.join(MODELS, 'tone.json'),
		`${JSON.stringify({ sources, weights }, null, '\t')}\n`,
	);
	console.log(
		`core/escalation/models/tone.json: ${Object.values(weights).map((own) => Object.keys(own).length)} weights`,
	);
}

if (require.main === module) {
	if (!existsSync(path.join(DATA, 'service_intents.jsonl'))) {
		console.log('No training data here (EVAL_DIR or ../shared/eval): the models stay as they are.');
	} else {
		const service = read('service_intents');
		const traffic = read('human_request').filter((r) => !r.source.startsWith('rasa'));
		const models = { tone, topics, handoff, requests };
		const wanted = process.argv.slice(2);
		for (const [name, train] of Object.entries(models))
			if (wanted.length === 0 || wanted.includes(name)) train(service, traffic);
	}
}
