import type { CrmErrorKind } from '../../../core/ports/crm';
import type { HttpResponse, HttpSend } from '../../../core/ports/http';
import { CrmError } from '../../../core/ports/crm';
import { refused, unanswered } from '../errors';
import type { Environment, Rate } from '../patience';
import { limiterOf, patient, retryAfterMs } from '../patience';

/** Pipedrive's addresses of both versions of its API stand below this one. */
const ADDRESS = 'https://api.pipedrive.com';

/** What the smallest plan allows one API token; searches have a limit of their own on every plan. */
const RATE = { calls: 20, perMs: 2_000 };
const SEARCH_RATE = { calls: 10, perMs: 2_000 };
const SEARCH = /\/search(\?|$)/;

/** Records of one page: the most that Pipedrive gives. */
export const PAGE_SIZE = 500;
const MOST_PAGES = 10;

export type Values = Record<string, unknown>;

/** A page of version 2, which goes on at a cursor. */
export interface CursorPage {
	data?: unknown;
	additional_data?: unknown;
}

/** The clients of the SDK, all over one transport. */
export type Clients = Awaited<ReturnType<typeof pipedriveSdk>>;

/** Pipedrive's SDK with `send` as its transport, so that n8n's credential and outbound rules apply. Loaded on first use. */
async function pipedriveSdk(send: HttpSend, address: string) {
	const [{ v1, v2 }, { axiosOver }] = await Promise.all([
		import('pipedrive'),
		import('../../http/axios'),
	]);
	const axios = axiosOver(send);
	// The SDK's types promise the body alone.
	axios.interceptors.response.use((answer) => answer.data as never);
	const one = new v1.Configuration({ basePath: `${address}/v1` });
	const two = new v2.Configuration({ basePath: `${address}/api/v2` });
	// The SDK makes its own transport in its constructor, and takes none.
	const over = <T extends object>(client: T): T => Object.assign(client, { axios });
	return {
		users: over(new v1.UsersApi(one)),
		notes: over(new v1.NotesApi(one)),
		leads: over(new v1.LeadsApi(one)),
		persons: over(new v2.PersonsApi(two)),
		deals: over(new v2.DealsApi(two)),
		organizations: over(new v2.OrganizationsApi(two)),
		activities: over(new v2.ActivitiesApi(two)),
		pipelines: over(new v2.PipelinesApi(two)),
		stages: over(new v2.StagesApi(two)),
		personFields: over(new v2.PersonFieldsApi(two)),
		dealFields: over(new v2.DealFieldsApi(two)),
	};
}

export interface ConnectionOptions {
	send: HttpSend;
	/** Names the account for the limits that all executions share. */
	account: string;
	/** The account's address, e.g. "https://example.pipedrive.com"; Pipedrive's common one if left out. */
	baseUrl?: string;
	environment?: Environment;
	/** Other limits than the smallest plan's. */
	rates?: { all: Rate; search: Rate };
}

/** The SDK at one account, within its limits, with Pipedrive's refusals in the terms of the port. */
export class PipedriveConnection {
	private loading?: Promise<Clients>;
	private readonly send: HttpSend;
	private readonly address: string;

	constructor(options: ConnectionOptions) {
		this.address = apiAddress(options.baseUrl ?? ADDRESS);
		const name = `pipedrive ${this.address} ${options.account}`;
		const all = limiterOf(name, options.rates?.all ?? RATE, options.environment);
		const search = limiterOf(
			`${name} search`,
			options.rates?.search ?? SEARCH_RATE,
			options.environment,
		);
		this.send = patient(async (request) => withRetryAfter(await options.send(request)), {
			repeatable: () => false,
			limiters: ({ url }) => (SEARCH.test(url) ? [search, all] : [all]),
			// The tokens of the day are used up: there is nothing to wait for within one execution.
			hopeless: ({ headers }) => headers[TOKENS_LEFT] === '0',
			...(options.environment ? { environment: options.environment } : {}),
		});
	}

	/** `whatFor` completes "Pipedrive did not …". */
	async call<T>(whatFor: string, work: (clients: Clients) => Promise<T>): Promise<T> {
		const clients = await (this.loading ??= pipedriveSdk(this.send, this.address));
		try {
			return await work(clients);
		} catch (error) {
			const { response } = error as { response?: Refused };
			if (!response) throw unanswered('pipedrive', whatFor, error);
			throw refusal(whatFor, response, error);
		}
	}

	/** All records of a list of version 2, over its pages. */
	async list(
		whatFor: string,
		work: (clients: Clients, page: { limit: number; cursor?: string }) => Promise<CursorPage>,
		mostPages = MOST_PAGES,
	): Promise<Values[]> {
		const records: Values[] = [];
		let cursor: string | undefined;
		for (let pages = 0; pages < mostPages; pages++) {
			const page = await this.call(whatFor, (clients) =>
				work(clients, { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) }),
			);
			records.push(...((page.data ?? []) as Values[]));
			cursor =
				(page.additional_data as { next_cursor?: string | null } | undefined)?.next_cursor ??
				undefined;
			if (!cursor) break;
		}
		return records;
	}

	/** All records of a list of version 1, which goes on at a number. */
	async listFrom(
		whatFor: string,
		work: (clients: Clients, page: { limit: number; start: number }) => Promise<CursorPage>,
	): Promise<Values[]> {
		const records: Values[] = [];
		for (let pages = 0; pages < MOST_PAGES; pages++) {
			const { data, additional_data } = await this.call(whatFor, (clients) =>
				work(clients, { limit: PAGE_SIZE, start: records.length }),
			);
			const found = (data ?? []) as Values[];
			records.push(...found);
			// Notes have it inside `pagination`, leads beside.
			const more = additional_data as (More & { pagination?: More }) | undefined;
			if (found.length === 0) break;
			if (!(more?.pagination ?? more)?.more_items_in_collection) break;
		}
		return records;
	}
}

interface More {
	more_items_in_collection?: boolean;
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

/** Staff copy the address from the browser or the documentation, with a path behind it. */
function apiAddress(url: string): string {
	return url
		.trim()
		.replace(/\/(api\/)?v[12]\/?$/i, '')
		.replace(/\/+$/, '');
}

const TOKENS_LEFT = 'x-daily-ratelimit-token-remaining';

/** Pipedrive names the seconds until its window ends by a header of its own, too. */
function withRetryAfter(answer: HttpResponse): HttpResponse {
	const reset = answer.headers['x-ratelimit-reset'];
	if (answer.status !== 429 || answer.headers['retry-after'] || !reset) return answer;
	return { ...answer, headers: { ...answer.headers, 'retry-after': reset } };
}

interface Refused {
	status: number;
	headers: Record<string, unknown>;
	data?: unknown;
	config?: { url?: string; method?: string };
}

function refusal(whatFor: string, { status, headers, data, config }: Refused, cause: unknown) {
	const body = (typeof data === 'object' && data ? data : undefined) as
		{ error?: unknown; error_info?: unknown; message?: unknown } | undefined;
	const said = [body?.error ?? body?.message, body?.error_info].filter(
		(text): text is string => typeof text === 'string' && text !== '',
	);
	const asked = headers['retry-after'];
	const wait =
		asked === undefined ? undefined : retryAfterMs({ headers: { 'retry-after': String(asked) } });
	// Whoever goes on after a 429 is blocked by Pipedrive's front, which answers with a page.
	const blocked = status === 403 && !body;
	const kind: CrmErrorKind | undefined = status === 402 ? 'auth' : blocked ? 'limit' : undefined;
	const scope = status === 403 && !blocked ? scopeFor(config?.method, config?.url) : undefined;
	if (headers[TOKENS_LEFT] === '0') said.push('The tokens of this day are used up.');
	if (blocked) said.push('This token is blocked for a while, since too many calls were made.');
	if (scope) said.push(`The app needs the scope ${scope}.`);
	return refused(
		'pipedrive',
		whatFor,
		{
			status,
			...(said.length > 0 ? { said: said.join(' ') } : {}),
			...(kind ? { kind } : {}),
			...(wait === undefined ? {} : { retryAfterMs: wait }),
		},
		cause,
	);
}

/** Pipedrive says that a scope is missing and not which: by its description, calls to these addresses need these. */
const SCOPES: ReadonlyArray<[address: RegExp, write: string, read: string]> = [
	[/\/personFields/, 'contact-fields:full (or admin)', 'contacts:read'],
	[/\/dealFields/, 'deal-fields:full (or admin)', 'deals:read'],
	[/\/(persons|organizations)\/search/, '', 'search:read or contacts:read'],
	[/\/(persons|organizations)/, 'contacts:full', 'contacts:read'],
	[/\/(deals|pipelines|stages)/, 'deals:full', 'deals:read'],
	[/\/leads/, 'leads:full', 'leads:read'],
	[/\/activities/, 'activities:full', 'activities:read'],
	[/\/notes/, 'deals:full and contacts:full', 'deals:read and contacts:read'],
	[/\/users/, '', 'users:read'],
];

function scopeFor(method = 'get', url = ''): string | undefined {
	const [, write, read] = SCOPES.find(([address]) => address.test(url)) ?? [];
	return method.toLowerCase() === 'get' ? read : write;
}
