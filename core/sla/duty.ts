import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';

/**
 * The SLA Watchdog that keeps watch over a store. There is one at a time: two would each get part of the events, and each would
 * put its own promises in place of the other's.
 */
export interface Duty {
	workflowId: string;
	workflowName: string;
	node: string;
	/** When it last showed that it is at work. */
	seenAt: IsoTime;
}

/** How often a watchdog shows that it is at work. */
export const SHOWS_EVERY_MS = 30_000;

/** Who has not been seen for so long is gone: its n8n was killed. */
const GONE_AFTER_MS = 90_000;

/** Another watchdog is at work on the same store; `advice` says which, and what to do. */
export class AlreadyOnDuty extends Error {
	readonly advice: string;

	constructor({ workflowName, node }: Duty) {
		super(`The workflow "${workflowName}" already watches over this handoff store`);
		this.name = 'AlreadyOnDuty';
		this.advice = `There is one SLA Watchdog for each store. Add these promises to the node "${node}" in the workflow "${workflowName}", or unpublish that workflow first. To keep teams apart, give each its own namespace in the credential. If that n8n was killed, try again in two minutes.`;
	}
}

/** The duty with `mine` on it; the same watchdog takes it again after a restart. Throws {@link AlreadyOnDuty}. */
export function takeDuty(current: Duty | undefined, mine: Duty): Duty {
	if (current && !isSame(current, mine)) {
		const gone = addMilliseconds(mine.seenAt, -GONE_AFTER_MS);
		if (current.seenAt > gone) throw new AlreadyOnDuty(current);
	}
	return mine;
}

/** The duty after `mine` has left it, so that another may take it at once. */
export function leaveDuty(current: Duty | undefined, mine: Duty): Duty {
	return current && !isSame(current, mine) ? current : { ...mine, seenAt: '' };
}

function isSame(a: Duty, b: Duty): boolean {
	return a.workflowId === b.workflowId && a.node === b.node;
}
