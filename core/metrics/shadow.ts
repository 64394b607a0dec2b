import type { AuditEntry } from '../conversation/audit';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';
import type { Period } from './metrics';

/** Audit action of a handoff that was only planned: the workflow ran in the shadow of people. */
export const PLANNED_HANDOFF = 'plan_handoff';

/** What workflow and people made of one conversation in a period. */
export interface ShadowRow {
	conversationId: string;
	/** Both, only one of them, or neither thought that a person was needed. */
	agreement: 'both' | 'only_workflow' | 'only_people' | 'neither';
	plannedAt?: IsoTime;
	plannedReason?: string;
	personAt?: IsoTime;
	/** Minutes by which the workflow would have been faster than people were; negative where it was slower. */
	earlierByMinutes?: number;
}

export interface ShadowSummary {
	conversations: number;
	both: number;
	onlyWorkflow: number;
	onlyPeople: number;
	neither: number;
	/** Of what the workflow would have handed over, the share that people took, too. */
	precision?: number;
	/** Of what people took, the share that the workflow would have handed over. */
	recall?: number;
}

/** Compares what a workflow in shadow mode planned with what people really did. */
export function compareShadow(records: readonly ConversationRecord[], period: Period): ShadowRow[] {
	return records.map(({ conversation, audit }) => {
		const inPeriod = audit.filter(({ at }) => at >= period.from && at < period.to);
		const planned = inPeriod.find(({ action }) => action === PLANNED_HANDOFF);
		const person = inPeriod.find(isTakeover);
		const agreement = planned
			? person
				? 'both'
				: 'only_workflow'
			: person
				? 'only_people'
				: 'neither';
		return {
			conversationId: conversation.id,
			agreement,
			...(planned ? { plannedAt: planned.at, plannedReason: planned.reason ?? '' } : {}),
			...(person ? { personAt: person.at } : {}),
			...(planned && person
				? { earlierByMinutes: (Date.parse(person.at) - Date.parse(planned.at)) / 60_000 }
				: {}),
		};
	});
}

/** A person took the conversation, on the phone, in the inbox or by a live workflow. */
function isTakeover({ from, to }: AuditEntry): boolean {
	return from === 'bot' && to === 'human';
}

export function summariseShadow(rows: readonly ShadowRow[]): ShadowSummary {
	const count = (agreement: ShadowRow['agreement']) =>
		rows.filter((row) => row.agreement === agreement).length;
	const both = count('both');
	const onlyWorkflow = count('only_workflow');
	const onlyPeople = count('only_people');
	return {
		conversations: rows.length,
		both,
		onlyWorkflow,
		onlyPeople,
		neither: count('neither'),
		...(both + onlyWorkflow > 0 ? { precision: both / (both + onlyWorkflow) } : {}),
		...(both + onlyPeople > 0 ? { recall: both / (both + onlyPeople) } : {}),
	};
}
