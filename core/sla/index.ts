/**
 * Promises and their clocks. Everything here is a pure function from (policies, conversation, clocks, time) to the clocks to
 * write; callers write them in the transaction of the decision that they belong to, as `clocks` of `Changes`.
 */
export { checkPolicies, checkPolicy } from './check';
export { policiesFor } from './choose';
export type { SlaClock, SlaEvent, SlaKind, SlaMark } from './clock';
export { DEFAULT_LADDER, DEFAULT_MARKS, DEFAULT_POLICIES } from './defaults';
export type { Duty } from './duty';
export { AlreadyOnDuty, leaveDuty, SHOWS_EVERY_MS, takeDuty } from './duty';
export { dueMarks, eventOf, nextStep, takeEvents } from './events';
export {
	clocksOnCustomerMessage,
	clocksOnHandoff,
	clocksOnOwnerChange,
	clocksOnPromise,
} from './occasions';
export type { SlaPolicy, SlaRepeat } from './policy';
export type { SettlingEvent } from './settle';
export { settle, stopClocks } from './settle';
export { startClock } from './start';
export { countedMinutes } from './times';
export type { ClockView } from './view';
export { clockView } from './view';
