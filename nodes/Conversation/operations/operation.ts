import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { Actor } from '../../../core/conversation/audit';
import type { HandoffStore } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';
import { agentIdOf } from '../../../core/routing';
import type { SlaPolicy } from '../../../core/sla/policy';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { isoTime } from '../../../core/time';
import { systemClock } from '../../../adapters/clock/system';

/** One operation of the node: how it is offered, its own fields, and what it does with one item. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** Names of the outputs; one without a name if absent. */
	outputs?: readonly string[];
	/** The output of items that failed, where the workflow goes on all the same; the first if absent. */
	failedOutput?: number;
	/** Whether staff may give it a key under which it is done once. */
	once?: boolean;
	/** Whether it works on a conversation that it is told the ID of; true if absent. */
	onConversation?: boolean;
	/** Returns the item and the output it goes to (the first unless stated), or none or several of them. */
	execute(run: OperationRun): Promise<OperationResult | OperationResult[]>;
}

export interface OperationResult {
	json: IDataObject;
	binary?: IBinaryKeyData;
	/** Index of the output; 0 if absent. */
	output?: number;
}

/** What every operation works with. */
export interface OperationRun {
	context: IExecuteFunctions;
	index: number;
	item: IDataObject;
	store: HandoffStore;
	conversationId: string;
}

/** Agent fields that several operations share. */
export function agentFields(operation: string, required: boolean): INodeProperties[] {
	const displayOptions = { show: { operation: [operation] } };
	return [
		{
			displayName: 'Agent Email or ID',
			name: 'agentId',
			type: 'string',
			displayOptions,
			default: '={{ $json.agent?.id }}',
			required,
			placeholder: 'e.g. ana@shop.example',
			description: 'The agent as the Handoff Router knows them: the email, or the ID of the list',
		},
		{
			displayName: 'Agent Name',
			name: 'agentName',
			type: 'string',
			displayOptions,
			default: '={{ $json.agent?.name }}',
			placeholder: 'e.g. Ana',
			description: 'What customers and colleagues read; the email or ID if it is empty',
		},
	];
}

/** The agent that an operation names; the id is empty where it names none. */
export function agentOf({ context, index }: OperationRun): { id: string; name: string } {
	const id = agentIdOf(String(context.getNodeParameter('agentId', index) ?? ''));
	const name = String(context.getNodeParameter('agentName', index) ?? '').trim();
	return { id, name: name || id };
}

/** The agent whom an operation gives a conversation to. Throws {@link StoreError} where it names none: nobody would have it. */
export function namedAgent(run: OperationRun): { id: string; name: string } {
	const agent = agentOf(run);
	if (agent.id) return agent;
	throw new StoreError(
		'Agent Email or ID is empty',
		'Name the agent as the Handoff Router knows them, or check that the expression finds one in this item.',
	);
}

/** By whom and when, for the audit log, and under which promises. */
export async function byWorkflow({ context, store }: OperationRun): Promise<{
	actor: Actor;
	now: string;
	policies: readonly SlaPolicy[];
}> {
	return {
		actor: { kind: 'workflow', name: context.getWorkflow().name ?? context.getNode().name },
		now: isoTime(systemClock.now()),
		policies: (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES,
	};
}
