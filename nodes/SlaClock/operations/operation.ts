import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Conversation } from '../../../core/conversation/conversation';
import type { HandoffStore } from '../../../core/ports/store';
import type { SlaClock } from '../../../core/sla/clock';
import { clockView } from '../../../core/sla';
import { isoTime } from '../../../core/time';
import { systemClock } from '../../../adapters/clock/system';
import { handoffItem, toJson } from '../../shared/item';
import { PROMISES } from '../../shared/promises';

/** One operation of the node: how it is offered, its own fields, and what it does with one item. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	execute(run: OperationRun): Promise<IDataObject>;
}

export interface OperationRun {
	context: IExecuteFunctions;
	index: number;
	item: IDataObject;
	store: HandoffStore;
	conversationId: string;
	now: string;
}

/** Time as the operations take it; only here, so that one item is done at one time. */
export const now = (): string => isoTime(systemClock.now());

/** Which promises an operation is about; none chosen means all. */
export function kindsField(operation: string, description: string): INodeProperties {
	return {
		displayName: 'Promises',
		name: 'kinds',
		type: 'multiOptions',
		displayOptions: { show: { operation: [operation] } },
		options: PROMISES,
		default: [],
		description,
	};
}

/** The clocks of the kinds that staff chose. */
export function chosen(run: OperationRun, clocks: readonly SlaClock[]): SlaClock[] {
	const kinds = run.context.getNodeParameter('kinds', run.index, []) as string[];
	return clocks.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
}

/**
 * Writes what `change` makes of the live clocks, in one transaction with their reading, and gives out the item with how all of
 * them stand now, the number of those that changed beside it.
 */
export async function changeClocks(
	run: OperationRun,
	change: (live: SlaClock[]) => SlaClock[],
): Promise<IDataObject> {
	const changed = await run.store.decide(run.conversationId, ({ clocks: live }) => {
		const clocks = change(live);
		return { result: clocks.length, clocks };
	});
	return standing(run, changed);
}

/** The conversation that the item is about. Throws where there is none of that ID. */
export async function conversationOf(run: OperationRun): Promise<Conversation> {
	const conversation = await run.store.conversation(run.conversationId);
	if (conversation) return conversation;
	throw new NodeOperationError(run.context.getNode(), 'This conversation is not known', {
		description: 'Check the conversation ID; after WhatsApp Trigger it is already filled in.',
		itemIndex: run.index,
	});
}

/** The item with the conversation's clocks as they stand. */
export async function standing(run: OperationRun, changed = 0): Promise<IDataObject> {
	const [conversation, clocks] = await Promise.all([
		conversationOf(run),
		run.store.clocks(run.conversationId),
	]);
	const views = clocks
		.map((clock) => clockView(clock, run.now))
		.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
	return {
		...run.item,
		...handoffItem(conversation),
		sla: toJson({
			changed,
			overdue: views.some(({ status }) => status === 'overdue'),
			clocks: views,
		}),
	};
}
