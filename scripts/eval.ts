/**
 * Accuracy of the Escalation Scorer on labelled messages, beside two baselines: AFINN (`sentiment`) and a plain keyword list;
 * and of the Context Summarizer, field by field, on the written dialogues.
 *
 *     npm run eval            every table
 *     npm run eval -- misses  and the worst misses
 *     npm run eval -- --only=written --set=fourteenth  of the requests written for this, that set alone
 *
 * Reads the development sets from EVAL_DIR or ../shared/eval; where they are absent, the small samples in test/fixtures/eval.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Sentiment from 'sentiment';
import { score, type ScoreResult } from '../core/escalation';
import { LANGUAGES } from '../core/escalation/lexicon';
import { useModel } from '../core/escalation/model';
import { readMessage } from '../core/escalation/reading';
import { requestIn } from '../core/escalation/signals/humanRequest';
import { useTone } from '../core/escalation/tone';
import { dialogues as written, evaluateSummary, SETS, summaryReport } from './eval-summary';
import { fifth, handoffExamples, train, UNSEEN_MOODS } from './train-escalation';

const ROOT = path.join(__dirname, '..');
const FULL = process.env.EVAL_DIR ?? path.join(ROOT, '..', 'shared', 'eval');
const SAMPLES = path.join(ROOT, 'test', 'fixtures', 'eval');
const showMisses = process.argv.includes('misses');
const only = process.argv.find((a) => a.startsWith('--only='))?.slice(7);
const onlySet = process.argv.find((a) => a.startsWith('--set='))?.slice(6);

interface Row {
	text: string;
	label: string;
	intent: string;
	lang: string;
	source: string;
	domain: string;
	turns: Array<{ who: string; text: string; satisfaction?: number }>;
}

function read(name: string, ...folders: string[]): Row[] | undefined {
	for (const folder of folders.length > 0 ? folders : [FULL, SAMPLES]) {
		const file = path.join(folder, `${name}.jsonl`);
		if (existsSync(file)) {
			if (folder === SAMPLES && folders.length === 0)
				console.log(`(${name}: the small sample; the full set is not here)`);
			return readFileSync(file, 'utf8')
				.split('\n')
				.filter(Boolean)
				.map((line) => JSON.parse(line) as Row);
		}
	}
	console.log(`(${name}: skipped, no data here)`);
	return undefined;
}

/** Area under the ROC curve: how often a positive ranks above a negative. */
export function auroc(scores: readonly number[], positive: readonly boolean[]): number {
	const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
	let rankSum = 0;
	let count = 0;
	for (let i = 0; i < order.length;) {
		let j = i + 1;
		while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++;
		const rank = (i + j + 1) / 2;
		for (let k = i; k < j; k++) {
			if (positive[order[k]!]) {
				rankSum += rank;
				count++;
			}
		}
		i = j;
	}
	const others = scores.length - count;
	return count && others ? (rankSum - (count * (count + 1)) / 2) / (count * others) : NaN;
}

/** Highest recall at which at most `rate` of the others are flagged. */
function recallAt(scores: readonly number[], positive: readonly boolean[], rate: number): number {
	const others = scores.filter((_, i) => !positive[i]).sort((a, b) => b - a);
	const cut = others[Math.floor(others.length * rate)] ?? -Infinity;
	const hits = scores.filter((s, i) => positive[i] && s > cut).length;
	return hits / positive.filter(Boolean).length;
}

function f1(flags: readonly boolean[], truth: readonly boolean[]) {
	const tp = flags.filter((f, i) => f && truth[i]).length;
	const precision = tp / (flags.filter(Boolean).length || 1);
	const recall = tp / (truth.filter(Boolean).length || 1);
	return { precision, recall, f1: (2 * precision * recall) / (precision + recall || 1) };
}

const afinn = new Sentiment();
const byAfinn = (text: string) => -afinn.analyze(text).score;
const KEYWORDS =
	/\b(human|agent|representative|operator|real person|customer (service|support|care)|supervisor|manager|speak to|talk to|complain(t)?|refund|cancel|lawyer|lawsuit|urgent|emergency|humano|agente|persona|mensch|mitarbeiter|humain|conseiller|operatore|umano|atendente|pessoa|medewerker)\b/i;

const n = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : '  –  ');
function line(name: string, ours: string, target = '', baseline = '') {
	console.log(`  ${name.padEnd(46)} ${ours.padEnd(34)} ${target.padEnd(16)} ${baseline}`);
}
const wanted = (table: string) => !only || only.split(',').includes(table);
const verdict = (text: string): ScoreResult => score({ message: { id: 'm', text } });
function misses(title: string, texts: readonly string[], most = 40) {
	if (!showMisses || texts.length === 0) return;
	console.log(`    ${title}: ${texts.length}`);
	for (const text of texts.slice(0, most)) console.log(`      ${text.slice(0, 150)}`);
}

function humanRequests() {
	console.log('\nExplicit request for a person');
	const rows = read('human_request');
	const service = read('service_intents');
	if (rows) {
		for (const lang of ['en', 'es', 'fr', 'de', 'it']) {
			const own = rows.filter(
				(r) => r.lang === lang && r.label !== 'ambiguous' && !r.source.startsWith('hint3'),
			);
			const flags = own.map((r) => requestIn(readMessage(r.text)) !== undefined);
			const truth = own.map((r) => r.label === 'human');
			const { recall } = f1(flags, truth);
			const alarms = flags.filter((f, i) => f && !truth[i]).length;
			const others = truth.filter((t) => !t).length;
			line(
				`${lang}: ${truth.filter(Boolean).length} requests, ${others} others`,
				`recall ${n(recall)}  alarms ${n(alarms / others)}`,
				lang === 'en' ? '≥0.970' : '≥0.900 ≤0.050',
				`keywords ${n(
					f1(
						own.map((r) => KEYWORDS.test(r.text)),
						truth,
					).recall,
				)}`,
			);
			misses(
				'missed',
				own.filter((_, i) => truth[i] && !flags[i]).map((r) => r.text),
			);
			misses(
				'alarms',
				own.filter((_, i) => !truth[i] && flags[i]).map((r) => `${r.intent}: ${r.text}`),
			);
		}
	}
	if (service) {
		const alarms = service.filter((r) => requestIn(readMessage(r.text)));
		line(
			`${service.length} ordinary service questions`,
			`alarms ${((alarms.length / service.length) * 1000).toFixed(2)} in 1,000`,
			'≤1',
			`keywords ${((service.filter((r) => KEYWORDS.test(r.text)).length / service.length) * 1000).toFixed(1)}`,
		);
		misses(
			'alarms',
			alarms.map((r) => `${r.intent}: ${r.text}`),
			80,
		);
	}
}

/** Sentences written for this: wishes for a person, refusals of one, and talk that only sounds like it, in ten languages. */
function writtenRequests() {
	console.log('\nRequests written for this, in many wordings: through the verdict');
	const rows = (
		read('written_requests', SAMPLES) as Array<Row & { set: string }> | undefined
	)?.filter((r) => !onlySet || r.set === onlySet);
	if (!rows) return;
	for (const lang of [...new Set(rows.map((r) => r.lang))]) {
		const own = rows.filter((r) => r.lang === lang);
		const taken = (label: string) => {
			const these = own.filter((r) => r.label === label);
			const hits = these.filter((r) => verdict(r.text).firedRule === 'human_request');
			misses(
				label === 'human' ? 'missed' : 'taken for a request',
				(label === 'human' ? these.filter((r) => !hits.includes(r)) : hits).map((r) => r.text),
			);
			return `${hits.length}/${these.length}`;
		};
		line(
			lang,
			`recall ${taken('human')}  refusals ${taken('refusal')}  others ${taken('other')}`,
			lang === 'en' ? '≥0.970' : '≥0.900',
		);
	}
}

function botTraffic() {
	console.log('\nReal bot traffic: "should have been escalated" (HINT3), default preset');
	const rows = read('human_request')?.filter(
		(r) => r.source.startsWith('hint3') && r.label !== 'ambiguous',
	);
	if (!rows?.length) return;
	for (const source of ['hint3_curekart', 'hint3_powerplay11', '']) {
		const own = rows.filter(
			(r) => r.source.startsWith(source) && (source || r.source !== 'hint3_sofmattress'),
		);
		const truth = own.map((r) => r.label === 'human');
		const flags = own.map((r) => verdict(r.text).decision === 'escalate');
		const ours = f1(flags, truth);
		const words = f1(
			own.map((r) => KEYWORDS.test(r.text)),
			truth,
		);
		line(
			source || 'both bots',
			`F1 ${n(ours.f1)} P ${n(ours.precision)} R ${n(ours.recall)}`,
			'F1 ≥0.550',
			`keywords F1 ${n(words.f1)}`,
		);
		if (source) {
			misses(
				'missed',
				own.filter((_, i) => truth[i] && !flags[i]).map((r) => r.text),
			);
			misses(
				'alarms',
				own.filter((_, i) => !truth[i] && flags[i]).map((r) => `${r.intent}: ${r.text}`),
			);
		}
	}
	botTrafficUnseen();
}

/** The same with a model that has not seen the message: trained on four fifths, asked about the other, five times. */
function botTrafficUnseen() {
	const service = read('service_intents', FULL);
	const traffic = read('human_request', FULL)?.filter((r) => !r.source.startsWith('rasa'));
	if (!service || !traffic) return;
	const { own, others } = handoffExamples(service, traffic);
	const asked = new Set(
		traffic.filter((r) => r.source !== 'hint3_sofmattress').map(({ text }) => text),
	);
	const flags: boolean[] = [];
	const truth: boolean[] = [];
	for (let fold = 0; fold < 5; fold++) {
		const { bias, weights } = train([...own.filter((r) => fifth(r.text) !== fold), ...others]);
		useModel('handoff', { handoff: { bias, weights: Object.fromEntries(weights) } });
		for (const r of own.filter((x) => fifth(x.text) === fold && asked.has(x.text))) {
			flags.push(verdict(r.text).decision === 'escalate');
			truth.push(r.yes);
		}
	}
	useModel('handoff');
	const ours = f1(flags, truth);
	line(
		'both bots, five-fold',
		`F1 ${n(ours.f1)} P ${n(ours.precision)} R ${n(ours.recall)}`,
		'F1 ≥0.550',
	);
}

function sentiments() {
	console.log('\nNegative sentiment of single messages');
	const rows = read('sentiment');
	if (!rows) return;
	const groups: Array<[string, (r: Row) => boolean]> = [
		['en airline', (r) => r.source === 'airline'],
		['en general', (r) => r.lang === 'en' && r.source !== 'airline'],
		['en', (r) => r.lang === 'en'],
		...(['es', 'pt', 'de', 'fr', 'it', 'hi', 'id', 'ar'] as const).map(
			(lang): [string, (r: Row) => boolean] => [lang, (r) => r.lang === lang],
		),
	];
	for (const [name, mine] of groups) {
		const own = rows.filter(mine);
		if (own.length === 0) continue;
		const truth = own.map((r) => r.label === 'negative');
		const scores = own.map((r) => -verdict(clean(r.text)).sentiment.value);
		const held = own.map((r, i) => (fifth(r.text) === 0 ? i : -1)).filter((i) => i >= 0);
		const heldScores = held.map((i) => scores[i]!);
		const heldTruth = held.map((i) => truth[i]!);
		line(
			`${name} (${own.length})`,
			`AUROC ${n(auroc(scores, truth))} R@10% ${n(recallAt(scores, truth, 0.1))}`,
			`${name.startsWith('en') ? '≥0.880 ≥0.700' : '≥0.750'}, fifth ${n(auroc(heldScores, heldTruth))} ${n(recallAt(heldScores, heldTruth, 0.1))}`,
			`AFINN ${n(
				auroc(
					own.map((r) => byAfinn(r.text)),
					truth,
				),
			)}`,
		);
	}
}

/** Service messages written for this: Dutch has no public set at hand, and the Hindi one holds talk of politics and films. */
function writtenSentiment() {
	const rows = read('written_sentiment', SAMPLES);
	if (!rows) return;
	for (const lang of [...new Set(rows.map((r) => r.lang))]) {
		const own = rows.filter((r) => r.lang === lang);
		const truth = own.map((r) => r.label === 'negative');
		const scores = own.map((r) => -verdict(r.text).sentiment.value);
		line(
			`${lang}, written for this (${own.length})`,
			`AUROC ${n(auroc(scores, truth))} R@10% ${n(recallAt(scores, truth, 0.1))}`,
			'≥0.750',
			`AFINN ${n(
				auroc(
					own.map((r) => byAfinn(r.text)),
					truth,
				),
			)}`,
		);
	}
}

/** Posts and messages that were written blind, and of which no model of the tone has read any. */
function writtenMoods() {
	const rows = (
		read('written_moods', SAMPLES) as Array<Omit<Row, 'lang'> & Mood> | undefined
	)?.filter(({ set }) => set === UNSEEN_MOODS);
	if (!rows) return;
	const english = rows.filter(({ lang }) => lang === undefined);
	for (const [name, own] of [
		['en, written blind, to a service', english.filter(({ area }) => area === 'service')],
		['en, written blind, general', english.filter(({ area }) => area === 'general')],
		['en, written blind, all', english],
		...LANGUAGES.filter((language) => language !== 'en').map(
			(language) =>
				[`${language}, written blind`, rows.filter(({ lang }) => lang === language)] as const,
		),
	] as const) {
		const truth = own.map(({ mood }) => mood === 'negative');
		const measure = () => {
			const scores = own.map((r) => -verdict(r.text).sentiment.value);
			return `AUROC ${n(auroc(scores, truth))} R@10% ${n(recallAt(scores, truth, 0.1))}`;
		};
		useTone({});
		const lists = measure();
		useTone();
		line(
			`${name} (${own.length})`,
			measure(),
			name.startsWith('en') ? '≥0.880 ≥0.700' : '≥0.750',
			`lists alone ${lists}`,
		);
	}
}

interface Mood {
	/** English where it is left out. */
	lang?: string;
	mood: string;
	area: string;
	set: string;
}

const clean = (text: string) =>
	text.replace(/&amp;/g, '&').replace(/&gt;/g, '>').replace(/&lt;/g, '<');

function complaints() {
	console.log('\nComplaints against other messages to customer service');
	const rows = read('complaints')?.filter((r) => r.domain !== 'random_tweet');
	if (!rows?.length) return;
	for (const [name, own] of [
		['without replies to others', rows.filter((r) => r.domain !== 'random_reply')],
		['all', rows],
	] as const) {
		const truth = own.map((r) => r.label === 'complaint');
		const results = own.map((r) => verdict(clean(r.text)));
		for (const [field, of] of FIELDS) {
			line(
				`${name} (${own.length}), by ${field}`,
				`AUROC ${n(auroc(results.map(of), truth))}`,
				'≥0.850',
				`AFINN ${n(
					auroc(
						own.map((r) => byAfinn(r.text)),
						truth,
					),
				)}`,
			);
		}
	}
}

/** The two numbers of a verdict that rank messages. */
const FIELDS: ReadonlyArray<[string, (result: ScoreResult) => number]> = [
	['score', (result) => result.score],
	['sentiment', (result) => -result.sentiment.value],
];

function dialogues() {
	console.log('\nTurns that people rated unsatisfied in task dialogues');
	const rows = read('dialogues');
	if (!rows?.length) return;
	const scores: number[][] = FIELDS.map(() => []);
	const base: number[] = [];
	const low: boolean[] = [];
	const byDialogue: number[][] = FIELDS.map(() => []);
	for (const row of rows) {
		const history: unknown[] = [];
		let counters = {};
		const own: number[][] = FIELDS.map(() => []);
		const truth: boolean[] = [];
		row.turns.forEach((turn, i) => {
			const message = {
				id: `t${i}`,
				direction: turn.who === 'user' ? 'in' : 'out',
				author: turn.who === 'user' ? 'customer' : 'bot',
				type: 'text',
				text: turn.text,
				sentAt: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
			};
			if (turn.who === 'user') {
				const result = score({ message, history, counters, bot: {} } as never);
				counters = result.counters;
				if (turn.satisfaction !== undefined) {
					FIELDS.forEach(([, of], f) => own[f]!.push(of(result)));
					truth.push(turn.satisfaction < 3);
					base.push(byAfinn(turn.text));
					low.push(turn.satisfaction < 3);
				}
			}
			history.push(message);
		});
		own.forEach((values, f) => {
			scores[f]!.push(...values);
			const area = auroc(values, truth);
			if (Number.isFinite(area)) byDialogue[f]!.push(area);
		});
	}
	FIELDS.forEach(([field], f) => {
		const areas = byDialogue[f]!;
		line(
			`${low.length} turns, ${low.filter(Boolean).length} unsatisfied, by ${field}`,
			`AUROC ${n(auroc(scores[f]!, low))}  by dialogue ${n(areas.reduce((a, b) => a + b, 0) / areas.length)}`,
			'≥0.800',
			`AFINN ${n(auroc(base, low))}`,
		);
	});
}

const SENSITIVE = new Set(
	(
		'compromised_card lost_or_stolen_card lost_or_stolen_phone card_payment_not_recognised cash_withdrawal_not_recognised ' +
		'direct_debit_payment_not_recognised transaction_charged_twice terminate_account request_refund Refund_not_showing_up ' +
		'unable_to_verify_identity report_fraud report_lost_card account_blocked freeze_account extra_charge_on_statement'
	).split(' '),
);
const HARMLESS_CANCEL = new Set(['cancel', 'cancel_reservation']);

function topics() {
	console.log('\nSensitive topics, on the fifth that the models were not trained on');
	const rows = read('service_intents')?.filter((r) => fifth(r.text) === 0);
	if (!rows?.length) return;
	const truth = rows.map((r) => SENSITIVE.has(r.intent));
	const flags = rows.map((r) => verdict(r.text).decision === 'escalate');
	const ours = f1(flags, truth);
	const words = f1(
		rows.map((r) => KEYWORDS.test(r.text)),
		truth,
	);
	line(
		`${truth.filter(Boolean).length} sensitive of ${rows.length}`,
		`F1 ${n(ours.f1)} P ${n(ours.precision)} R ${n(ours.recall)}`,
		'F1 ≥0.800',
		`keywords F1 ${n(words.f1)}`,
	);
	const cancels = rows.filter(
		(r) => HARMLESS_CANCEL.has(r.intent) || /^cancel_reservation/.test(r.intent),
	);
	const escalated = cancels.filter((r) => verdict(r.text).decision === 'escalate');
	line(
		`${cancels.length} harmless "cancel" sentences`,
		`${escalated.length} escalated`,
		'≤1 in 60',
	);
	misses(
		'cancel',
		escalated.map((r) => r.text),
	);
	if (showMisses) {
		const by = new Map<string, [number, number]>();
		rows.forEach((r, i) => {
			const [hit, all] = by.get(r.intent) ?? [0, 0];
			by.set(r.intent, [hit + (flags[i] ? 1 : 0), all + 1]);
		});
		for (const [intent, [hit, all]] of [...by].sort((a, b) => b[1][0] - a[1][0]).slice(0, 45)) {
			console.log(`      ${SENSITIVE.has(intent) ? '*' : ' '} ${intent.padEnd(40)} ${hit}/${all}`);
		}
	}
}

/** Sensitive and harmless messages in the languages that no public set covers, written for this. */
function writtenTopics() {
	const rows = read('written_topics', SAMPLES);
	if (!rows) return;
	for (const lang of [...new Set(rows.map((r) => r.lang)), '']) {
		const own = rows.filter((r) => lang === '' || r.lang === lang);
		const truth = own.map((r) => r.label === 'sensitive');
		const flags = own.map((r) => verdict(r.text).decision === 'escalate');
		const ours = f1(flags, truth);
		line(
			`${lang || 'all'}, written for this: ${truth.filter(Boolean).length} sensitive of ${own.length}`,
			`F1 ${n(ours.f1)} P ${n(ours.precision)} R ${n(ours.recall)}`,
			'F1 ≥0.800',
		);
		if (lang) {
			misses(
				'wrong',
				own.filter((_, i) => flags[i] !== truth[i]).map((r) => r.text),
			);
		}
	}
}

function calibration() {
	console.log('\nCalibration: of what is scored so, how much should have been escalated');
	const rows = [
		...(read('human_request') ?? [])
			.filter((r) => r.label !== 'ambiguous')
			.map((r) => ({ text: r.text, yes: r.label === 'human' })),
		...(read('service_intents') ?? [])
			.filter((_, i) => i % 5 === 0)
			.map((r) => ({ text: r.text, yes: SENSITIVE.has(r.intent) })),
	];
	if (rows.length === 0) return;
	const bins = Array.from({ length: 10 }, () => ({ n: 0, yes: 0, sum: 0 }));
	let leads = 0;
	for (const { text, yes } of rows) {
		const { score: s, firedRule } = verdict(text);
		// Sales belong to a person here; these labels do not count them either way.
		if (firedRule?.startsWith('lead.') && !yes) {
			leads++;
			continue;
		}
		const bin = bins[Math.min(9, Math.floor(s / 10))]!;
		bin.n++;
		bin.sum += s;
		if (yes) bin.yes++;
	}
	line(`left out: ${leads} leads, of which the labels say nothing`, '');
	bins.forEach((bin, i) => {
		if (bin.n)
			line(
				`${i * 10}–${i * 10 + 9}: ${bin.n} messages, mean ${(bin.sum / bin.n).toFixed(0)}`,
				n(bin.yes / bin.n),
			);
	});
}

/** Each field of the brief against what careful readers marked in the dialogues written for this. */
function summaries() {
	for (const set of SETS) {
		const all = written(set);
		const scores = evaluateSummary(all);
		console.log(`\n${summaryReport(scores, `${set}, ${all.length} dialogues`)}`);
		for (const { field, notes } of scores) misses(field, notes);
	}
}

if (require.main === module) {
	if (wanted('human')) humanRequests();
	if (wanted('written')) writtenRequests();
	if (wanted('bot')) botTraffic();
	if (wanted('sentiment')) {
		sentiments();
		writtenSentiment();
		writtenMoods();
	}
	if (wanted('complaints')) complaints();
	if (wanted('dialogues')) dialogues();
	if (wanted('topics')) {
		topics();
		writtenTopics();
	}
	if (wanted('calibration')) calibration();
	if (wanted('summary')) summaries();
}
