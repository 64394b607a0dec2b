export { htmlToText, safeHtml, textToHtml } from './html';
export { contactKeys, dealKey, noteKey, taskKey } from './keys';
export { matchContact } from './match';
export { dealName, splitName } from './names';
export { comparablePhone, nationalDigits, phoneSpellings } from './phone';
export { resolveStage, stageMove } from './stages';
export type { StepEnvironment } from './once';
export type { UpsertInput, UpsertResult } from './upsert';
export { upsert } from './upsert';
