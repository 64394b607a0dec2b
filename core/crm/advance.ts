import type { CrmPort } from '../ports/crm';
import { CrmError } from '../ports/crm';
import type { StepEnvironment } from './once';
import type { DealResult, RunInput } from './run';
import { CrmRun } from './run';
import type { UpsertResult } from './upsert';

export interface AdvanceInput extends RunInput {
	/** The deal, by our key or, where staff name it, by the CRM's id. */
	deal: { key: string; id?: string };
	pipelineId?: string;
	stageId: string;
}

export type AdvanceResult = Pick<UpsertResult, 'crm' | 'recordKind' | 'warnings'> & {
	deal: DealResult;
};

/**
 * Moves the deal of a conversation to a stage: forwards only, unless it may go back. One that stands further on already is left
 * there and reported. Throws {@link CrmError}, `not_found` if the conversation has no deal.
 */
export async function advanceStage(
	port: CrmPort,
	environment: StepEnvironment,
	input: AdvanceInput,
): Promise<AdvanceResult> {
	const run = new CrmRun(port, environment, input);
	const ours = await run.ownValues('deal');
	const deal = await existingDeal(run, input.deal, Object.keys(ours));
	if (!deal) {
		throw new CrmError(
			input.deal.id
				? `${run.title} has no ${run.what} ${input.deal.id}`
				: `${run.title} has no ${run.what} for this conversation`,
			'not_found',
			`Run CRM Upsert with the operation Create or Update before, which makes the ${run.what}, or fill in the ${run.what}’s ID.`,
		);
	}
	const { pipelineId, stageId } = input;
	const moved = await run.moveDeal(deal, { ...(pipelineId ? { pipelineId } : {}), stageId }, ours);
	return { crm: port.crm, recordKind: port.recordKind, deal: moved, warnings: run.warnings };
}

/** By id, else by what an earlier run recorded, else by the key at the customer's contact. */
async function existingDeal(run: CrmRun, wanted: { key: string; id?: string }, fields: string[]) {
	const known = await run.knownDeal(wanted, undefined, fields);
	if (known || wanted.id) return known;
	const contact = await run.knownContact();
	return contact && run.knownDeal(wanted, contact.contact.id, fields);
}
