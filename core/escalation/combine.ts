import type { SignalResult } from '../conversation/conversation';
import type { Finding, Signal } from './signal';

export interface Weighed {
	signal: Signal;
	finding: Finding;
	weight: number;
}

/**
 * Points of each signal: weight × value, in whole numbers. Where they come to more than 100 together, all are cut by the same
 * share, so that the points always add up to the score.
 */
export function addUp(weighed: readonly Weighed[], messageId: string) {
	if (weighed.length === 0) return { score: 0, signals: [] };
	const raw = weighed.map(({ weight, finding }) => weight * unit(finding.value));
	const total = raw.reduce((sum, points) => sum + points, 0);
	const score = Math.min(100, Math.round(total));
	const points = shareOut(raw, total, score);
	const signals = weighed.map(({ signal, finding, weight }, i): SignalResult => ({
		signal: signal.name,
		label: signal.label,
		weight,
		value: Math.round(unit(finding.value) * 1000) / 1000,
		points: points[i]!,
		...(finding.evidence ? { evidence: finding.evidence } : {}),
		messageId: finding.messageId ?? messageId,
		...(finding.immediate ? { immediate: true } : {}),
	}));
	return { score, signals };
}

/** `score` in whole parts in proportion to `raw`; what rounding leaves over goes to the largest remainders, first come first. */
function shareOut(raw: readonly number[], total: number, score: number): number[] {
	if (total <= 0) return raw.map(() => 0);
	const exact = raw.map((points) => (points / total) * score);
	const points = exact.map(Math.floor);
	let left = score - points.reduce((sum, p) => sum + p, 0);
	if (left === 0) return points;
	const order = exact
		.map((value, i) => ({ i, rest: value - Math.floor(value) }))
		.sort((a, b) => b.rest - a.rest || a.i - b.i);
	for (const { i } of order) {
		if (left <= 0) break;
		points[i]!++;
		left--;
	}
	return points;
}

function unit(value: number): number {
	return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}
