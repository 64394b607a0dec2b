import type { INode, INodeExecutionData, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

/** An error of ours carries advice for staff; others do not. */
interface WithAdvice extends Error {
	advice?: string;
	details?: { httpStatus?: number };
}

/**
 * The one way from an error of core or an adapter to what n8n shows: the message says what happened, the description what to
 * do next. Errors of a service with an HTTP status become NodeApiError, all others NodeOperationError.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const known = (error instanceof Error ? error : new Error(String(error))) as WithAdvice;
	const description = known.advice;
	const httpStatus = known.details?.httpStatus;
	const options = {
		...(description ? { description } : {}),
		...(itemIndex === undefined ? {} : { itemIndex }),
	};
	const failure =
		httpStatus === undefined
			? new NodeOperationError(node, known, options)
			: new NodeApiError(node, { message: known.message } as JsonObject, {
					...options,
					message: known.message,
					httpCode: String(httpStatus),
				});
	// n8n puts a sentence of its own in the place of one that has ECONNREFUSED or the like in it: which service it was is then lost.
	failure.message = known.message;
	return failure;
}

/**
 * The item of a failure where staff chose to go on: what came in, with `error` and `errorDescription` beside it. The property
 * `error` of the item itself stays unset, since n8n would then throw the rest of the item away. On n8n's error output it adds
 * the rest itself, and knows a failure by there being nothing but `error` and `details`.
 */
export function failedItem(
	node: INode,
	item: INodeExecutionData,
	failure: NodeApiError | NodeOperationError,
	index: number,
): INodeExecutionData {
	const description = failure.description ?? undefined;
	return {
		json:
			node.onError === 'continueErrorOutput'
				? { error: failure.message, details: description }
				: { ...item.json, error: failure.message, errorDescription: description },
		pairedItem: { item: index },
	};
}
