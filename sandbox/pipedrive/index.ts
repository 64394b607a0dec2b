import { existsSync } from 'node:fs';
import path from 'node:path';

import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import { ApiDescription } from '../openapi/validate';

export interface PipedriveOptions {
	port?: number;
	accessToken: string;
	/** How long search lags behind a write. */
	searchLagMs?: number;
	/** Records that one page holds at most. Pipedrive gives 500. */
	pageSize?: number;
	/** Tokens that the company has a day; each call costs some. */
	tokensPerDay?: number;
}

export interface Item {
	id: number;
	[name: string]: unknown;
}

type Collection = 'persons' | 'deals' | 'notes' | 'activities' | 'organizations';

export interface Pipedrive {
	url: string;
	/** What the real Pipedrive would not have been asked. */
	violations: string[];
	state(): Record<Collection, Item[]>;
	fail(fault: Fault): void;
	close(): Promise<void>;
}

const STAGES = [
	'Qualified',
	'Contact Made',
	'Demo Scheduled',
	'Proposal Made',
	'Negotiations Started',
];

/** Fields that every account has: code, name, type. */
const OWN_FIELDS: Record<string, Array<[string, string, string]>> = {
	person: [
		['name', 'Name', 'varchar'],
		['phone', 'Phone', 'phone'],
		['email', 'Email', 'varchar'],
	],
	deal: [
		['title', 'Title', 'varchar'],
		['value', 'Value', 'monetary'],
		['status', 'Status', 'status'],
	],
};

/** A stand-in of Pipedrive's API, both versions, with one company. */
export async function startPipedriveStandIn(options: PipedriveOptions): Promise<Pipedrive> {
	const faults = new Faults();
	const violations: string[] = [];
	const pageSize = options.pageSize ?? 500;
	const lag = options.searchLagMs ?? 5000;
	let left = options.tokensPerDay ?? Infinity;
	let last = 0;
	let data = empty();

	function empty() {
		return {
			persons: [] as Item[],
			deals: [] as Item[],
			notes: [] as Item[],
			activities: [] as Item[],
			organizations: [] as Item[],
			fields: {
				person: OWN_FIELDS.person!.map(([code, name, type]) => field(code, name, type, false)),
				deal: OWN_FIELDS.deal!.map(([code, name, type]) => field(code, name, type, false)),
			} as Record<string, object[]>,
		};
	}

	const state = (): Record<Collection, Item[]> => {
		const { persons, deals, notes, activities, organizations } = data;
		return { persons, deals, notes, activities, organizations };
	};

	/** Version 2 goes on at a cursor. */
	const page = (records: object[], { query }: Exchange): Answer => {
		const limit = Math.min(Number(query.get('limit') ?? 100), pageSize);
		const from = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || 0);
		const more = records.length > from + limit;
		return {
			status: 200,
			body: {
				success: true,
				data: records.slice(from, from + limit),
				additional_data: {
					next_cursor: more ? Buffer.from(String(from + limit)).toString('base64url') : null,
				},
			},
		};
	};

	const write = (item: Item, body: object): Item => {
		const { custom_fields, ...rest } = body as { custom_fields?: object };
		const now = new Date().toISOString().replace(/\.\d+/u, '');
		Object.assign(item, rest, {
			update_time: now,
			custom_fields: { ...(item.custom_fields as object | undefined), ...custom_fields },
		});
		if (typeof item.name === 'string') {
			const [first, ...others] = item.name.split(' ');
			Object.assign(item, { first_name: first, last_name: others.join(' ') || null });
		}
		const people = item.participants as Array<{ person_id: number }> | undefined;
		if (people) item.person_id = people[0]?.person_id ?? null;
		return item;
	};

	const listed = (kind: Collection, exchange: Exchange): Answer => {
		const { query } = exchange;
		const ids = query.get('ids')?.split(',').map(Number);
		const since = query.get('updated_since');
		const found = data[kind].filter(
			(one) =>
				(!ids || ids.includes(one.id)) &&
				(!since || String(one.update_time) >= since) &&
				['person_id', 'deal_id', 'status'].every(
					(name) => !query.has(name) || String(one[name]) === query.get(name),
				),
		);
		return page(query.get('sort_direction') === 'desc' ? found.reverse() : found, exchange);
	};

	const create = (kind: Collection, { body }: Exchange, more: object = {}): Answer => {
		const now = new Date().toISOString().replace(/\.\d+/u, '');
		const item = write(
			{ id: ++last, add_time: now, written: Date.now() },
			{ ...more, ...(body as object) },
		);
		data[kind].push(item);
		return { status: 201, body: { success: true, data: item } };
	};

	const update = (kind: Collection, { params, body }: Exchange): Answer => {
		const item = data[kind].find(({ id }) => String(id) === params.id);
		if (!item) return failure(404, 'Not found');
		return { status: 200, body: { success: true, data: write(item, body as object) } };
	};

	const searched = (kind: Collection, { query }: Exchange): Answer => {
		const term = (query.get('term') ?? '').toLowerCase();
		const exact = query.get('exact_match') === 'true';
		if (term.length < (exact ? 1 : 2)) return failure(400, 'The term is too short');
		const name = query.get('fields');
		const texts = (one: Item): string[] => {
			if (name === 'custom_fields') return Object.values(one.custom_fields ?? {}).map(String);
			if (name === 'name') return [String(one.name)];
			const list = one[`${name}s`] as Array<{ value: string }> | undefined;
			return (list ?? []).map(({ value }) =>
				name === 'phone' ? value.replace(/\D/gu, '') : value,
			);
		};
		const items = data[kind]
			.filter((one) => Number(one.written) + lag <= Date.now())
			.filter((one) =>
				texts(one)
					.map((text) => text.toLowerCase())
					.some((text) => (exact ? text === term : text.includes(term))),
			)
			.map((one) => ({ result_score: 1, item: { id: one.id, name: one.name } }));
		return { status: 200, body: { success: true, data: { items } } };
	};

	const ok = (value: unknown): Answer => ({ status: 200, body: { success: true, data: value } });
	const defaults: Partial<Record<Collection, object>> = {
		deals: { pipeline_id: 1, stage_id: 11, status: 'open', currency: 'EUR', owner_id: 1 },
		activities: { done: false },
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
				method: 'PATCH',
				path: `/api/v2/${kind}/:id`,
				handle: (exchange) => update(kind, exchange),
			},
			{
				method: 'GET',
				path: `/api/v2/${kind}/search`,
				handle: (exchange) => searched(kind, exchange),
			},
		]),
		...(['person', 'deal'] as const).flatMap((kind): Route[] => [
			{
				method: 'GET',
				path: `/api/v2/${kind}Fields`,
				handle: (exchange) => page(data.fields[kind]!, exchange),
			},
			{
				method: 'POST',
				path: `/api/v2/${kind}Fields`,
				handle({ body }) {
					const { field_name, field_type } = body as { field_name: string; field_type: string };
					const made = field((++last).toString(16).padStart(40, 'a'), field_name, field_type, true);
					data.fields[kind]!.push(made);
					return { status: 201, body: { success: true, data: made } };
				},
			},
		]),
		{
			method: 'GET',
			path: '/api/v2/pipelines',
			handle: (exchange) => page([{ id: 1, name: 'Sales', order_nr: 1 }], exchange),
		},
		{
			method: 'GET',
			path: '/api/v2/stages',
			handle: (exchange) =>
				page(
					STAGES.map((name, index) => ({ id: 11 + index, name, order_nr: index, pipeline_id: 1 })),
					exchange,
				),
		},
		{
			method: 'GET',
			path: '/v1/notes',
			handle({ query }) {
				const start = Number(query.get('start') ?? 0);
				const limit = Math.min(Number(query.get('limit') ?? 100), pageSize);
				const found = data.notes.filter((one) => String(one.person_id) === query.get('person_id'));
				const more = found.length > start + limit;
				return {
					status: 200,
					body: {
						success: true,
						data: found.slice(start, start + limit),
						additional_data: {
							pagination: {
								start,
								limit,
								more_items_in_collection: more,
								...(more ? { next_start: start + limit } : {}),
							},
						},
					},
				};
			},
		},
		{ method: 'POST', path: '/v1/notes', handle: (exchange) => create('notes', exchange) },
		{
			method: 'GET',
			path: '/v1/users',
			handle: () =>
				ok(
					['One', 'Two'].map((name, index) => ({
						id: index + 1,
						name: `Agent ${name}`,
						email: `agent.${name.toLowerCase()}@shop.example`,
						active_flag: true,
					})),
				),
		},
		{ method: 'GET', path: '/v1/users/me', handle: () => ok({ id: 1, company_domain: 'shop' }) },
		{
			method: 'POST',
			path: '/_control/reset',
			handle() {
				data = empty();
				faults.clear();
				violations.length = 0;
				return { status: 200, body: {} };
			},
		},
	];

	const descriptions = publishedDescriptions();

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
			if (fault && fault.mode !== 'after') {
				return failure(Number(fault.mode), 'Pipedrive cannot at present');
			}
			if (headers.authorization !== `Bearer ${options.accessToken}`) {
				return failure(401, 'unauthorized access');
			}
			left -= method === 'GET' ? 10 : 5;
			if (left < 0) {
				return {
					...failure(429, 'Daily budget exceeded')!,
					headers: { 'x-ratelimit-reset': '3600' },
				};
			}
			const answer = await next();
			if (answer && answer.status < 400) {
				violations.push(...(descriptions?.(exchange, answer) ?? []));
			}
			if (
				(answer?.body as { message?: string } | undefined)?.message?.startsWith('There is nothing')
			) {
				violations.push(`${method} ${path}: no address of the API`);
			}
			if (fault?.mode === 'after') {
				response.destroy();
				return undefined;
			}
			return answer;
		},
	});

	return {
		url: server.url,
		violations,
		state,
		fail: (fault) => faults.add(fault),
		close: server.close,
	};
}

function field(
	field_code: string,
	field_name: string,
	field_type: string,
	custom: boolean,
): object {
	return { field_code, field_name, field_type, options: null, is_custom_field: custom };
}

function failure(status: number, error: string): Answer {
	return { status, body: { success: false, error } };
}

/**
 * What Pipedrive's published descriptions of both versions have against a call; undefined where they are not at hand. Of an answer only what
 * the adapter reads is played here, so that requests are checked and answers are not.
 */
function publishedDescriptions():
	((exchange: Exchange, answer: NonNullable<Answer>) => string[]) | undefined {
	const folder = path.join(
		process.env.VENDOR_SPECS_DIR ?? path.join(__dirname, '..', '..', '..', 'shared', 'specs'),
		'pipedrive',
	);
	if (!existsSync(folder)) {
		console.log(
			'Pipedrive’s published API descriptions are not at hand: what passes is not checked against them.',
		);
		return undefined;
	}
	described ??= {
		'/v1': new ApiDescription([path.join(folder, 'openapi-v1.yaml')]),
		'/api/v2': new ApiDescription([path.join(folder, 'openapi-v2.yaml')]),
	};
	const known = described;
	return ({ method, path: address, body }, { status, body: response }) => {
		const version = Object.keys(known).find((one) => address.startsWith(`${one}/`));
		if (!version) return [];
		return known[version]!.check({
			method,
			path: address.slice(version.length),
			request: body,
			status,
			response,
		}).filter((problem) => problem.includes(' request') || problem.includes('no such call'));
	};
}

/** Read once: they are long. */
let described: Record<string, ApiDescription> | undefined;
