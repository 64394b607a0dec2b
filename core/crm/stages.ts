import type { CrmDeal, CrmPipeline, CrmStage } from '../ports/crm';

export interface StageTarget {
	pipeline: CrmPipeline;
	stage: CrmStage;
}

/**
 * Where a deal is to stand. Without a pipeline: the one that the stage belongs to, else the account's first. Without a stage: the
 * first open one. Undefined, with a reason, where the account has no such pipeline or stage.
 */
export function resolveStage(
	pipelines: readonly CrmPipeline[],
	wanted: { pipelineId?: string; stageId?: string },
): { target: StageTarget } | { missing: string } {
	const pipeline = wanted.pipelineId
		? pipelines.find(({ id }) => id === wanted.pipelineId)
		: (wanted.stageId && pipelines.find(({ stages }) => has(stages, wanted.stageId!))) ||
			pipelines[0];
	if (!pipeline) {
		return {
			missing: wanted.pipelineId
				? `The account has no pipeline ${wanted.pipelineId}`
				: 'The account has no pipeline',
		};
	}
	const stages = [...pipeline.stages].sort((a, b) => a.order - b.order);
	const stage = wanted.stageId
		? stages.find(({ id }) => id === wanted.stageId)
		: (stages.find(({ closed }) => !closed) ?? stages[0]);
	if (!stage) {
		return {
			missing: wanted.stageId
				? `Pipeline ${pipeline.name} has no stage ${wanted.stageId}`
				: `Pipeline ${pipeline.name} has no stages`,
		};
	}
	return { target: { pipeline, stage } };
}

export type StageMove = { move: true } | { move: false; warning?: string };

/**
 * Whether a deal is moved: forwards only, never out of a closed stage and never into another pipeline, unless staff allow it. What
 * people in the CRM did is not undone by a workflow that runs again.
 */
export function stageMove(
	deal: CrmDeal,
	target: StageTarget,
	pipelines: readonly CrmPipeline[],
	allowBackwards: boolean,
	/** As messages call the record. */
	what = 'deal',
): StageMove {
	if (deal.pipelineId === target.pipeline.id && deal.stageId === target.stage.id) {
		return { move: false };
	}
	if (allowBackwards) return { move: true };
	if (deal.pipelineId !== target.pipeline.id) {
		const name = pipelines.find(({ id }) => id === deal.pipelineId)?.name ?? deal.pipelineId;
		return { move: false, warning: `The ${what} is in pipeline ${name} and was left there` };
	}
	const current = target.pipeline.stages.find(({ id }) => id === deal.stageId);
	if (deal.closed || current?.closed) {
		return { move: false, warning: `The ${what} is closed and was not reopened` };
	}
	if (!current && deal.stageId !== '') {
		return {
			move: false,
			warning: `The ${what} is in a stage that its pipeline no longer has (${deal.stageId}) and was left there`,
		};
	}
	if (current && current.order >= target.stage.order) {
		return {
			move: false,
			warning: `The ${what} is already in stage ${current.name}, which comes after ${target.stage.name}; it was not moved back`,
		};
	}
	return { move: true };
}

function has(stages: readonly CrmStage[], stageId: string): boolean {
	return stages.some(({ id }) => id === stageId);
}
