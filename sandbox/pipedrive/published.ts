import { existsSync } from 'node:fs';
import path from 'node:path';

import type { Answer, Exchange } from '../http';
import { ApiDescription } from '../openapi/validate';

/** What Pipedrive's published descriptions say of a call. */
export interface Published {
	/** What they have against it. */
	check(exchange: Exchange, answer: NonNullable<Answer>): string[];
	/** Tokens that it costs; undefined where they do not tell. */
	cost(exchange: Exchange): number | undefined;
}

/** A lead has the account's own fields beside its own; they are named by a hash. */
const CUSTOM_FIELD = /^[\da-f]{40}(_currency)?$/u;

/** Read once: they are long. */
let described: Record<string, ApiDescription> | undefined;

/**
 * Pipedrive's descriptions of both versions of its API may not be redistributed: they are read from beside the repository; undefined
 * where they are not at hand.
 */
export function publishedDescriptions(): Published | undefined {
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
	const of = ({ path: address }: Exchange) => {
		const version = Object.keys(known).find((one) => address.startsWith(`${one}/`));
		return version === undefined
			? undefined
			: { description: known[version]!, path: address.slice(version.length) };
	};
	return {
		check(exchange, answer) {
			const found = of(exchange);
			if (!found) return [];
			const { method, body: request, query } = exchange;
			const { status, body: response } = answer;
			const { description, path } = found;
			// n8n's credential puts the token there.
			const asked = new URLSearchParams([...query].filter(([name]) => name !== 'api_token'));
			const names = description.requestNames(method, path);
			const unknown = Object.keys((request ?? {}) as object).filter(
				(name) => names && !names.has(name) && !CUSTOM_FIELD.test(name),
			);
			return [
				...unknown.map((name) => `${method} ${path} request: there is no ${name}`),
				...description.check({ method, path, query: asked, request, status, response }),
			];
		},
		cost(exchange) {
			const found = of(exchange);
			const cost = found?.description.operation(exchange.method, found.path)?.['x-token-cost'];
			return typeof cost === 'number' ? cost : undefined;
		},
	};
}
