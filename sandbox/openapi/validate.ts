import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

interface Operation {
	requestBody?: { required?: boolean; $ref?: string };
	responses?: Record<string, object>;
	parameters?: Parameter[];
	/** What a vendor adds of its own. */
	[name: `x-${string}`]: unknown;
}

interface Parameter {
	name: string;
	in: string;
	required?: boolean;
	schema?: { type?: string; enum?: unknown[] };
}

interface Schema {
	$ref?: string;
	allOf?: Schema[];
	properties?: Record<string, unknown>;
}

interface Description {
	paths: Record<string, Record<string, Operation>>;
}

interface Route {
	template: string;
	pattern: RegExp;
	/** Which of the descriptions it stands in. */
	document: number;
	methods: Record<string, Operation>;
}

/** A vendor's published description of an API, against which what passes is checked. */
export class ApiDescription {
	private readonly ajv = new Ajv({ strict: false, allErrors: true });
	private readonly compiled = new Map<string, ValidateFunction>();
	private readonly documents: Description[];
	private readonly routes: Route[];

	/** Reads descriptions (JSON or YAML) from files; `overlay` may mend each before it is used. */
	constructor(files: string[], overlay: (document: object) => object = (document) => document) {
		addFormats(this.ajv);
		for (const format of ['url', 'int32', 'int64', 'float', 'double', 'binary', 'datetime']) {
			this.ajv.addFormat(format, true);
		}
		this.documents = files.map(
			(file) => overlay(parse(readFileSync(file, 'utf8')) as object) as Description,
		);
		this.documents.forEach((document, index) =>
			this.ajv.addSchema(document, `description-${index}`),
		);
		this.routes = this.documents
			.flatMap(({ paths }, document) =>
				Object.entries(paths).map(([template, methods]) => ({
					document,
					template,
					methods,
					pattern: patternOf(template),
				})),
			)
			// A path without variables wins over one whose variable would swallow it.
			.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
	}

	/** What is wrong with an exchange by the description, in words; empty if nothing is. */
	check(exchange: {
		method: string;
		path: string;
		/** Checked, too, where it is given. */
		query?: URLSearchParams;
		request: unknown;
		status: number;
		response: unknown;
	}): string[] {
		const name = `${exchange.method} ${exchange.path}`;
		const method = exchange.method.toLowerCase();
		const route = this.routeOf(method, exchange.path);
		if (!route) return [`${name}: the published description has no such call`];
		const { requestBody, responses, parameters } = route.methods[method]!;
		const base = ['paths', route.template, method];
		const problems: string[] = [];
		if (exchange.status < 400 && exchange.query) {
			problems.push(...queryProblems(parameters ?? [], exchange.query, name));
		}
		// A request that was refused may well have been wrong: that is what was answered.
		if (exchange.status < 400 && requestBody) {
			if (exchange.request !== undefined) {
				problems.push(
					...this.differencesAt(
						route.document,
						[...base, 'requestBody'],
						exchange.request,
						`${name} request`,
					),
				);
			} else if (requestBody.required) {
				problems.push(`${name} request: there is no body`);
			}
		}
		const status = responses?.[String(exchange.status)] ? String(exchange.status) : 'default';
		if (exchange.status < 400 && responses && !responses[status]) {
			problems.push(`${name}: ${exchange.status} is none of its answers`);
		}
		if (responses?.[status] && exchange.response !== undefined) {
			problems.push(
				...this.differencesAt(
					route.document,
					[...base, 'responses', status],
					exchange.response,
					`${name} ${exchange.status} response`,
				),
			);
		}
		return problems;
	}

	/** What the descriptions say of a call. */
	operation(method: string, path: string): Operation | undefined {
		const name = method.toLowerCase();
		return this.routeOf(name, path)?.methods[name];
	}

	/** Names of the properties that a request may have; undefined where the description has none. */
	requestNames(method: string, path: string): Set<string> | undefined {
		const name = method.toLowerCase();
		const route = this.routeOf(name, path);
		if (!route) return undefined;
		const at = this.follow(route.document, ['paths', route.template, name, 'requestBody']);
		const schema = this.read(route.document, [...at, 'content', 'application/json', 'schema']);
		return schema ? new Set(this.namesIn(route.document, schema as Schema)) : undefined;
	}

	private namesIn(document: number, schema: Schema): string[] {
		if (schema.$ref) {
			const target = this.read(document, schema.$ref.replace(/^#\//u, '').split('/'));
			return this.namesIn(document, (target ?? {}) as Schema);
		}
		return [
			...Object.keys(schema.properties ?? {}),
			...(schema.allOf ?? []).flatMap((part) => this.namesIn(document, part)),
		];
	}

	private routeOf(method: string, path: string): Route | undefined {
		return this.routes.find(({ pattern, methods }) => pattern.test(path) && methods[method]);
	}

	/** Checks a value against a named schema of the first description. */
	differences(schema: string, value: unknown, where: string): string[] {
		return this.validate(`description-0#/components/schemas/${schema}`, value, where);
	}

	/** Checks a body against what stands at a place of a description; nothing is asked of one without a JSON schema. */
	private differencesAt(
		document: number,
		place: string[],
		value: unknown,
		where: string,
	): string[] {
		const at = this.follow(document, place);
		for (const type of ['application/json', '*/*']) {
			if (this.read(document, [...at, 'content', type, 'schema']) === undefined) continue;
			const pointer = [...at, 'content', type, 'schema'].map(escapePointer).join('/');
			return this.validate(`description-${document}#/${pointer}`, value, where);
		}
		return [];
	}

	/** Bodies may be named in the components and only referred to. */
	private follow(document: number, place: string[]): string[] {
		const { $ref } = (this.read(document, place) ?? {}) as { $ref?: string };
		return $ref ? $ref.replace(/^#\//u, '').split('/') : place;
	}

	private read(document: number, place: string[]): unknown {
		return place.reduce<unknown>(
			(node, key) => (node as Record<string, unknown> | undefined)?.[key],
			this.documents[document],
		);
	}

	private validate(reference: string, value: unknown, where: string): string[] {
		let validate = this.compiled.get(reference);
		if (!validate) {
			validate = this.ajv.compile({ $ref: reference });
			this.compiled.set(reference, validate);
		}
		if (validate(value)) return [];
		return (validate.errors ?? []).map(
			({ instancePath, message, params }) =>
				`${where}: ${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
		);
	}
}

function queryProblems(parameters: Parameter[], query: URLSearchParams, name: string): string[] {
	const known = parameters.filter((one) => one.in === 'query');
	const missing = known
		.filter((one) => one.required && !query.has(one.name))
		.map((one) => `${name} query: ${one.name} is missing`);
	const wrong = [...query].flatMap(([key, value]) => {
		const parameter = known.find((one) => one.name === key);
		if (!parameter) return [`${name} query: there is no ${key}`];
		const { type, enum: choices } = parameter.schema ?? {};
		const fits =
			(type !== 'integer' || /^-?\d+$/u.test(value)) &&
			(type !== 'boolean' || /^(true|false)$/u.test(value)) &&
			(!choices || choices.map(String).includes(value));
		return fits ? [] : [`${name} query: ${key} cannot be ${value}`];
	});
	return [...missing, ...wrong];
}

function patternOf(template: string): RegExp {
	const source = template.replace(/[.*+?^$()|[\]\\]/gu, '\\$&').replace(/\{[^}]+\}/gu, '[^/]+');
	return new RegExp(`^${source}$`, 'u');
}

function escapePointer(key: string): string {
	return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
