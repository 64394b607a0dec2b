import type { Outcome } from '../conversation/conversation';
import type { CrmPort } from '../ports/crm';
import { textToHtml } from './html';
import type { StepEnvironment } from './once';
import type { ContactResult, DealResult, RunInput } from './run';
import { CrmRun } from './run';
import type { UpsertResult } from './upsert';

export interface OutcomeInput extends RunInput {
	deal: { key: string; id?: string };
	outcome: Outcome;
	/** Who ended it, as the note names them. */
	closedBy?: string;
	/** Where the deal goes, e.g. "won"; left out, it stays where it is. */
	stage?: { pipelineId?: string; stageId: string };
	noteKey: string;
	/** The task that the handoff made. */
	taskKey: string;
	owner?: { email?: string; id?: string };
	/** A task for the next action. */
	followUp?: { key: string; dueAt: string };
}

export type OutcomeResult = Pick<UpsertResult, 'crm' | 'recordKind' | 'warnings' | 'owner'> & {
	contact: ContactResult;
	deal?: DealResult;
	note: { id: string; created: boolean };
	/** The handoff's task, now done. */
	completedTask?: { id: string };
	task?: { id: string; created: boolean };
};

/**
 * Brings back how a person ended a conversation: a note at contact and deal, the stage, our fields, and the handoff's task done.
 * Once for each episode, however often it is run. Throws {@link CrmError}.
 */
export async function logOutcome(
	port: CrmPort,
	environment: StepEnvironment,
	input: OutcomeInput,
): Promise<OutcomeResult> {
	const run = new CrmRun(port, environment, input);
	const owner = await run.owner(input.owner);
	const contact = await run.contact(owner?.id);
	const ours = await run.ownValues('deal');
	const known = await run.knownDeal(input.deal, contact.id, Object.keys(ours));
	if (!known) {
		run.warnings.push(
			`${run.title} has no ${run.what} for this conversation, so the outcome stands at the contact only`,
		);
	}
	const deal = known && (await run.moveDeal(known, input.stage ?? {}, ours));
	const place = { contactId: contact.id, ...(deal ? { dealId: deal.id } : {}) };
	const note = await run.note(
		{ key: input.noteKey, html: outcomeHtml(input.outcome, input.closedBy) },
		place,
	);
	const completedTask = await run.completeTask(input.taskKey, place);
	const { nextAction } = input.outcome;
	const task =
		input.followUp && nextAction
			? await run.task({ ...input.followUp, title: nextAction }, place, owner?.id)
			: undefined;
	return {
		crm: port.crm,
		recordKind: port.recordKind,
		contact,
		...(deal ? { deal } : {}),
		note,
		...(completedTask ? { completedTask } : {}),
		...(task ? { task } : {}),
		...(owner ? { owner } : {}),
		warnings: run.warnings,
	};
}

/** The note; what people typed stays text. */
export function outcomeHtml(outcome: Outcome, closedBy?: string): string {
	const lines: Array<[string, string | undefined]> = [
		['Outcome', outcome.disposition],
		['Resolution', outcome.resolution],
		['Next action', outcome.nextAction],
		['Closed by', closedBy],
	];
	return lines
		.filter(([, value]) => value)
		.map(([label, value]) => `<p><b>${label}:</b> ${textToHtml(value!)}</p>`)
		.join('');
}
