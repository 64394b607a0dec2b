export type { ConversationRecord, HandoffRecord } from './handoffs';
export { handoffsOf } from './handoffs';
export { labelledParts } from './labelled';
export type { Verdict } from './labels';
export {
	LABEL_ACTION,
	VERDICTS,
	labelChanges,
	subjectOf,
	verdictOn,
	verdictOnHandoff,
	verdictTag,
	wasNeeded,
} from './labels';
export type { HandoffFigures, Metrics, Period, Spread } from './metrics';
export { metricsOf } from './metrics';
export { metricsCsv, metricsRows } from './csv';
export type { MissedCandidate, MissedSettings } from './missed';
export { MISSED_DEFAULTS, missedHandoffs } from './missed';
export { recordsSince } from './records';
export type { ReviewedHandoff, ReviewFinding } from './review';
export { handoffsToReview } from './review';
export type { OpenQuestion, TrainingGap } from './trainingGaps';
export { trainingGaps } from './trainingGaps';
export type { UnsureAnswer, UnsureSettings } from './unsure';
export { byDoubt, mayBeUnsure, UNSURE_DEFAULTS, unsureAnswers } from './unsure';
export { PLANNED_HANDOFF, compareShadow, summariseShadow } from './shadow';
export type { ShadowRow, ShadowSummary } from './shadow';
