import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { controlRoutes } from '../control';
import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import type { App } from '../oauth';
import { AppTokens } from '../oauth';
import { ApiDescription } from '../openapi/validate';
import { Objects, failure, shown } from './objects';

export interface HubspotOptions {
	port?: number;
	/** Of a private app; lasts for ever. */
	accessToken: string;
	/** An app that users connect with; none by default. */
	app?: App;
	/** How long search lags behind a write. HubSpot's is seconds. Default 5,000. */
	searchLagMs?: number;
	now?: () => Date;
	/** Checks what passes against HubSpot's published descriptions, where they are at hand. Default true. */
	validate?: boolean;
}

export interface Hubspot {
	url: string;
	violations: string[];
	state(): HubspotState;
	/** Does what staff do in HubSpot. */
	objects(): Objects;
	fail(fault: Fault): void;
	close(): Promise<void>;
}

export interface HubspotState {
	contacts: object[];
	deals: object[];
	notes: object[];
	tasks: object[];
	tickets: object[];
	companies: object[];
	orders: object[];
	/** The account's fields, by type of record. */
	properties: Record<string, object[]>;
	associations: object[];
}

/** The default pipeline of a new account. */
const PIPELINE = {
	id: 'default',
	label: 'Sales Pipeline',
	displayOrder: 0,
	stages: [
		['appointmentscheduled', 'Appointment Scheduled', '0.2', 'false'],
		['qualifiedtobuy', 'Qualified To Buy', '0.4', 'false'],
		['presentationscheduled', 'Presentation Scheduled', '0.6', 'false'],
		['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8', 'false'],
		['contractsent', 'Contract Sent', '0.9', 'false'],
		['closedwon', 'Closed Won', '1.0', 'true'],
		['closedlost', 'Closed Lost', '0.0', 'true'],
	].map(([id, label, probability, isClosed], displayOrder) => ({
		id,
		label,
		displayOrder,
		metadata: { probability, isClosed },
		createdAt: '2026-01-01T00:00:00.000Z',
		updatedAt: '2026-01-01T00:00:00.000Z',
		archived: false,
	})),
	createdAt: '2026-01-01T00:00:00.000Z',
	updatedAt: '2026-01-01T00:00:00.000Z',
	archived: false,
};

/** The ticket pipeline of a new account. */
const TICKET_PIPELINE = {
	...PIPELINE,
	id: '0',
	label: 'Support Pipeline',
	stages: [
		['1', 'New', 'OPEN'],
		['2', 'Waiting on contact', 'OPEN'],
		['3', 'Waiting on us', 'OPEN'],
		['4', 'Closed', 'CLOSED'],
	].map(([id, label, ticketState], displayOrder) => ({
		id,
		label,
		displayOrder,
		metadata: { ticketState, isClosed: String(ticketState === 'CLOSED') },
		createdAt: '2026-01-01T00:00:00.000Z',
		updatedAt: '2026-01-01T00:00:00.000Z',
		archived: false,
	})),
};

const PIPELINES: Record<string, object[]> = { deals: [PIPELINE], tickets: [TICKET_PIPELINE] };

/** Number and host of the account, which are parts of the addresses of its pages. */
const ACCOUNT = { portalId: 4242, uiDomain: 'app.hubspot.example', accountType: 'SANDBOX' };

/** Types of associations that HubSpot chooses by itself. */
const DEFAULT_ASSOCIATIONS: Record<string, number> = {
	'deals>contacts': 3,
	'contacts>deals': 4,
	'tickets>contacts': 16,
	'contacts>companies': 279,
	'deals>companies': 341,
	'tickets>companies': 339,
	'notes>contacts': 202,
	'notes>deals': 214,
	'tasks>contacts': 204,
	'tasks>deals': 216,
};

/** The last of them was deactivated. */
const OWNERS = ['One', 'Two', 'Gone'].map((name, index) => ({
	id: String(501 + index),
	email: `agent.${name.toLowerCase()}@shop.example`,
	firstName: 'Agent',
	lastName: name,
	userId: 9001 + index,
	createdAt: '2026-01-01T00:00:00.000Z',
	updatedAt: '2026-01-01T00:00:00.000Z',
	archived: name === 'Gone',
}));

/** Calls of which no published description is at hand, or an older one only. */
const NOT_DESCRIBED = [/\/batch\/upsert$/u, /^\/account-info\//u];

const TOKEN_PATH = '/oauth/v1/token';

/** A stand-in of HubSpot's API with one account. */
export async function startHubspotStandIn(options: HubspotOptions): Promise<Hubspot> {
	const now = options.now ?? (() => new Date());
	const faults = new Faults();
	const violations: string[] = [];
	let objects = new Objects(now, options.searchLagMs ?? 5000);
	const tokens = options.app && new AppTokens(options.app);
	const description = options.validate === false ? undefined : publishedDescription();

	const state = (): HubspotState => ({
		contacts: objects.all('contacts'),
		deals: objects.all('deals'),
		notes: objects.all('notes'),
		tasks: objects.all('tasks'),
		tickets: objects.all('tickets'),
		companies: objects.all('companies'),
		orders: objects.all('orders'),
		properties: Object.fromEntries(
			[...objects.properties].map(([type, known]) => [type, [...known.values()]]),
		),
		associations: objects.associations,
	});

	const wanted = (exchange: Exchange) =>
		exchange.query.getAll('properties').flatMap((one) => one.split(','));
	const notFound = (): Answer => failure(404, 'OBJECT_NOT_FOUND', 'resource not found');

	function linksOf(id: string, type: string) {
		const mine = objects.associations.filter(
			({ fromId, toType }) => fromId === id && toType === type,
		);
		return [...new Set(mine.map(({ toId }) => toId))].map((toId) => ({
			toObjectId: Number(toId),
			associationTypes: mine
				.filter((one) => one.toId === toId)
				.map(({ typeId }) => ({ category: 'HUBSPOT_DEFINED', typeId })),
		}));
	}

	function createOne(
		type: string,
		input: { properties: Record<string, string>; associations?: never[] },
	): Answer {
		const objection =
			objects.objection(type, input.properties) ?? objects.linkObjection(input.associations ?? []);
		if (objection) return objection;
		return {
			status: 201,
			body: shown(objects.create(type, input.properties, input.associations ?? [])),
		};
	}

	const routes: Route[] = [
		{
			method: 'POST',
			path: '/crm/v3/objects/:type/search',
			handle({ params, body }) {
				const search = body as {
					filterGroups?: never[];
					limit?: number;
					after?: string | number;
					properties?: string[];
				};
				const found = objects.search(params.type!, search.filterGroups ?? []);
				const from = Number(search.after ?? 0);
				const limit = search.limit ?? 10;
				const more = found.length > from + limit;
				return {
					status: 200,
					body: {
						total: found.length,
						results: found
							.slice(from, from + limit)
							.map((record) => shown(record, search.properties)),
						...(more ? { paging: { next: { after: String(from + limit) } } } : {}),
					},
				};
			},
		},
		{
			method: 'POST',
			path: '/crm/v3/objects/:type/batch/:action',
			handle({ params, body }) {
				const { inputs, properties, idProperty } = body as {
					inputs: BatchInput[];
					properties?: string[];
					idProperty?: string;
				};
				const type = params.type!;
				const time = now().toISOString();
				const results: object[] = [];
				const errors: object[] = [];
				// With a trace id for each record, HubSpot does what it can and names the others.
				const traced = inputs.every(({ objectWriteTraceId }) => objectWriteTraceId !== undefined);
				if (params.action !== 'create' && hasTwins(inputs)) {
					return failure(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input.');
				}
				for (const input of inputs) {
					const record =
						input.id === undefined
							? undefined
							: objects.find(type, input.id, input.idProperty ?? idProperty);
					if (params.action === 'read') {
						if (record) results.push(shown(record, properties));
						else errors.push(batchError(404, `Could not get some ${type}`, { ids: [input.id] }));
						continue;
					}
					const objection =
						objects.objection(type, input.properties, record?.id) ??
						objects.linkObjection(input.associations ?? []);
					if (objection) {
						if (!traced) return objection;
						const { message } = objection.body as { message: string };
						errors.push(
							batchError(objection.status, message, {
								objectWriteTraceId: [input.objectWriteTraceId!],
							}),
						);
						continue;
					}
					const trace = traced ? { objectWriteTraceId: input.objectWriteTraceId } : {};
					if (record && params.action !== 'create') {
						results.push({
							...shown(objects.update(record, input.properties)),
							...(params.action === 'upsert' ? { new: false } : {}),
							...trace,
						});
					} else if (params.action === 'upsert' || params.action === 'create') {
						const key = input.idProperty && input.id ? { [input.idProperty]: input.id } : {};
						const made = objects.create(
							type,
							{ ...input.properties, ...key },
							input.associations ?? [],
						);
						results.push({
							...shown(made),
							...(params.action === 'upsert' ? { new: true } : {}),
							...trace,
						});
					} else {
						errors.push(batchError(404, `Could not get some ${type}`, { ids: [input.id] }));
					}
				}
				return {
					status: errors.length > 0 ? 207 : params.action === 'create' ? 201 : 200,
					body: {
						status: 'COMPLETE',
						results,
						startedAt: time,
						completedAt: time,
						...(errors.length > 0 ? { numErrors: errors.length, errors } : {}),
					},
				};
			},
		},
		{
			method: 'POST',
			path: '/crm/v3/objects/:type',
			handle: ({ params, body }) =>
				createOne(params.type!, body as Parameters<typeof createOne>[1]),
		},
		{
			method: 'GET',
			path: '/crm/v3/objects/:type/:id',
			handle(exchange) {
				const { type, id } = exchange.params;
				const record = objects.find(type!, id!, exchange.query.get('idProperty') ?? undefined);
				return record ? { status: 200, body: shown(record, wanted(exchange)) } : notFound();
			},
		},
		{
			method: 'PATCH',
			path: '/crm/v3/objects/:type/:id',
			handle({ params, query, body }) {
				const record = objects.find(params.type!, params.id!, query.get('idProperty') ?? undefined);
				if (!record) return notFound();
				const { properties } = body as { properties: Record<string, string> };
				return (
					objects.objection(params.type!, properties, record.id) ?? {
						status: 200,
						body: shown(objects.update(record, properties)),
					}
				);
			},
		},
		{
			method: 'GET',
			path: '/crm/v4/objects/:type/:id/associations/:toType',
			handle({ params }) {
				return { status: 200, body: { results: linksOf(params.id!, params.toType!) } };
			},
		},
		{
			method: 'POST',
			path: '/crm/v4/associations/:type/:toType/batch/read',
			handle({ params, body }) {
				const { inputs } = body as { inputs: Array<{ id: string }> };
				const time = now().toISOString();
				const results = inputs
					.map(({ id }) => ({ from: { id }, to: linksOf(id, params.toType!) }))
					.filter(({ to }) => to.length > 0);
				return {
					status: 200,
					body: { status: 'COMPLETE', results, startedAt: time, completedAt: time },
				};
			},
		},
		{
			method: 'PUT',
			path: '/crm/v4/objects/:type/:id/associations/:toType/:toId',
			handle({ params, body }) {
				const from = objects.find(params.type!, params.id!);
				const to = objects.find(params.toType!, params.toId!);
				if (!from || !to) return notFound();
				const types = body as Array<{ associationTypeId: number }>;
				types.forEach(({ associationTypeId }) => objects.associate(from, to, associationTypeId));
				return {
					status: 201,
					body: {
						fromObjectTypeId: '0-1',
						fromObjectId: Number(from.id),
						toObjectTypeId: '0-3',
						toObjectId: Number(to.id),
						labels: [],
					},
				};
			},
		},
		{
			method: 'PUT',
			path: '/crm/v4/objects/:type/:id/associations/default/:toType/:toId',
			handle({ params }) {
				const from = objects.find(params.type!, params.id!);
				const to = objects.find(params.toType!, params.toId!);
				if (!from || !to) return notFound();
				objects.associate(from, to, DEFAULT_ASSOCIATIONS[`${from.type}>${to.type}`] ?? 1);
				const time = now().toISOString();
				return {
					status: 200,
					body: { status: 'COMPLETE', results: [], startedAt: time, completedAt: time },
				};
			},
		},
		{
			method: 'GET',
			path: '/account-info/v3/details',
			handle: () => ({ status: 200, body: ACCOUNT }),
		},
		{
			method: 'GET',
			path: '/crm/v3/owners',
			handle: ({ query }) => owners(query.get('email')),
		},
		{
			method: 'GET',
			path: '/crm/v3/owners/',
			handle: ({ query }) => owners(query.get('email')),
		},
		{
			method: 'GET',
			path: '/crm/v3/owners/:id',
			handle({ params }) {
				const owner = OWNERS.find(({ id }) => id === params.id);
				return owner ? { status: 200, body: owner } : notFound();
			},
		},
		{
			method: 'GET',
			path: '/crm/v3/pipelines/:type',
			handle: ({ params }) => ({
				status: 200,
				body: { results: PIPELINES[params.type!] ?? [] },
			}),
		},
		{
			method: 'GET',
			path: '/crm/v3/properties/:type',
			handle: ({ params }) => ({
				status: 200,
				body: {
					results: [...(objects.properties.get(params.type!)?.values() ?? [])]
						.filter(({ archived }) => !archived)
						.map(shownProperty),
				},
			}),
		},
		{
			method: 'GET',
			path: '/crm/v3/properties/:type/:name',
			handle({ params }) {
				const property = objects.properties.get(params.type!)?.get(params.name!);
				return property && !property.archived
					? { status: 200, body: shownProperty(property) }
					: notFound();
			},
		},
		{
			method: 'POST',
			path: '/crm/v3/properties/:type',
			handle({ params, body }) {
				const property = body as { name: string };
				if (objects.properties.get(params.type!)?.has(property.name)) {
					return failure(
						409,
						'OBJECT_ALREADY_EXISTS',
						`A property named '${property.name}' already exists.`,
					);
				}
				return { status: 201, body: shownProperty(objects.define(params.type!, property)) };
			},
		},
		{
			method: 'POST',
			path: TOKEN_PATH,
			handle: (exchange) => tokens?.grant(exchange) ?? failure(404, 'NOT_FOUND', 'there is no app'),
		},
		...controlRoutes({
			state,
			violations,
			faults,
			tokens,
			reset: () => {
				objects = new Objects(now, options.searchLagMs ?? 5000);
			},
		}),
	];

	const server = await serve(routes, {
		port: options.port,
		async around(exchange, next) {
			const fault = faults.take(exchange.method, exchange.path);
			if (fault?.mode === 'timeout') return undefined;
			if (fault?.mode === 'before') {
				exchange.response.destroy();
				return undefined;
			}
			if (fault && fault.mode !== 'after') return misbehave(fault);
			if (exchange.path === TOKEN_PATH) return next();
			const bearer = /^Bearer (.+)$/u.exec(exchange.headers.authorization ?? '')?.[1] ?? '';
			if (bearer !== options.accessToken && !tokens?.accepts(bearer)) return unauthorized();
			const answer = await next();
			if (description && answer && !NOT_DESCRIBED.some((one) => one.test(exchange.path))) {
				violations.push(
					...description.check({
						method: exchange.method,
						path: exchange.path,
						query: exchange.query,
						request: exchange.body,
						status: answer.status,
						response: answer.body,
					}),
				);
			}
			if (fault?.mode !== 'after') return answer;
			exchange.response.destroy();
			return undefined;
		},
	});

	return {
		url: server.url,
		violations,
		state,
		objects: () => objects,
		fail: (fault) => faults.add(fault),
		close: () => server.close(),
	};
}

interface BatchInput {
	id: string;
	idProperty?: string;
	objectWriteTraceId?: string;
	properties: Record<string, string>;
	associations?: never[];
}

function hasTwins(inputs: BatchInput[]): boolean {
	return new Set(inputs.map(({ id }) => id)).size < inputs.length;
}

function batchError(status: number, message: string, context: Record<string, string[]>): object {
	return {
		status: 'error',
		category: status === 404 ? 'OBJECT_NOT_FOUND' : 'VALIDATION_ERROR',
		message,
		context,
		errors: [],
		links: {},
	};
}

function owners(email: string | null): Answer {
	return {
		status: 200,
		body: {
			results: OWNERS.filter((owner) => !owner.archived && (!email || owner.email === email)),
		},
	};
}

function shownProperty(property: object): object {
	return { options: [], description: '', ...property };
}

function unauthorized(): Answer {
	return failure(
		401,
		'EXPIRED_AUTHENTICATION',
		'The OAuth token used to make this call is expired or invalid.',
	);
}

function misbehave(fault: Fault): Answer {
	if (fault.mode === '401') return unauthorized();
	if (fault.mode === '429') {
		const limited = failure(
			429,
			'RATE_LIMITS',
			'You have reached your ten_secondly_rolling limit.',
			{
				policyName: 'TEN_SECONDLY_ROLLING',
			},
		);
		return { ...limited!, headers: { 'retry-after': '1', 'x-hubspot-ratelimit-remaining': '0' } };
	}
	return fault.body
		? { status: Number(fault.mode), body: fault.body }
		: failure(Number(fault.mode), 'INTERNAL_ERROR', 'internal error');
}

/** HubSpot's descriptions may not be redistributed: they are read from beside the repository where they are. */
function publishedDescription(): ApiDescription | undefined {
	const folder = path.join(
		process.env.VENDOR_SPECS_DIR ?? path.join(__dirname, '..', '..', '..', 'shared', 'specs'),
		'hubspot',
	);
	if (!existsSync(folder)) {
		console.log(
			'HubSpot’s published API descriptions are not at hand: what passes is not checked against them.',
		);
		return undefined;
	}
	// The generic description of objects last: it knows less of each type.
	const files = readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.sort((a, b) => Number(a.startsWith('Objects')) - Number(b.startsWith('Objects')))
		.map((file) => path.join(folder, file));
	return new ApiDescription(files, withIdProperty);
}

interface Described {
	paths: Record<string, { get?: { parameters?: Array<{ name: string; in: string }> } }>;
}

/**
 * The description of contacts says nothing of `idProperty` where one record is read, which the description of objects has for
 * every type, contacts among them.
 */
function withIdProperty(document: object): object {
	for (const [template, { get }] of Object.entries((document as Described).paths)) {
		if (!/^\/crm\/v3\/objects\/\w+\/\{\w+\}$/u.test(template)) continue;
		const parameters = get?.parameters;
		if (parameters && !parameters.some(({ name }) => name === 'idProperty')) {
			parameters.push({ name: 'idProperty', in: 'query' });
		}
	}
	return document;
}
