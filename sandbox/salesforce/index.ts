import { controlRoutes } from '../control';
import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import type { App } from '../oauth';
import { AppTokens } from '../oauth';
import type { OrgOptions, SalesforceRecord } from './org';
import { Org, failure } from './org';
import { QueryRefusal } from './soql';

export interface SalesforceOptions extends Partial<OrgOptions> {
	port?: number;
	accessToken: string;
	/** An app that users, or an integration user, sign in with; none by default. */
	app?: App;
	/** Records that one page of a query holds. Salesforce gives 2,000. */
	pageSize?: number;
	/** API calls that the org has a day. */
	callsPerDay?: number;
}

export interface Salesforce {
	/** The org's own address. */
	url: string;
	/** What the real Salesforce would not have been asked: unknown addresses, other versions, bodies that are no JSON. */
	violations: string[];
	state(): Record<'contacts' | 'leads' | 'opportunities' | 'cases' | 'tasks' | 'roles', Stored[]>;
	/** Does what staff do in Salesforce. */
	org(): Org;
	/** A token that Salesforce takes from now on in place of the old one. */
	setToken(token: string): void;
	fail(fault: Fault): void;
	close(): Promise<void>;
}

export interface Stored {
	id: string;
	values: Record<string, unknown>;
}

const API = '/services/data/:version';
/** Tells the versions that there are, to whoever asks. */
const VERSIONS = '/services/data/';
const TOKEN_PATH = '/services/oauth2/token';

/**
 * A stand-in of Salesforce's REST API with one org. There is no published description of an org's API, since every org has its own
 * fields: it is checked against the describes of its own objects, and refuses in Salesforce's words what they do not allow.
 */
export async function startSalesforceStandIn(options: SalesforceOptions): Promise<Salesforce> {
	const now = options.now ?? (() => new Date());
	const newOrg = () => new Org({ ...options, searchLagMs: options.searchLagMs ?? 5000, now });
	const faults = new Faults();
	const violations: string[] = [];
	const pageSize = options.pageSize ?? 2000;
	const callsPerDay = options.callsPerDay ?? 100_000;
	let token = options.accessToken;
	const tokens = options.app && new AppTokens(options.app, () => ({ instance_url: server.url }));
	let org = newOrg();
	let calls = 0;
	let pages = new Map<string, object[]>();

	const shown = ({ id, values }: SalesforceRecord): Stored => ({ id, values });
	const state = (): ReturnType<Salesforce['state']> => ({
		contacts: org.all('Contact').map(shown),
		leads: org.all('Lead').map(shown),
		opportunities: org.all('Opportunity').map(shown),
		cases: org.all('Case').map(shown),
		tasks: org.all('Task').map(shown),
		roles: org.all('OpportunityContactRole').map(shown),
	});

	/** Refusals of a query come in Salesforce's form. */
	const refusing = (work: () => Answer): Answer => {
		try {
			return work();
		} catch (error) {
			if (error instanceof QueryRefusal) return failure(400, error.errorCode, error.message);
			throw error;
		}
	};

	function page(version: string, records: object[], total: number): Answer {
		const rest = records.slice(pageSize);
		const locator = `01g0000000000${String(pages.size + 1).padStart(3, '0')}-${pageSize}`;
		if (rest.length > 0) pages.set(locator, rest);
		return {
			status: 200,
			body: {
				totalSize: total,
				done: rest.length === 0,
				...(rest.length > 0
					? { nextRecordsUrl: `/services/data/${version}/query/${locator}` }
					: {}),
				records: records.slice(0, pageSize),
			},
		};
	}

	/** Many records in one call: each is done or refused by itself. */
	function many(method: 'POST' | 'PATCH', { body }: Exchange): Answer {
		const { allOrNone, records } = body as {
			allOrNone?: boolean;
			records: Array<{ attributes: { type: string }; id?: string; [name: string]: unknown }>;
		};
		if (allOrNone !== false || records.length > 200) {
			return failure(400, 'INVALID_BATCH', 'the stand-in plays 200 records without allOrNone');
		}
		const ids = records.map(({ id }) => id);
		if (method === 'PATCH' && new Set(ids).size < ids.length) {
			return failure(400, 'DUPLICATE_VALUE', 'duplicate id in the list');
		}
		const results = records.map(({ attributes: { type }, id, ...given }) => {
			const answer =
				method === 'POST' ? org.create(type, given, false) : org.update(type, id!, given);
			if (answer && answer.status < 400) {
				const made = (answer.body ?? { id }) as { id: string };
				return { id: made.id, success: true, errors: [] };
			}
			const [fault] = answer!.body as [{ errorCode: string; message: string; fields?: string[] }];
			const { errorCode, message, fields = [] } = fault;
			return { success: false, errors: [{ statusCode: errorCode, message, fields }] };
		});
		return { status: 200, body: results };
	}

	const values = ({ body }: Exchange) => (body ?? {}) as Record<string, unknown>;

	const routes: Route[] = [
		{
			method: 'GET',
			path: VERSIONS,
			handle: () => ({ status: 200, body: [{ version: '63.0', url: '/services/data/v63.0' }] }),
		},
		{
			method: 'POST',
			path: TOKEN_PATH,
			handle: (exchange) => tokens?.grant(exchange) ?? failure(404, 'NOT_FOUND', 'there is no app'),
		},
		{
			method: 'GET',
			path: `${API}/`,
			handle: () => ({
				status: 200,
				body: { identity: `${server.url}/id/00D000000000001AAA/${org.userId}` },
			}),
		},
		{
			method: 'GET',
			path: `${API}/sobjects/:object/describe`,
			handle: ({ params }) => org.describe(params.object!),
		},
		{
			method: 'POST',
			path: `${API}/sobjects/:object`,
			handle: (exchange) =>
				org.create(
					exchange.params.object!,
					values(exchange),
					/allowSave=true/u.test(String(exchange.headers['sforce-duplicate-rule-header'] ?? '')),
				),
		},
		...(['POST', 'PATCH'] as const).map((method): Route => ({
			method,
			path: `${API}/composite/sobjects`,
			handle: (exchange) => many(method, exchange),
		})),
		{
			method: 'PATCH',
			path: `${API}/sobjects/:object/:id`,
			handle: (exchange) =>
				org.update(exchange.params.object!, exchange.params.id!, values(exchange)),
		},
		{
			method: 'PATCH',
			path: `${API}/sobjects/:object/:field/:value`,
			handle: (exchange) =>
				org.upsert(
					exchange.params.object!,
					exchange.params.field!,
					exchange.params.value!,
					values(exchange),
				),
		},
		{
			method: 'DELETE',
			path: `${API}/sobjects/:object/:id`,
			handle: ({ params }) => org.remove(params.object!, params.id!),
		},
		{
			method: 'GET',
			path: `${API}/query`,
			handle: ({ params, query }) =>
				refusing(() => {
					const records = org.query(query.get('q') ?? '');
					return page(params.version!, records, records.length);
				}),
		},
		{
			method: 'GET',
			path: `${API}/query/:locator`,
			handle({ params }) {
				const rest = pages.get(params.locator!);
				if (!rest) return failure(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
				return page(params.version!, rest, rest.length);
			},
		},
		{
			method: 'GET',
			path: `${API}/search`,
			handle: ({ query }) =>
				refusing(() => ({
					status: 200,
					body: { searchRecords: org.search(query.get('q') ?? '') },
				})),
		},
		{
			method: 'GET',
			path: `${API}/ui-api/object-info/:object/picklist-values/:recordType/:field`,
			handle: ({ params }) => org.picklistValues(params.object!, params.recordType!, params.field!),
		},
		{
			method: 'POST',
			path: `${API}/tooling/sobjects/CustomField`,
			handle(exchange) {
				const { FullName, Metadata } = values(exchange) as {
					FullName: string;
					Metadata: Record<string, unknown>;
				};
				return org.defineCustom(FullName, Metadata);
			},
		},
		...controlRoutes({
			state,
			violations,
			faults,
			tokens,
			reset: () => {
				org = newOrg();
				pages = new Map();
				calls = 0;
			},
		}),
	];

	const server = await serve(routes, {
		...(options.port === undefined ? {} : { port: options.port }),
		async around(exchange, next) {
			const { method, path, headers, response } = exchange;
			const fault = faults.take(method, path);
			if (fault?.mode === 'before') {
				response.destroy();
				return undefined;
			}
			if (fault?.mode === 'timeout') return undefined;
			if (fault && fault.mode !== 'after') return refusalOf(fault);

			if (path === VERSIONS || path === TOKEN_PATH) return next();
			const bearer = /^Bearer (.+)$/u.exec(headers.authorization ?? '')?.[1] ?? '';
			if (bearer !== token && !tokens?.accepts(bearer)) {
				return failure(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
			}
			calls += 1;
			const usage = { 'sforce-limit-info': `api-usage=${calls}/${callsPerDay}` };
			if (calls > callsPerDay) {
				return {
					...failure(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
					headers: usage,
				};
			}
			if (exchange.raw.length > 0 && exchange.body === undefined) {
				violations.push(`${method} ${path}: the body is no JSON`);
			}
			if (!/^\/services\/data\/v\d+\.0\//u.test(path)) {
				violations.push(`${method} ${path}: no address of the REST API`);
			}
			const answer = await next();
			if (
				answer?.status === 404 &&
				(answer.body as { message?: string })?.message?.startsWith('There is nothing')
			) {
				violations.push(`${method} ${path}: no resource of the REST API`);
			}
			if (fault?.mode === 'after') {
				response.destroy();
				return undefined;
			}
			return answer && { ...answer, headers: { ...usage, ...answer.headers } };
		},
	});

	return {
		url: server.url,
		violations,
		state,
		org: () => org,
		setToken(next) {
			token = next;
		},
		fail: (fault) => faults.add(fault),
		close: server.close,
	};
}

/** How Salesforce says that it cannot: its API has no 429. */
function refusalOf({ mode, body }: Fault): Answer {
	if (body) return { status: Number(mode), body };
	switch (mode) {
		case '401':
			return failure(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
		case '429':
			return failure(
				403,
				'REQUEST_LIMIT_EXCEEDED',
				'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
			);
		case '503':
			return failure(503, 'SERVER_UNAVAILABLE', 'Server Unavailable');
		default:
			return failure(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred.');
	}
}
