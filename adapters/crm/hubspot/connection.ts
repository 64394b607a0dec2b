import { CrmError } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import { refused, unanswered } from '../errors';
import type { Environment, Rate } from '../patience';
import { limiterOf, patient, retryAfterMs } from '../patience';
import { filled } from './records';
import type { HubspotSdk } from './sdk';
import { HubspotRefusal, hubspotSdk } from './sdk';

/** The smallest burst limit of any HubSpot plan is 100 calls in 10 seconds; searches have one of their own, 4 a second. */
const RATE = { calls: 95, perMs: 10_000 };
const SEARCH_RATE = { calls: 4, perMs: 1_000 };

const SEARCH = /\/search$/;
/** Searches, reads and updates in batches: once more does no harm. Fields of the account: their names are unique. */
const REPEATABLE = /\/(search|batch\/(read|update))$|\/properties\/\w+$/;

export interface ConnectionOptions {
	send: HttpSend;
	account: string;
	baseUrl: string;
	environment?: Environment;
	rates?: { all: Rate; search: Rate };
}

/** HubSpot's SDK at one account, within its limits, with its refusals in the terms of the port. */
export class HubspotConnection {
	private loading?: Promise<HubspotSdk>;
	private readonly send: HttpSend;
	private readonly baseUrl: string;

	constructor(options: ConnectionOptions) {
		this.baseUrl = options.baseUrl;
		const name = `hubspot ${options.baseUrl} ${options.account}`;
		const all = limiterOf(name, options.rates?.all ?? RATE, options.environment);
		const search = limiterOf(
			`${name} search`,
			options.rates?.search ?? SEARCH_RATE,
			options.environment,
		);
		this.send = patient(options.send, {
			repeatable: ({ url }) => REPEATABLE.test(pathOf(url)),
			limiters: ({ url }) => (SEARCH.test(pathOf(url)) ? [search, all] : [all]),
			// The day's calls are used up: there is nothing to wait for within one execution.
			hopeless: ({ body }) => policyOf(body) === 'DAILY',
			...(options.environment ? { environment: options.environment } : {}),
		});
	}

	/** `whatFor` completes "HubSpot did not …". */
	async call<T>(whatFor: string, work: (sdk: HubspotSdk) => Promise<T>): Promise<T> {
		const sdk = await (this.loading ??= hubspotSdk(this.send, this.baseUrl));
		try {
			return await work(sdk);
		} catch (error) {
			if (!(error instanceof HubspotRefusal)) throw unanswered('hubspot', whatFor, error);
			throw this.refusal(whatFor, error);
		}
	}

	/** For what the SDK has no API of: the account's own details. */
	async get<T>(path: string): Promise<T | undefined> {
		const answer = await this.send({ method: 'GET', url: `${this.baseUrl}${path}` });
		if (answer.status >= 400) return undefined;
		return JSON.parse(Buffer.from(answer.body).toString('utf8')) as T;
	}

	private refusal(whatFor: string, error: HubspotRefusal): CrmError {
		const message = typeof error.body.message === 'string' ? error.body.message : undefined;
		const scopes = scopesIn(error.body);
		const said =
			scopes.length > 0 ? `${message ?? ''} Scopes: ${scopes.join(', ')}`.trim() : message;
		const existingId = /Existing ID:\s*(\d+)/i.exec(said ?? '')?.[1];
		return refused(
			'hubspot',
			whatFor,
			{
				status: error.status,
				...(said ? { said } : {}),
				// A value that must be unique is refused as 409 or, for fields of the account, as 400.
				...(said?.includes('CONFLICTING_UNIQUE_VALUE') ? { kind: 'conflict' as const } : {}),
				...(existingId ? { existingId } : {}),
				...filled({ retryAfterMs: retryAfterMs(error) }),
			},
			error,
		);
	}
}

/** Undefined where there is no such record. */
export async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (error instanceof CrmError && error.kind === 'not_found') return undefined;
		throw error;
	}
}

/** The scopes that an app lacks, in either of the places where HubSpot names them. */
function scopesIn({ context, errors }: Record<string, unknown>): string[] {
	const places = [
		context,
		...((Array.isArray(errors) ? errors : []) as Array<{ context?: unknown }>).map(
			(one) => one?.context,
		),
	];
	const named = places.flatMap((place) => {
		const { requiredGranularScopes, requiredScopes } = (place ?? {}) as Record<string, unknown>;
		return [requiredGranularScopes, requiredScopes].flat();
	});
	return [...new Set(named.filter((one): one is string => typeof one === 'string'))];
}

function pathOf(url: string): string {
	return url.split('?')[0]!;
}

/** Which of its limits HubSpot says was reached. */
function policyOf(body: Uint8Array): unknown {
	try {
		return (JSON.parse(Buffer.from(body).toString('utf8')) as { policyName?: unknown }).policyName;
	} catch {
		return undefined;
	}
}
