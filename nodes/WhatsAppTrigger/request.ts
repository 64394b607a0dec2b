import type { IWebhookFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { Timers } from '../../adapters/clock/timers';
import { systemTimers } from '../../adapters/clock/timers';
import { noteRefusal, noteVerification } from '../../adapters/whatsapp/intakeLog';
import {
	TOKEN_HEADER,
	showsToken,
	verifyHandshake,
	verifySignature,
} from '../../adapters/whatsapp/signature';
import { isWhatsAppDelivery } from '../../adapters/whatsapp/webhook';
import type { RefusalReason } from '../../core/conversation/intakeLog';
import { REFUSALS } from '../../core/conversation/intakeLog';
import { isoTime } from '../../core/time';
import { storeFor } from '../shared/store';

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
	headersSent: boolean;
	status(code: number): OutgoingResponse;
	type(contentType: string): OutgoingResponse;
	setHeader(name: string, value: string): unknown;
	send(body: string): unknown;
	json(body: unknown): unknown;
}

const SIGNATURE_HEADER = 'x-hub-signature-256';

/** Answers the delivery itself, in plain text, unless it has been answered. */
export function answer(context: IWebhookFunctions, status: number, text: string): void {
	const response = context.getResponseObject() as unknown as OutgoingResponse;
	if (response.headersSent) return;
	response.status(status).type('text/plain').send(text);
	// n8n may come to answer, too: it does not look whether somebody has.
	const ignore = () => response;
	Object.assign(response, { status: ignore, setHeader: ignore, send: ignore, json: ignore });
}

/**
 * Leaves the answer to n8n, which gives it when the run is stored, so that a burst of deliveries comes no faster than n8n can begin
 * runs: those that it begins in vain are lost to it. Where that takes longer than `milliseconds`, the delivery is answered here.
 */
export function answerWithin(
	context: IWebhookFunctions,
	milliseconds: number,
	timers: Timers = systemTimers,
): void {
	timers.after(milliseconds, () => answer(context, 200, 'Received'));
}

/** Meta's verification of the address. Only the right verify token gets the challenge back. */
export function answerHandshake(context: IWebhookFunctions, verifyToken: string): void {
	const request = context.getRequestObject() as unknown as IncomingRequest;
	const verdict = verifyHandshake(request.query, verifyToken);
	if (verdict.ok) {
		answer(context, 200, verdict.challenge);
		storeFor(context).then(
			(store) => noteVerification(store, isoTime(systemClock.now())),
			() => undefined,
		);
		return;
	}
	answer(context, 403, 'Refused');
	logRefusal(context, verdict.reason);
}

export type Reading = { ok: true; body: unknown } | { ok: false };

/** How it is known that a delivery comes from WhatsApp. */
export interface Security {
	verify: boolean;
	appSecret: string;
	/** The verify token, where a provider that does not sign shows it in a header. */
	providerToken?: string;
}

/**
 * Checks who sent a delivery, then what it is. Whatever is no signed delivery of WhatsApp is answered here and goes no further; an
 * execution for each forged call would be a way to fill the disk.
 */
export async function readRequest(
	context: IWebhookFunctions,
	security: Security,
): Promise<Reading> {
	const request = context.getRequestObject() as unknown as IncomingRequest;
	if (!request.rawBody) await request.readRawBody?.();

	const refusal = security.verify ? refusalOf(request, security) : undefined;
	if (refusal) {
		answer(context, 401, 'Refused');
		logRefusal(context, refusal, request.rawBody?.length);
		return { ok: false };
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

/** Why a call is not let in; undefined if it is. */
function refusalOf(
	{ headers, rawBody }: IncomingRequest,
	{ appSecret, providerToken }: Security,
): RefusalReason | undefined {
	const header = (name: string) => {
		const value = headers[name];
		return Array.isArray(value) ? value[0] : value;
	};
	if (providerToken !== undefined) {
		const shown = header(TOKEN_HEADER);
		if (showsToken(shown, providerToken)) return undefined;
		if (!appSecret) return shown === undefined ? 'missing' : 'token_mismatch';
	}
	if (!appSecret) return 'no_app_secret';
	const verdict = verifySignature(rawBody, header(SIGNATURE_HEADER), appSecret);
	return verdict.ok ? undefined : verdict.reason;
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

/** Says why a call is refused, and notes it for the diagnosis; the body may hold personal data and stays out of the log. */
function logRefusal(context: IWebhookFunctions, reason: RefusalReason, bytes?: number): void {
	context.logger.warn(`WhatsApp Trigger refused a call: ${REFUSALS[reason]}`, {
		reason,
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
		...(bytes === undefined ? {} : { bytes }),
	});
	storeFor(context).then(
		(store) => noteRefusal(store, reason, isoTime(systemClock.now())),
		// The call is refused in any case.
		() => undefined,
	);
}
