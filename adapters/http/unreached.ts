/** Network codes after which it is certain that nothing was sent: there was no connection. */
const NEVER_SENT: ReadonlySet<string> = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
]);

/** Deeper than n8n and an SDK wrap an error. */
const MOST_LAYERS = 8;

/** Whether no connection was ever made, so that nothing can have been sent; `code` is the network's. */
export function wasNeverSent(code: string | undefined): boolean {
	return code !== undefined && NEVER_SENT.has(code);
}

/** The network's code of a connection that was never made, however deep it lies in the error. */
export function unreachedCode(error: unknown): string | undefined {
	let layer = error;
	for (let depth = 0; depth < MOST_LAYERS; depth++) {
		if (typeof layer !== 'object' || layer === null) return undefined;
		const { code, cause } = layer as { code?: unknown; cause?: unknown };
		if (typeof code === 'string' && wasNeverSent(code)) return code;
		layer = cause;
	}
	return undefined;
}
