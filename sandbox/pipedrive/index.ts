import { controlRoutes } from '../control';
import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import type { App } from '../oauth';
import { AppTokens } from '../oauth';
import type { Collection, Field, FieldsOf, Item } from './company';
import { Company, failure } from './company';
import { publishedDescriptions } from './published';

export type { Collection, Item } from './company';

export interface PipedriveOptions {
	port?: number;
	/** Of one user; lasts for ever. Taken as a header of its own, as Bearer, or as `api_token` in the address. */
	accessToken: string;
	/** An app that users connect with; none by default. */
	app?: App;
	/** How long search lags behind a write. */
	searchLagMs?: number;
	/** Whether search compares the digits of a number, or its text as it was typed: Pipedrive does not tell. */
	phoneSearch?: 'digits' | 'text';
	/** Records that one page holds at most. Pipedrive gives 500. */
	pageSize?: number;
	/** Tokens that the company has a day; each call costs some. */
	tokensPerDay?: number;
	/** Calls that one token may make in two seconds. */
	burst?: number;
}

export interface Pipedrive {
	url: string;
	/** What the real Pipedrive would not have been asked. */
	violations: string[];
	state(): Record<Collection, Item[]>;
	/** Does what staff do in Pipedrive. */
	company(): Company;
	/** Tokens that were used up since the start. */
	spent(): number;
	fail(fault: Fault): void;
	close(): Promise<void>;
}

const TOKEN_PATH = '/oauth/token';
const WINDOW_MS = 2_000;

/** A stand-in of Pipedrive's API, both versions, with one company. */
export async function startPipedriveStandIn(options: PipedriveOptions): Promise<Pipedrive> {
	const faults = new Faults();
	const violations: string[] = [];
	const pageSize = options.pageSize ?? 500;
	const lag = options.searchLagMs ?? 5000;
	const budget = options.tokensPerDay ?? 1_000_000;
	const tokens = options.app && new AppTokens(options.app, () => ({ api_domain: server.url }));
	const descriptions = publishedDescriptions();
	let spent = 0;
	let calls: number[] = [];
	let company = new Company();

	const state = (): Record<Collection, Item[]> => {
		const { persons, deals, leads, notes, activities, organizations } = company;
		const there = (items: Item[]) => items.filter(({ is_deleted }) => is_deleted !== true);
		return {
			persons: there(persons),
			deals: there(deals),
			leads,
			notes,
			activities,
			organizations,
		};
	};

	/** Version 2 goes on at a cursor. */
	const page = (records: object[], { query }: Exchange): Answer => {
		const asked = Number(query.get('limit') ?? 100);
		if (asked > 500) return failure(400, 'limit must be at most 500');
		const limit = Math.min(asked, pageSize);
		const from = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || 0);
		const more = records.length > from + limit;
		const next = Buffer.from(String(from + limit)).toString('base64url');
		return ok(records.slice(from, from + limit), {
			additional_data: more ? { next_cursor: next } : {},
		});
	};

	/** Version 1 goes on at a number; notes tell so in another place than leads. */
	const numbered = (records: object[], { query }: Exchange, inside: boolean): Answer => {
		const start = Number(query.get('start') ?? 0);
		const limit = Math.min(Number(query.get('limit') ?? 100), pageSize);
		const more = records.length > start + limit;
		const where = { start, limit, more_items_in_collection: more };
		return ok(records.slice(start, start + limit), {
			additional_data: inside
				? { pagination: { ...where, ...(more ? { next_start: start + limit } : {}) } }
				: where,
		});
	};

	const matching = (kind: Collection, query: URLSearchParams, names: string[]) =>
		company[kind].filter((one) =>
			names.every((name) => !query.has(name) || String(one[name]) === query.get(name)),
		);

	const listed = (kind: Collection, exchange: Exchange): Answer => {
		const { query } = exchange;
		const ids = query.get('ids')?.split(',');
		const since = query.get('updated_since');
		if (since && /\.\d/u.test(since)) return failure(400, 'updated_since has a wrong format');
		if (ids && ids.length > 100) return failure(400, 'ids may hold 100 at most');
		const found = matching(kind, query, ['person_id', 'deal_id', 'lead_id', 'status']).filter(
			(one) =>
				one.is_deleted !== true &&
				(!ids || ids.includes(String(one.id))) &&
				(!since || String(one.update_time) >= since),
		);
		return page(query.get('sort_direction') === 'desc' ? found.reverse() : found, exchange);
	};

	const create = (kind: Collection, { body }: Exchange, defaults?: object): Answer => {
		const objection = company.objection(kind, body as Record<string, unknown>);
		if (objection) return objection;
		const status = kind === 'leads' ? 201 : 200;
		return { ...ok(shown(company.create(kind, body as object, defaults)))!, status };
	};

	const update = (kind: Collection, { params, body }: Exchange): Answer => {
		const item = company.find(kind, params.id!);
		if (!item) return failure(404, 'Not found');
		const objection = company.objection(kind, body as Record<string, unknown>);
		return objection ?? ok(shown(company.write(item, body as object, kind)));
	};

	const searched = (kind: 'persons' | 'organizations', { query }: Exchange): Answer => {
		const term = (query.get('term') ?? '').toLowerCase();
		const exact = query.get('exact_match') === 'true';
		if (term.length < (exact ? 1 : 2)) return failure(400, 'The term is too short');
		const name = query.get('fields');
		const plain = (text: string) =>
			name === 'phone' && options.phoneSearch !== 'text' ? text.replace(/\D/gu, '') : text;
		const texts = (one: Item): string[] => {
			if (name === 'custom_fields') return Object.values(one.custom_fields ?? {}).map(String);
			if (name === 'name') return [String(one.name)];
			const list = one[`${name}s`] as Array<{ value: string }> | undefined;
			return (list ?? []).map(({ value }) => plain(value));
		};
		const values = (list: unknown) =>
			((list ?? []) as Array<{ value: string }>).map(({ value }) => value);
		const items = company[kind]
			.filter((one) => one.is_deleted !== true && Number(one.written) + lag <= Date.now())
			.filter((one) =>
				texts(one)
					.map((text) => text.toLowerCase())
					.some((text) => (exact ? text === term : text.includes(plain(term)))),
			)
			.map(({ id, name: called, phones, emails }) => ({
				result_score: 1,
				item: {
					id,
					type: kind === 'persons' ? 'person' : 'organization',
					name: called,
					...(kind === 'persons' ? { phones: values(phones), emails: values(emails) } : {}),
				},
			}));
		return ok({ items });
	};

	const defaults: Partial<Record<Collection, object>> = {
		deals: { pipeline_id: 1, stage_id: 11, status: 'open', currency: 'EUR', owner_id: 1 },
		activities: { done: false },
		persons: { owner_id: 1 },
	};
	const routes: Route[] = [
		...(['persons', 'deals', 'activities', 'organizations'] as const).flatMap((kind): Route[] => [
			{ method: 'GET', path: `/api/v2/${kind}`, handle: (exchange) => listed(kind, exchange) },
			{
				method: 'POST',
				path: `/api/v2/${kind}`,
				handle: (exchange) => create(kind, exchange, defaults[kind]),
			},
			{
				method: 'GET',
				path: `/api/v2/${kind}/:id`,
				handle({ params }) {
					const item = company.find(kind, params.id!);
					return item ? ok(shown(item)) : failure(404, 'Not found');
				},
			},
			{
				method: 'PATCH',
				path: `/api/v2/${kind}/:id`,
				handle: (exchange) => update(kind, exchange),
			},
		]),
		...(['persons', 'organizations'] as const).map((kind): Route => ({
			method: 'GET',
			path: `/api/v2/${kind}/search`,
			handle: (exchange) => searched(kind, exchange),
		})),
		...(['person', 'deal'] as const).flatMap((kind: FieldsOf): Route[] => [
			{
				method: 'GET',
				path: `/api/v2/${kind}Fields`,
				handle: (exchange) => page(company.fields[kind], exchange),
			},
			{
				method: 'POST',
				path: `/api/v2/${kind}Fields`,
				handle({ body }) {
					const { field_name, field_type } = body as Field;
					return ok(company.define(kind, field_name, field_type));
				},
			},
			{
				method: 'DELETE',
				path: `/api/v2/${kind}Fields/:code`,
				handle({ params }) {
					const fields = company.fields[kind];
					const at = fields.findIndex(({ field_code }) => field_code === params.code);
					if (at < 0) return failure(404, 'Field not found');
					return ok(fields.splice(at, 1)[0]);
				},
			},
		]),
		{
			method: 'GET',
			path: '/api/v2/pipelines',
			handle: (exchange) => page(company.pipelines, exchange),
		},
		{ method: 'GET', path: '/api/v2/stages', handle: (exchange) => page(company.stages, exchange) },
		...[false, true].map((archived): Route => ({
			method: 'GET',
			path: archived ? '/v1/leads/archived' : '/v1/leads',
			handle: (exchange) =>
				numbered(
					matching('leads', exchange.query, ['person_id'])
						.filter((one) => one.is_archived === archived)
						.map(shown),
					exchange,
					false,
				),
		})),
		{
			method: 'POST',
			path: '/v1/leads',
			handle: (exchange) =>
				create('leads', exchange, {
					owner_id: 1,
					is_archived: false,
					was_seen: false,
					source_name: 'API',
					origin: 'API',
				}),
		},
		{
			method: 'GET',
			path: '/v1/leads/:id',
			handle({ params }) {
				const lead = company.find('leads', params.id!);
				return lead ? ok(shown(lead)) : failure(404, 'Lead not found');
			},
		},
		{ method: 'PATCH', path: '/v1/leads/:id', handle: (exchange) => update('leads', exchange) },
		{
			method: 'GET',
			path: '/v1/notes',
			handle: (exchange) =>
				numbered(
					matching('notes', exchange.query, ['person_id', 'deal_id', 'lead_id']).map(shown),
					exchange,
					true,
				),
		},
		{ method: 'POST', path: '/v1/notes', handle: (exchange) => create('notes', exchange) },
		{ method: 'GET', path: '/v1/users', handle: () => ok(company.users) },
		{
			method: 'GET',
			path: '/v1/users/me',
			handle: () => ok({ ...company.users[0], company_id: 1, company_domain: 'shop' }),
		},
		{
			method: 'POST',
			path: TOKEN_PATH,
			handle: (exchange) => tokens?.grant(exchange) ?? failure(404, 'there is no app'),
		},
		...controlRoutes({
			state,
			violations,
			faults,
			tokens,
			reset: () => {
				company = new Company();
			},
		}),
	];

	const signedIn = ({ headers, query }: Exchange): boolean => {
		const bearer = /^Bearer (.+)$/u.exec(headers.authorization ?? '')?.[1] ?? '';
		const own = [bearer, headers['x-api-token'], query.get('api_token')];
		return own.includes(options.accessToken) || (tokens?.accepts(bearer) ?? false);
	};

	/** Undefined while the limits are kept. */
	const limited = (cost: number): Answer => {
		const now = Date.now();
		calls = calls.filter((at) => at > now - WINDOW_MS);
		if (calls.length >= (options.burst ?? Infinity)) {
			return tooMany('Rate limit exceeded', { 'x-ratelimit-reset': '2' });
		}
		calls.push(now);
		if (spent + cost > budget) {
			return tooMany('Daily API token budget exceeded', {
				'x-ratelimit-reset': '3600',
				'x-daily-ratelimit-token-remaining': '0',
			});
		}
		spent += cost;
		return undefined;
	};

	const server = await serve(routes, {
		...(options.port === undefined ? {} : { port: options.port }),
		async around(exchange, next) {
			const { method, path, response } = exchange;
			if (path === TOKEN_PATH) return next();
			const fault = faults.take(method, path);
			if (fault?.mode === 'before') {
				response.destroy();
				return undefined;
			}
			if (fault?.mode === 'timeout') return undefined;
			if (fault && fault.mode !== 'after') return misbehave(fault);
			if (!signedIn(exchange)) return failure(401, 'unauthorized access');
			const over = limited(descriptions?.cost(exchange) ?? 10);
			if (over) return over;
			const answer = await next();
			if (answer) violations.push(...(descriptions?.check(exchange, answer) ?? []));
			if (
				(answer?.body as { message?: string } | undefined)?.message?.startsWith('There is nothing')
			) {
				violations.push(`${method} ${path}: no address of the API`);
			}
			if (fault?.mode === 'after') {
				response.destroy();
				return undefined;
			}
			const usage = {
				'x-ratelimit-limit': String(options.burst ?? 20),
				'x-daily-ratelimit-token-limit': String(budget),
				'x-daily-ratelimit-token-remaining': String(budget - spent),
			};
			return answer && { ...answer, headers: { ...usage, ...answer.headers } };
		},
	});

	return {
		url: server.url,
		violations,
		state,
		company: () => company,
		spent: () => spent,
		fail: (fault) => faults.add(fault),
		close: server.close,
	};
}

function ok(data: unknown, more: object = {}): Answer {
	return { status: 200, body: { success: true, data, ...more } };
}

/** Without what only the stand-in knows. */
function shown({ written: _written, ...item }: Item): object {
	return item;
}

function tooMany(error: string, headers: Record<string, string>): Answer {
	return { ...failure(429, error), headers: { 'x-ratelimit-remaining': '0', ...headers } };
}

function misbehave({ mode, body }: Fault): Answer {
	if (body !== undefined) return { status: Number(mode), body };
	if (mode === '429') return tooMany('Rate limit exceeded', { 'x-ratelimit-reset': '2' });
	if (mode === '401') return failure(401, 'unauthorized access');
	return failure(Number(mode), 'Pipedrive cannot at present');
}
