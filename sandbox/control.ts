import type { Fault, Faults } from './faults';
import type { Route } from './http';
import type { AppTokens } from './oauth';

/** What a test may look at and change in a stand-in. */
export interface Controlled {
	/** All that it holds; not offered where left out. */
	state?: () => unknown;
	/** Requests and answers that the vendor's description does not allow. */
	violations: unknown[];
	faults: Faults;
	tokens?: AppTokens | undefined;
	/** Puts everything but violations and faults back to the beginning. */
	reset: () => void;
}

/** The calls below `/_control` that all stand-ins have in common. */
export function controlRoutes({ state, violations, faults, tokens, reset }: Controlled): Route[] {
	const show = (name: string, look: () => unknown): Route => ({
		method: 'GET',
		path: `/_control/${name}`,
		handle: () => ({ status: 200, body: look() }),
	});
	const change = (name: string, work: (body: unknown) => void): Route => ({
		method: 'POST',
		path: `/_control/${name}`,
		handle({ body }) {
			work(body);
			return { status: 200, body: {} };
		},
	});
	return [
		...(state ? [show('state', state)] : []),
		show('violations', () => violations),
		show('tokens', () => tokens?.granted ?? {}),
		change('expire-tokens', () => tokens?.expire()),
		change('fail', (body) => faults.add(body as Fault)),
		change('clear-faults', () => faults.clear()),
		change('reset', () => {
			reset();
			violations.length = 0;
			faults.clear();
		}),
	];
}
