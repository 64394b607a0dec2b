/**
 * Speed of the Escalation Scorer in one thread: every signal, ten languages loaded, beside plain AFINN (`sentiment`) on the same
 * messages in the same run. Prints messages a second and the ratio, and how the cost grows with history and text.
 *
 *     node scripts/node24.js -r ts-node/register bench/escalation.ts
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Sentiment from 'sentiment';
import type { ConversationMessage } from '../core/conversation/message';
import { score } from '../core/escalation';

const MESSAGES = [
	'where is my order',
	'Can I change the delivery address?',
	'I want to talk to a person',
	'ok thanks',
	'The app does not work since yesterday',
	'How much is the large one?',
	'quiero cambiar mi pedido por favor',
	'¿cuánto cuesta el envío?',
	'qual o horário de entrega?',
	'wann kommt mein Paket?',
	'je voudrais suivre ma commande',
	'dov’è il mio ordine?',
	'wanneer wordt het bezorgd?',
	'mera order kab aayega',
	'मेरा ऑर्डर कब आएगा',
	'kapan pesanan saya sampai',
	'متى يصل طلبي',
	'do you deliver to the city centre on Sundays?',
	'my name is Alex and the order number is 48213',
	'this is the third time I ask, nobody answers!!',
];
const SECONDS = 1.5;

function rate(once: (text: string, i: number) => unknown): number {
	for (let i = 0; i < 4000; i++) once(MESSAGES[i % MESSAGES.length]!, i);
	const end = performance.now() + SECONDS * 1000;
	const start = performance.now();
	let count = 0;
	while (performance.now() < end) {
		for (let k = 0; k < 200; k++, count++) once(`${MESSAGES[count % MESSAGES.length]!}`, count);
	}
	return count / ((performance.now() - start) / 1000);
}

const historyOf = (length: number): ConversationMessage[] =>
	Array.from({ length }, (_, i) => ({
		id: `h${i}`,
		direction: i % 2 ? 'out' : 'in',
		author: i % 2 ? 'bot' : 'customer',
		type: 'text',
		text: `${MESSAGES[i % MESSAGES.length]!} ${i}`,
		sentAt: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
		receivedAt: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
	}));

const loadStart = performance.now();
score({ message: { id: 'first', text: 'hello' } });
const load = performance.now() - loadStart;
const afinn = new Sentiment();
const base = rate((text) => afinn.analyze(text));
const ours = rate((text, i) => score({ message: { id: `m${i}`, text } }));
const per = (value: number) => `${Math.round(value).toLocaleString('en')} messages/s`;
console.log(`lexicons and models, once on first use:  ${load.toFixed(0)} ms`);
console.log(`sentiment (AFINN) alone, the baseline:   ${per(base)}`);
console.log(
	`escalation scorer, message alone:        ${per(ours)}, ${(base / ours).toFixed(1)} times the time of the baseline`,
);
for (const length of [6, 20, 200, 2000]) {
	const history = historyOf(length);
	const with_ = rate((text, i) => score({ message: { id: `m${i}`, text }, history }));
	console.log(`  with ${String(length).padStart(4)} messages of history:        ${per(with_)}`);
}
const FIXTURE = path.join(__dirname, '..', 'test', 'fixtures', 'eval', 'written_requests.jsonl');
const written = readFileSync(FIXTURE, 'utf8')
	.split('\n')
	.filter(Boolean)
	.map((line) => (JSON.parse(line) as { text: string }).text);
const pass = () => {
	const start = performance.now();
	written.forEach((text, i) => score({ message: { id: `w${i}`, text } }));
	return per(written.length / ((performance.now() - start) / 1000));
};
console.log(`  ${written.length} different sentences, the first time:  ${pass()}`);
console.log(`  … their words known:                   ${pass()}`);
const long = 'I have been waiting for my order and nobody answers me. '.repeat(1200);
const longStart = performance.now();
for (let i = 0; i < 20; i++) score({ message: { id: `l${i}`, text: long } });
console.log(
	`  one text of ${(long.length / 1024).toFixed(0)} KB:                     ${((performance.now() - longStart) / 20).toFixed(1)} ms`,
);
