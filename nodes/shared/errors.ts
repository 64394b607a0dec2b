import type { INode, JsonObject } from 'n8n-workflow';
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
	if (httpStatus !== undefined) {
		return new NodeApiError(node, { message: known.message } as JsonObject, {
			message: known.message,
			...(description ? { description } : {}),
			httpCode: String(httpStatus),
			...(itemIndex === undefined ? {} : { itemIndex }),
		});
	}
	return new NodeOperationError(node, known, {
		...(description ? { description } : {}),
		...(itemIndex === undefined ? {} : { itemIndex }),
	});
}
