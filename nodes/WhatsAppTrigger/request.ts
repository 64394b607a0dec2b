import type { IWebhookFunctions } from 'n8n-workflow';

import { verifyHandshake, verifySignature } from '../../adapters/whatsapp/signature';
import { isWhatsAppDelivery } from '../../adapters/whatsapp/webhook';

/** What n8n adds to an Express request. */
interface IncomingRequest {
	/** Parsed by n8n where it knows the content type. */
	body?: unknown;
	rawBody?: Buffer;
	query: Record<string, unknown>;
	headers: Record<string, string | string[] | undefined>;
	readRawBody?: () => Promise<void>;
}

/** Of an Express response, what is used here. */
interface OutgoingResponse {
	status(code: number): OutgoingResponse;
	type(contentType: string): OutgoingResponse;
	send(body: string): unknown;
}

const SIGNATURE_HEADER = 'x-hub-signature-256';

/** Answers the delivery itself, in plain text: n8n's own answer would start with an execution. */
export function answer(context: IWebhookFunctions, status: number, text: string): void {
	const response = context.getResponseObject() as OutgoingResponse;
	response.status(status).type('text/plain').send(text);
}

/** Meta's verification of the address. Only the right verify token gets the challenge back. */
export function answerHandshake(context: IWebhookFunctions, verifyToken: string): void {
	const request = context.getRequestObject() as unknown as IncomingRequest;
	const verdict = verifyHandshake(request.query, verifyToken);
	if (verdict.ok) {
		answer(context, 200, verdict.challenge);
		return;
	}
	answer(context, 403, 'Refused');
	logRefusal(context, verdict.reason);
}

export type Reading = { ok: true; body: unknown } | { ok: false };

/**
 * Checks who sent a delivery, then what it is. Whatever is no signed delivery of WhatsApp is answered here and goes no further; an
 * execution for each forged call would be a way to fill the disk.
 */
export async function readRequest(
	context: IWebhookFunctions,
	security: { verify: boolean; appSecret: string },
): Promise<Reading> {
	const request = context.getRequestObject() as unknown as IncomingRequest;
	if (!request.rawBody) await request.readRawBody?.();

	if (security.verify) {
		const header = request.headers[SIGNATURE_HEADER];
		const verdict = security.appSecret
			? verifySignature(
					request.rawBody,
					Array.isArray(header) ? header[0] : header,
					security.appSecret,
				)
			: ({ ok: false, reason: 'no_app_secret' } as const);
		if (!verdict.ok) {
			answer(context, 401, 'Refused');
			logRefusal(context, verdict.reason, request.rawBody?.length);
			return { ok: false };
		}
	}

	const body = parsed(request);
	if (body === undefined) {
		answer(context, 400, 'Not JSON');
		logRefusal(context, 'not_json', request.rawBody?.length);
		return { ok: false };
	}
	if (!isWhatsAppDelivery(body)) {
		// An app can subscribe to other products of Meta on one address: acknowledged, or Meta sends it for days.
		answer(context, 200, 'Ignored');
		return { ok: false };
	}
	return { ok: true, body };
}

function parsed({ body, rawBody }: IncomingRequest): unknown {
	// n8n parses JSON, but gives an empty object for content types that it does not know.
	if (typeof body === 'object' && body !== null && Object.keys(body).length > 0) return body;
	try {
		return JSON.parse(rawBody?.toString('utf8') ?? '') as unknown;
	} catch {
		return undefined;
	}
}

/** Why a call is refused, in words that help; the body may hold personal data and stays out of the log. */
const REASONS: Record<string, string> = {
	missing: 'it carries no signature',
	malformed: 'its signature is not of the form that Meta uses',
	mismatch: 'its signature does not fit the app secret in the credential',
	no_body: 'its body could not be read as it was sent',
	no_app_secret: 'the credential has no app secret to check the signature with',
	not_json: 'its body is not JSON',
	not_a_handshake: 'it is not a verification by Meta',
	token_mismatch: 'its verify token is not the one in the credential',
};

function logRefusal(context: IWebhookFunctions, reason: string, bytes?: number): void {
	context.logger.warn(`WhatsApp Trigger refused a call: ${REASONS[reason] ?? reason}`, {
		reason,
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
		...(bytes === undefined ? {} : { bytes }),
	});
}
