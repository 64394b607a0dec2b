import type { Signal } from '../signal';
import { abuse } from './abuse';
import { attachment } from './attachment';
import { botLoop } from './botLoop';
import { botRequest } from './botRequest';
import { carriedOver } from './carriedOver';
import { emergency } from './emergency';
import { fallback } from './fallback';
import { highValue } from './highValue';
import { humanRequest } from './humanRequest';
import { negativeStreak } from './negativeStreak';
import { repetition } from './repetition';
import { secondOpinion } from './secondOpinion';
import { sentiment } from './sentiment';
import { staffRule } from './staffRule';
import { topic } from './topic';
import { trouble } from './trouble';
import { vip } from './vip';

/** Every signal, in the order of settings.ts: of two that are equally strong the first gives the reason. */
export const ALL_SIGNALS: readonly Signal[] = [
	emergency,
	humanRequest,
	botRequest,
	staffRule,
	vip,
	topic,
	highValue,
	fallback,
	abuse,
	sentiment,
	negativeStreak,
	repetition,
	botLoop,
	trouble,
	attachment,
	secondOpinion,
	carriedOver,
];
