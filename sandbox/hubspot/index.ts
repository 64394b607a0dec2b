import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import { ApiDescription } from '../openapi/validate';
import { Objects, failure, shown } from './objects';

export interface HubspotOptions {
	port?: number;
	accessToken: string;
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
	fail(fault: Fault): void;
	close(): Promise<void>;
}

export interface HubspotState {
	contacts: object[];
	deals: object[];
	notes: object[];
	tasks: object[];
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

const OWNERS = ['agent.one@shop.example', 'agent.two@shop.example'].map((email, index) => ({
	id: String(501 + index),
	email,
	firstName: 'Agent',
	lastName: index === 0 ? 'One' : 'Two',
	userId: 9001 + index,
	createdAt: '2026-01-01T00:00:00.000Z',
	updatedAt: '2026-01-01T00:00:00.000Z',
	archived: false,
}));

/** Calls that the SDK makes and that are newer than the published descriptions at hand. */
const NEWER_THAN_THE_DESCRIPTION = [/\/batch\/upsert$/u];

/** A stand-in of HubSpot's API with one account. */
export async function startHubspotStandIn(options: HubspotOptions): Promise<Hubspot> {
	const now = options.now ?? (() => new Date());
	const faults = new Faults();
	const violations: string[] = [];
	let objects = new Objects(now, options.searchLagMs ?? 5000);
	const description = options.validate === false ? undefined : publishedDescription();

	const state = (): HubspotState => ({
		contacts: objects.all('contacts'),
		deals: objects.all('deals'),
		notes: objects.all('notes'),
		tasks: objects.all('tasks'),
		associations: objects.associations,
	});

	const wanted = (exchange: Exchange) =>
		exchange.query.getAll('properties').flatMap((one) => one.split(','));
	const notFound = (): Answer => failure(404, 'OBJECT_NOT_FOUND', 'resource not found');

	function createOne(
		type: string,
		input: { properties: Record<string, string>; associations?: never[] },
	): Answer {
		const objection = objects.objection(type, input.properties);
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
				const { inputs, properties } = body as {
					inputs: Array<{ id: string; idProperty?: string; properties: Record<string, string> }>;
					properties?: string[];
					idProperty?: string;
				};
				const type = params.type!;
				const idProperty = (body as { idProperty?: string }).idProperty;
				const time = now().toISOString();
				const results: object[] = [];
				const errors: object[] = [];
				for (const input of inputs) {
					const record =
						input.id === undefined
							? undefined
							: objects.find(type, input.id, input.idProperty ?? idProperty);
					if (params.action === 'read') {
						if (record) results.push(shown(record, properties));
						else
							errors.push({
								status: 'error',
								category: 'OBJECT_NOT_FOUND',
								message: `Could not get some ${type}`,
								context: { ids: [input.id] },
							});
						continue;
					}
					const objection = objects.objection(type, input.properties, record?.id);
					if (objection) return objection;
					if (record) {
						results.push({
							...shown(objects.update(record, input.properties)),
							...(params.action === 'upsert' ? { new: false } : {}),
						});
					} else if (params.action === 'upsert' || params.action === 'create') {
						const key = input.idProperty && input.id ? { [input.idProperty]: input.id } : {};
						results.push({
							...shown(objects.create(type, { ...input.properties, ...key }, [])),
							...(params.action === 'upsert' ? { new: true } : {}),
						});
					} else {
						return notFound();
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
				const mine = objects.associations.filter(
					({ fromId, toType }) => fromId === params.id && toType === params.toType,
				);
				const ids = [...new Set(mine.map(({ toId }) => toId))];
				return {
					status: 200,
					body: {
						results: ids.map((toId) => ({
							toObjectId: Number(toId),
							associationTypes: mine
								.filter((one) => one.toId === toId)
								.map(({ typeId }) => ({ category: 'HUBSPOT_DEFINED', typeId })),
						})),
					},
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
				const DEFAULTS: Record<string, number> = {
					'deals>contacts': 3,
					'contacts>deals': 4,
					'notes>contacts': 202,
					'notes>deals': 214,
					'tasks>contacts': 204,
					'tasks>deals': 216,
				};
				objects.associate(from, to, DEFAULTS[`${from.type}>${to.type}`] ?? 1);
				const time = now().toISOString();
				return {
					status: 200,
					body: { status: 'COMPLETE', results: [], startedAt: time, completedAt: time },
				};
			},
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
				body: { results: params.type === 'deals' ? [PIPELINE] : [] },
			}),
		},
		{
			method: 'GET',
			path: '/crm/v3/properties/:type',
			handle: ({ params }) => ({
				status: 200,
				body: {
					results: [...(objects.properties.get(params.type!)?.values() ?? [])].map(shownProperty),
				},
			}),
		},
		{
			method: 'GET',
			path: '/crm/v3/properties/:type/:name',
			handle({ params }) {
				const property = objects.properties.get(params.type!)?.get(params.name!);
				return property ? { status: 200, body: shownProperty(property) } : notFound();
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
		{ method: 'GET', path: '/_control/state', handle: () => ({ status: 200, body: state() }) },
		{
			method: 'GET',
			path: '/_control/violations',
			handle: () => ({ status: 200, body: violations }),
		},
		{
			method: 'POST',
			path: '/_control/fail',
			handle({ body }) {
				faults.add(body as Fault);
				return { status: 200, body: {} };
			},
		},
		{
			method: 'POST',
			path: '/_control/clear-faults',
			handle() {
				faults.clear();
				return { status: 200, body: {} };
			},
		},
		{
			method: 'POST',
			path: '/_control/reset',
			handle() {
				objects = new Objects(now, options.searchLagMs ?? 5000);
				violations.length = 0;
				faults.clear();
				return { status: 200, body: {} };
			},
		},
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
			if (exchange.headers.authorization !== `Bearer ${options.accessToken}`) return unauthorized();
			const answer = await next();
			if (
				description &&
				answer &&
				!NEWER_THAN_THE_DESCRIPTION.some((one) => one.test(exchange.path))
			) {
				violations.push(
					...description.check({
						method: exchange.method,
						path: exchange.path,
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
		fail: (fault) => faults.add(fault),
		close: () => server.close(),
	};
}

function owners(email: string | null): Answer {
	return {
		status: 200,
		body: { results: OWNERS.filter((owner) => !email || owner.email === email) },
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
	return new ApiDescription(files);
}
