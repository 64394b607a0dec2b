/**
 * Trains the two small linear classifiers of the Escalation Scorer and writes core/escalation/models/*.json.
 *
 *     node scripts/node24.js -r ts-node/register scripts/train-escalation.ts
 *
 * Only from data whose licence lets derived weights be shipped: BANKING77 (CC BY 4.0), CLINC150 (CC BY 3.0), HINT3 (ODbL) and
 * Microsoft's bot templates (MIT), read from EVAL_DIR or ../shared/eval; without them it says so and changes nothing.
 * Deterministic: the same data give the same files. A fifth of the topic data (by a hash of the text) is never trained on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { featuresOf } from '../core/escalation/model';
import { readMessage } from '../core/escalation/reading';

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

export interface Linear {
	bias: number;
	weights: Map<string, number>;
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
	let state = 12345;
	const order = data.map((_, i) => i);
	for (let epoch = 0; epoch < EPOCHS; epoch++) {
		for (let i = order.length - 1; i > 0; i--) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			const j = state % (i + 1);
			[order[i], order[j]] = [order[j]!, order[i]!];
		}
		for (const i of order) {
			const { ids: own, yes, weight } = data[i]!;
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
		}
	}
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

if (require.main === module) {
	if (!existsSync(path.join(DATA, 'service_intents.jsonl'))) {
		console.log('No training data here (EVAL_DIR or ../shared/eval): the models stay as they are.');
	} else {
		const service = read('service_intents');
		const traffic = read('human_request').filter((r) => !r.source.startsWith('rasa'));
		topics(service, traffic);
		handoff(service, traffic);
	}
}
