import { setTimeout as pause } from 'node:timers/promises';

import type { Graph } from '../sandbox/graph';
import type { Execution } from './executions';
import type { Stack } from './stack';

/** A customer whom the bot can help at first, and then cannot. */
const SCRIPT = [
	'Hello!',
	'When are you open on Saturday?',
	'My parcel 4711 never came and the tracking page says nothing at all',
	'This is the third time I ask, nobody helps me. I want to talk to a real person!',
];

/** Longer than any step takes on a slow machine. */
const PHONE_LIMIT_MS = 30_000;

type Item = Record<string, unknown>;

/**
 * Plays the conversation through the production webhook, one message after another, and tells what came of each. Every start
 * uses a number of its own, so that it begins with a customer who is not known yet.
 */
export async function play(
	stack: Stack,
	graph: Graph,
	execution: (wanted: (one: Execution) => boolean) => Promise<Execution>,
): Promise<void> {
	const from = `1650555${String(Date.now() % 10_000).padStart(4, '0')}`;
	console.log(`A customer writes from +${from}.\n`);
	for (const text of SCRIPT) {
		// WhatsApp tells times in whole seconds, and nobody reads an answer and writes the next message within one.
		await pause(1000 - (Date.now() % 1000));
		console.log(`Customer   ${text}`);
		const { messageId, status } = await graph.customerSays({ from, name: 'Robin Sample', text });
		if (status !== 200) throw new Error(`The webhook answered ${status}`);
		const run = await execution(({ outputs }) =>
			(outputs['WhatsApp Trigger'] ?? []).flat().some(({ json }) => idOf(json) === messageId),
		);
		if (run.error) throw new Error(`The workflow stopped: ${run.error}`);
		tellScore(run);
		if (itemOf(run, 'Hand to a person')) {
			tellHandoff(run, stack);
			return;
		}
		const reply = await graph.waitForMessage(
			({ direction, waId, at }) =>
				direction === 'out' && waId === from && at >= sentAt(graph, messageId),
			PHONE_LIMIT_MS,
		);
		console.log(`Bot        ${reply.text}\n`);
	}
	throw new Error('The scripted conversation ended without a handoff');
}

function tellScore(run: Execution): void {
	const escalation = itemOf(run, 'Is a person needed?')?.escalation as
		| {
				score: number;
				threshold: number;
				decision: string;
				signals: Array<{ label: string; points: number; evidence?: string }>;
		  }
		| undefined;
	if (!escalation) return;
	console.log(
		`Score      ${Math.round(escalation.score)} of 100 (a person from ${escalation.threshold}): ${escalation.decision}`,
	);
	for (const { label, points, evidence } of escalation.signals.filter((one) => one.points > 0)) {
		console.log(`             +${Math.round(points)} ${label}${evidence ? `: “${evidence}”` : ''}`);
	}
}

function tellHandoff(run: Execution, stack: Stack): void {
	const handoff = itemOf(run, 'Hand to a person')!.handoff as {
		explanation: string;
		owner: { name: string };
		reason: string;
		dueAt?: string;
		dueExplanation?: string;
		acknowledgement?: { sent: boolean; text: string; message?: string };
	};
	const brief = itemOf(run, 'Summarize for the agent')?.brief as
		{ headline: string; suggestedReply: string } | undefined;
	const crm = itemOf(run, 'Contact and deal')?.crm as
		| {
				contact: { id: string; created: boolean };
				deal?: { id: string; created: boolean; stageName?: string; stage?: string };
				note?: { id: string };
		  }
		| undefined;
	console.log(`Reason     ${handoff.reason}`);
	console.log(`Owner      ${handoff.explanation}`);
	console.log(
		handoff.acknowledgement?.sent
			? `To phone   ${handoff.acknowledgement.text}`
			: `To phone   not sent: ${handoff.acknowledgement?.message}`,
	);
	console.log(`SLA        first answer due ${handoff.dueAt}. ${handoff.dueExplanation ?? ''}`);
	if (brief) {
		console.log(`Brief      ${brief.headline}`);
		console.log(`Suggested  ${brief.suggestedReply}`);
	}
	if (crm) {
		const made = (one: { id: string; created: boolean }) =>
			`${one.id} ${one.created ? 'created' : 'found'}`;
		console.log(
			`CRM        contact ${made(crm.contact)}${crm.deal ? `, deal ${made(crm.deal)} in ${crm.deal.stageName ?? crm.deal.stage}` : ''}${crm.note ? `, note ${crm.note.id}` : ''}`,
		);
	}
	const violations = [...(stack.graph?.violations ?? []), ...(stack.hubspot?.violations ?? [])];
	for (const violation of violations) console.log(`Against the API description: ${violation}`);
}

function itemOf(run: Execution, node: string): Item | undefined {
	return (run.outputs[node] ?? []).flat()[0]?.json;
}

function idOf(json: Item): string | undefined {
	return (json.message as { id?: string } | undefined)?.id;
}

function sentAt(graph: Graph, messageId: string): string {
	return graph.messages().find(({ id }) => id === messageId)?.at ?? '';
}
