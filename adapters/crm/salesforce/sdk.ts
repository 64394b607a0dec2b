import { PassThrough } from 'node:stream';

import type { Connection } from 'jsforce/lib/connection';

import type { HttpRequest, HttpSend } from '../../../core/ports/http';

/** One of the things that Salesforce says is wrong; it answers with a list of them. */
export interface SalesforceFault {
	errorCode: string;
	message: string;
	fields?: string[];
	/** The name is misspelt in the API itself; other versions spell it right. */
	duplicateResut?: DuplicateResult;
	duplicateResult?: DuplicateResult;
}

/** With DUPLICATES_DETECTED: what a duplicate rule of the org found. */
export interface DuplicateResult {
	/** Whether the rule only warns, so that the record may be saved nevertheless. */
	allowSave?: boolean;
	duplicateRule?: string;
	matchResults?: Array<{
		matchRecords?: Array<{ record?: { Id?: string; attributes?: { type?: string } } }>;
	}>;
}

/** Salesforce answered with an error. Thrown in the HTTP layer, since the SDK keeps neither status nor headers of it. */
export class SalesforceRefusal extends Error {
	constructor(
		readonly status: number,
		readonly headers: Record<string, string>,
		readonly faults: SalesforceFault[],
	) {
		super(`Salesforce answered with status ${status}`);
	}
}

/**
 * Salesforce's SDK with `send` as its transport, so that n8n's credential, token refresh, proxy and outbound rules apply: the SDK's
 * own transport, which repeats calls and reads proxies from the environment, is never used, and since it is given neither token nor
 * OAuth client it refreshes nothing. Only its connection is loaded, on first use: a third of the whole SDK.
 */
export async function salesforceSdk(
	send: HttpSend,
	instanceUrl: string,
	version: string,
): Promise<Connection> {
	const [{ Connection }, { Transport }, { StreamPromise }] = await Promise.all([
		import('jsforce/lib/connection'),
		import('jsforce/lib/transport'),
		import('jsforce/lib/util/promise'),
	]);
	class OwnTransport extends Transport {
		override httpRequest(request: SdkRequest) {
			// Answers are read whole; the stream that the SDK offers besides stays empty.
			return StreamPromise.create(() => ({
				stream: new PassThrough(),
				promise: exchange(send, request),
			}));
		}
	}
	const connection = new Connection({ instanceUrl, version });
	connection._transport = new OwnTransport();
	return connection;
}

type SdkRequest = Parameters<Connection['_transport']['httpRequest']>[0];
type SdkResponse = Awaited<ReturnType<Connection['_transport']['httpRequest']>>;

async function exchange(send: HttpSend, request: SdkRequest): Promise<SdkResponse> {
	const headers = Object.entries(request.headers ?? {}).filter(
		// Whoever sends it counts for itself.
		([name]) => name.toLowerCase() !== 'content-length',
	);
	const answer = await send({
		method: request.method as HttpRequest['method'],
		url: request.url,
		headers: Object.fromEntries(headers),
		...(typeof request.body === 'string' ? { body: request.body } : {}),
	});
	const body = Buffer.from(answer.body).toString('utf8');
	// 300: a key that several records carry; everything else below 400 is followed by the sender.
	if (answer.status >= 300) {
		throw new SalesforceRefusal(answer.status, answer.headers, faultsIn(body));
	}
	return { statusCode: answer.status, headers: answer.headers, body };
}

/** What an error answer says; empty where it is no answer of Salesforce's API, e.g. a proxy's page. */
export function faultsIn(body: string): SalesforceFault[] {
	try {
		const value = JSON.parse(body) as unknown;
		return Array.isArray(value)
			? value.filter(
					(one: Partial<SalesforceFault> | null): one is SalesforceFault =>
						typeof one?.errorCode === 'string',
				)
			: [];
	} catch {
		return [];
	}
}
