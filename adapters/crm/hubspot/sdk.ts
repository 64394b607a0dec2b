import type * as Associations from '@hubspot/api-client/lib/codegen/crm/associations/v4';
import type * as Objects from '@hubspot/api-client/lib/codegen/crm/objects';
import type * as Owners from '@hubspot/api-client/lib/codegen/crm/owners';
import type * as Pipelines from '@hubspot/api-client/lib/codegen/crm/pipelines';
import type * as Properties from '@hubspot/api-client/lib/codegen/crm/properties';

import type { HttpRequest, HttpSend } from '../../../core/ports/http';

/** The parts of HubSpot's SDK that are used. */
export interface HubspotSdk {
	objects: Objects.BasicApi;
	search: Objects.SearchApi;
	batch: Objects.BatchApi;
	owners: Owners.OwnersApi;
	pipelines: Pipelines.PipelinesApi;
	properties: Properties.CoreApi;
	associations: Associations.BasicApi;
	manyAssociations: Associations.BatchApi;
}

/** HubSpot answered with an error. Thrown in the HTTP layer, since the SDK can only read errors that are JSON. */
export class HubspotRefusal extends Error {
	constructor(
		readonly status: number,
		readonly headers: Record<string, string>,
		readonly body: Record<string, unknown>,
	) {
		super(`HubSpot answered with status ${status}`);
	}
}

/**
 * HubSpot's own SDK with `send` as its HTTP layer, so that n8n's credential, token refresh, proxy and outbound rules apply. The
 * SDK's client class is left aside: it brings all 60 APIs, and its retries repeat creations that may have been done. Loaded on
 * first use.
 */
export async function hubspotSdk(send: HttpSend, baseUrl: string): Promise<HubspotSdk> {
	const [objects, owners, pipelines, properties, associations] = await Promise.all([
		import('@hubspot/api-client/lib/codegen/crm/objects'),
		import('@hubspot/api-client/lib/codegen/crm/owners'),
		import('@hubspot/api-client/lib/codegen/crm/pipelines'),
		import('@hubspot/api-client/lib/codegen/crm/properties'),
		import('@hubspot/api-client/lib/codegen/crm/associations/v4'),
	]);
	// Each API of the SDK has classes of its own, alike in form.
	const configured = <C>(api: {
		createConfiguration(options: never): C;
		ServerConfiguration: new (url: string, variables: Record<string, string>) => unknown;
		Observable: new (promise: Promise<unknown>) => unknown;
	}): C =>
		api.createConfiguration({
			baseServer: new api.ServerConfiguration(baseUrl, {}),
			httpApi: {
				send: (request: SdkRequest) => new api.Observable(exchange(send, request)),
			},
		} as never);
	const forObjects = configured(objects);
	const forAssociations = configured(associations);
	return {
		objects: new objects.BasicApi(forObjects),
		search: new objects.SearchApi(forObjects),
		batch: new objects.BatchApi(forObjects),
		owners: new owners.OwnersApi(configured(owners)),
		pipelines: new pipelines.PipelinesApi(configured(pipelines)),
		properties: new properties.CoreApi(configured(properties)),
		associations: new associations.BasicApi(forAssociations),
		manyAssociations: new associations.BatchApi(forAssociations),
	};
}

interface SdkRequest {
	getUrl(): string;
	getHttpMethod(): string;
	getHeaders(): Record<string, string>;
	getBody(): unknown;
}

async function exchange(send: HttpSend, request: SdkRequest) {
	const body = request.getBody();
	const answer = await send({
		method: request.getHttpMethod() as HttpRequest['method'],
		url: request.getUrl(),
		headers: request.getHeaders(),
		...(typeof body === 'string' ? { body } : {}),
	});
	const bytes = Buffer.from(answer.body);
	if (answer.status >= 400) throw new HubspotRefusal(answer.status, answer.headers, json(bytes));
	return {
		httpStatusCode: answer.status,
		headers: { 'content-type': 'application/json', ...answer.headers },
		body: {
			text: () => Promise.resolve(bytes.toString('utf8')),
			binary: () => Promise.resolve(bytes),
		},
	};
}

function json(bytes: Buffer): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
