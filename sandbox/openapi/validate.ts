import SwaggerParser from '@apidevtools/swagger-parser';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

interface Operation {
	requestBody?: { required?: boolean; content?: Record<string, { schema?: object }> };
	responses?: Record<string, { content?: Record<string, { schema?: object }> }>;
}

interface Description {
	paths: Record<string, Record<string, Operation>>;
}

/** A vendor's published description of an API, against which what passes is checked. */
export class ApiDescription {
	private readonly ajv: Ajv;
	private readonly compiled = new Map<object, ValidateFunction>();
	private readonly routes: Array<{
		pattern: RegExp;
		template: string;
		methods: Record<string, Operation>;
	}>;

	private constructor(documents: Description[]) {
		this.ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
		addFormats(this.ajv);
		for (const format of ['url', 'int32', 'int64', 'float', 'double', 'binary', 'datetime']) {
			this.ajv.addFormat(format, true);
		}
		this.routes = documents
			.flatMap(({ paths }) => Object.entries(paths))
			.map(([template, methods]) => ({
				template,
				methods,
				pattern: new RegExp(
					`^${template.replace(/[.*+?^$()|[\]\\]/gu, '\\$&').replace(/\{[^}]+\}/gu, '[^/]+')}$`,
					'u',
				),
			}))
			// A path without variables wins over one whose variable would swallow it.
			.sort((a, b) => variables(a.template) - variables(b.template));
	}

	/** Reads descriptions from files; `overlay` may mend each before it is used. */
	static async load(
		files: string[],
		overlay: (document: object) => object = (document) => document,
	): Promise<ApiDescription> {
		return new ApiDescription(
			await Promise.all(
				files.map(async (file) => {
					const parsed = await SwaggerParser.parse(file);
					return (await SwaggerParser.dereference(overlay(parsed) as typeof parsed, {
						dereference: { circular: 'ignore' },
					})) as unknown as Description;
				}),
			),
		);
	}

	/** What is wrong with an exchange by the description, in words; empty if nothing is. */
	check(exchange: {
		method: string;
		path: string;
		request: unknown;
		status: number;
		response: unknown;
	}): string[] {
		const name = `${exchange.method} ${exchange.path}`;
		const route = this.routes.find(
			({ pattern, methods }) =>
				pattern.test(exchange.path) && methods[exchange.method.toLowerCase()],
		);
		if (!route) return [`${name}: the published description has no such call`];
		const operation = route.methods[exchange.method.toLowerCase()]!;
		const problems: string[] = [];
		// A request that was refused may well have been wrong: that is what was answered.
		if (exchange.status < 400) {
			const body = operation.requestBody;
			const schema = body?.content?.['application/json']?.schema;
			if (schema && exchange.request !== undefined) {
				problems.push(...this.differences(schema, exchange.request, `${name} request`));
			} else if (body?.required && exchange.request === undefined) {
				problems.push(`${name} request: there is no body`);
			}
		}
		const answer = operation.responses?.[String(exchange.status)] ?? operation.responses?.default;
		const schema =
			answer?.content?.['application/json']?.schema ?? answer?.content?.['*/*']?.schema;
		if (schema && exchange.response !== undefined) {
			problems.push(
				...this.differences(schema, exchange.response, `${name} ${exchange.status} response`),
			);
		}
		return problems;
	}

	/** Checks a value against one schema of the description. */
	differences(schema: object, value: unknown, where: string): string[] {
		let validate = this.compiled.get(schema);
		if (!validate) {
			validate = this.ajv.compile(schema);
			this.compiled.set(schema, validate);
		}
		if (validate(value)) return [];
		return (validate.errors ?? []).map(
			({ instancePath, message, params }) =>
				`${where}: ${instancePath || 'body'} ${message} ${JSON.stringify(params)}`,
		);
	}
}

function variables(template: string): number {
	return template.split('{').length - 1;
}
