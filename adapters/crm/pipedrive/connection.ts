import type { CrmErrorKind } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import { refused, unanswered } from '../errors';
import type { Environment } from '../patience';
import { patient, retryAfterMs } from '../patience';

/** Pipedrive's addresses of both versions of its API stand below this one. */
const ADDRESS = 'https://api.pipedrive.com';

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

/** The SDK at one account, with Pipedrive's refusals in the terms of the port. */
export class PipedriveConnection {
	private loading?: Promise<Clients>;
	private readonly send: HttpSend;
	private readonly address: string;

	constructor(options: { send: HttpSend; baseUrl?: string; environment?: Environment }) {
		this.address = (options.baseUrl ?? ADDRESS).replace(/\/+$/, '');
		this.send = patient(options.send, {
			repeatable: () => false,
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
	): Promise<Values[]> {
		const records: Values[] = [];
		let cursor: string | undefined;
		for (let pages = 0; pages < MOST_PAGES; pages++) {
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
}

interface Refused {
	status: number;
	headers: Record<string, unknown>;
	data?: unknown;
}

function refusal(whatFor: string, { status, headers, data }: Refused, cause: unknown) {
	const body = (typeof data === 'object' && data ? data : {}) as {
		error?: string;
		error_info?: string;
	};
	const said = [body.error, body.error_info].filter((text) => typeof text === 'string' && text);
	// The budget of the day being used up has no end in seconds; a burst says in how many it ends.
	const asked = headers['retry-after'] ?? headers['x-ratelimit-reset'];
	const wait =
		asked === undefined ? undefined : retryAfterMs({ headers: { 'retry-after': String(asked) } });
	const kind: CrmErrorKind | undefined = status === 402 ? 'auth' : undefined;
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
