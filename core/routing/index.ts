export * from './acknowledgement';
export * from './agent';
export * from './choose';
export * from './handoff';
export * from './roster';
export { STRATEGIES } from './strategies';
export type { StrategyName } from './strategies';
export * from './acknowledge';
