import type { Readable } from 'node:stream';
import { pipeline, Transform } from 'node:stream';

import type { BinaryHelperFunctions, IAllExecuteFunctions, IBinaryData } from 'n8n-workflow';

import type { MediaReference } from '../../core/conversation/message';
import { MessagingError } from '../../core/ports/messaging';
import { asFields, asFilledText, asNumber } from './fields';
import { DEFAULT_BASE_URL, toMessagingError } from './graph';
import type { WhatsAppContext, WhatsAppCredential } from './open';
import { graphFor, hasOwnKey, WHATSAPP_CREDENTIAL, whatsAppCredential } from './open';
import type { RetryEnvironment } from './retry';
import { DEFAULT_RETRY, withRetry } from './retry';

export interface MediaLimits {
	maxBytes: number;
	/** MIME types or their beginnings ("image/", "application/pdf"); empty for every one. */
	mimeTypes: string[];
}

type MediaContext = WhatsAppContext & {
	helpers: Pick<BinaryHelperFunctions, 'prepareBinaryData'>;
};

/** Downloads of large files take longer than calls of the API. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** Where Meta keeps files; only there, and at the credential's own address, does the token go. */
const META_HOSTS = ['.fbsbx.com', '.facebook.com', '.whatsapp.net', '.fbcdn.net'];

/**
 * Brings a file of a message to n8n's binary data, in Meta's two steps: ask for its address, then fetch it with the token. The bytes
 * are streamed, counted on the way and never held whole here. Throws MessagingError: too large, of a type not wanted, gone.
 */
export async function downloadMedia(
	context: MediaContext,
	media: MediaReference,
	limits: MediaLimits,
	environment?: RetryEnvironment,
): Promise<IBinaryData> {
	return await withRetry(
		async () => {
			const { body, mimeType } = await openOnce(context, media, limits);
			try {
				return await context.helpers.prepareBinaryData(
					body,
					media.fileName,
					mimeType?.split(';')[0]?.trim(),
				);
			} catch (error) {
				if (error instanceof MessagingError) throw error;
				// The connection broke in the middle of it: only the whole file is of use.
				throw new MessagingError(
					`The file could not be kept (${error instanceof Error ? error.message : String(error)})`,
					'retry',
					'Download it later by its media ID.',
					{},
					{ cause: error },
				);
			}
		},
		DEFAULT_RETRY,
		environment,
	);
}

/** As {@link downloadMedia}, for whoever passes the bytes on at once; the stream ends with MessagingError where it grows too large. */
export async function openMedia(
	context: WhatsAppContext,
	media: MediaReference,
	limits: MediaLimits,
	environment?: RetryEnvironment,
): Promise<{ body: Readable; mimeType?: string }> {
	return await withRetry(
		async () => await openOnce(context, media, limits),
		DEFAULT_RETRY,
		environment,
	);
}

/** Both steps; an address holds for minutes only, so that each attempt asks for it anew. */
async function openOnce(
	context: WhatsAppContext,
	media: MediaReference,
	limits: MediaLimits,
): Promise<{ body: Readable; mimeType?: string }> {
	if (!media.id) throw refused('The message names no file', 'Ask the customer to send it again.');
	checkType(media.mimeType, limits);
	const credential = await whatsAppCredential(context);
	const file = await locate(context, credential, media.id);
	const mimeType = file.mimeType ?? media.mimeType;
	checkType(mimeType, limits);
	if (file.bytes !== undefined) checkSize(file.bytes, limits);
	const body = await open(context, credential, file.url, mimeType);
	return { body: counted(body, limits), ...(mimeType ? { mimeType } : {}) };
}

async function locate(
	context: WhatsAppContext,
	credential: WhatsAppCredential,
	id: string,
): Promise<{ url: string; mimeType?: string; bytes?: number }> {
	let data: unknown;
	try {
		data = (await graphFor(context, credential).get<unknown>(`/${encodeURIComponent(id)}`)).data;
	} catch (error) {
		throw toMessagingError(error, 'give the address of the file');
	}
	const answer = asFields(data);
	const url = asFilledText(answer?.url);
	if (!url)
		throw refused('WhatsApp named no address for the file', 'Ask the customer to send it again.');
	const mimeType = asFilledText(answer?.mime_type);
	const bytes = asNumber(answer?.file_size);
	return { url, ...(mimeType ? { mimeType } : {}), ...(bytes === undefined ? {} : { bytes }) };
}

async function open(
	context: WhatsAppContext,
	credential: WhatsAppCredential,
	url: string,
	mimeType: string | undefined,
): Promise<Readable> {
	if (!isTrusted(url, credential)) {
		throw refused(
			'The file is at an address that is not WhatsApp’s, so the token was not sent there',
			'Check the base URL in the credential.',
		);
	}
	const options = {
		method: 'GET' as const,
		url: throughProvider(url, credential),
		encoding: 'stream' as const,
		returnFullResponse: true,
		timeout: DOWNLOAD_TIMEOUT_MS,
	};
	let response: { statusCode: number; headers: Record<string, unknown>; body: Readable };
	try {
		response = (await context.helpers.httpRequestWithAuthentication.call(
			context as unknown as IAllExecuteFunctions,
			WHATSAPP_CREDENTIAL,
			options,
		)) as typeof response;
	} catch (error) {
		const cause = error instanceof Error ? error : new Error(String(error));
		const status = statusIn(error);
		throw new MessagingError(
			`WhatsApp did not hand over the file (${status ? `HTTP ${status}` : cause.message})`,
			status === undefined || status === 429 || status >= 500 ? 'retry' : 'invalid',
			'WhatsApp keeps files for 30 days. Ask the customer to send it again.',
			status ? { httpStatus: status } : {},
			{ cause },
		);
	}
	const given = String(response.headers['content-type'] ?? '').toLowerCase();
	const page = given.startsWith('text/html') || given.startsWith('application/json');
	if (page && !mimeType?.toLowerCase().startsWith(given.split(';')[0] ?? '')) {
		response.body.destroy();
		throw refused(
			`WhatsApp sent ${given.split(';')[0]} instead of the file`,
			'Ask the customer to send it again.',
		);
	}
	return response.body;
}

/** The stream, cut off as soon as it is longer than allowed, whatever its length was said to be. */
function counted(body: Readable, limits: MediaLimits): Readable {
	let bytes = 0;
	const counter = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			try {
				checkSize(bytes, limits);
				done(null, chunk);
			} catch (error) {
				done(error as Error);
			}
		},
	});
	// Whoever reads the counter sees how it ended.
	pipeline(body, counter, () => undefined);
	return counter;
}

function checkSize(bytes: number, { maxBytes }: MediaLimits): void {
	if (bytes <= maxBytes) return;
	throw refused(
		`The file is larger than ${Math.round(maxBytes / 1024 / 1024)} MB`,
		'Raise the size limit in the options of WhatsApp Trigger.',
	);
}

function checkType(mimeType: string | undefined, { mimeTypes }: MediaLimits): void {
	if (mimeTypes.length === 0) return;
	if (mimeTypes.some((wanted) => mimeType?.toLowerCase().startsWith(wanted.toLowerCase()))) return;
	throw refused(
		`Files of type ${mimeType ?? 'unknown'} are not downloaded`,
		'Add the type in the options of WhatsApp Trigger.',
	);
}

/** Where a provider has a key of its own, its own address hands Meta's files over. */
function throughProvider(url: string, credential: WhatsAppCredential): string {
	if (!hasOwnKey(credential) || !credential.baseUrl) return url;
	const { pathname, search } = new URL(url);
	return new URL(`${pathname}${search}`, credential.baseUrl).href;
}

function isTrusted(url: string, { baseUrl }: WhatsAppCredential): boolean {
	let parsed: URL;
	try {
		parsed = new URL(url);
	} catch {
		return false;
	}
	if (parsed.host === new URL(baseUrl || DEFAULT_BASE_URL).host) return true;
	return parsed.protocol === 'https:' && META_HOSTS.some((host) => parsed.hostname.endsWith(host));
}

/** The HTTP status inside an error of n8n's request helper, however deep it is wrapped. */
function statusIn(error: unknown, depth = 0): number | undefined {
	if (typeof error !== 'object' || error === null || depth > 4) return undefined;
	const { response, cause, httpCode } = error as {
		response?: { status?: unknown };
		cause?: unknown;
		httpCode?: unknown;
	};
	return asNumber(response?.status) ?? asNumber(httpCode) ?? statusIn(cause, depth + 1);
}

function refused(message: string, advice: string): MessagingError {
	return new MessagingError(message, 'invalid', advice);
}
