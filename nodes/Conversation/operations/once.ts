import type { INodeProperties } from 'n8n-workflow';

import { systemClock } from '../../../adapters/clock/system';
import { doOnce } from '../../../core/conversation/doOnce';
import { handoffItem } from '../../shared/item';
import type { Operation, OperationResult, OperationRun } from './operation';

/** Where an operation that is carried out once has its options; one with more of them brings the collection itself. */
export const ONCE_OPTIONS = 'changeOptions';

export const idempotencyKeyOption: INodeProperties = {
	displayName: 'Idempotency Key',
	name: 'idempotencyKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. order-10023-reminder',
	description:
		'The same key is carried out once, however often a workflow is retried; later calls give the conversation as it is',
};

export function onceField(operations: readonly Operation[]): INodeProperties {
	return {
		displayName: 'Options',
		name: ONCE_OPTIONS,
		type: 'collection',
		displayOptions: { show: { operation: operations.map(({ option }) => option.value as string) } },
		default: {},
		placeholder: 'Add Option',
		options: [idempotencyKeyOption],
	};
}

/** Carries an operation out, once for each key that staff give. */
export async function once(
	operation: Operation,
	run: OperationRun,
): Promise<OperationResult | OperationResult[]> {
	const { context, index, store, conversationId } = run;
	const { idempotencyKey } = context.getNodeParameter(ONCE_OPTIONS, index, {}) as {
		idempotencyKey?: string;
	};
	const given = String(idempotencyKey ?? '').trim();
	if (!given) return operation.execute(run);
	const key = `conversation:${conversationId}:${String(operation.option.value)}:${given}`;
	const done = await doOnce(store, systemClock, key, () => operation.execute(run));
	if (done) return done;
	const conversation = await store.conversation(conversationId);
	return {
		json: { ...run.item, ...(conversation ? handoffItem(conversation) : {}), repeated: true },
	};
}
