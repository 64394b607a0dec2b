/** The server has refused: `message` is its sentence, `code` what a page in another language says instead. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly advice: string,
		readonly code: string,
	) {
		super(message);
	}
}

interface ServerRefusal {
	message?: string;
	advice?: string;
	code?: string;
}

async function read<T>(response: Response): Promise<T> {
	if (response.ok) return (await response.json()) as T;
	const said = (await response.json().catch(() => ({}))) as ServerRefusal;
	throw new Refused(response.status, said.message ?? '', said.advice ?? '', said.code ?? '');
}

/** Data of the page. Throws {@link Refused}, or TypeError where the server is out of reach. */
export async function ask<T>(
	data: string,
	parameters: Record<string, string> = {},
	signal?: AbortSignal,
): Promise<T> {
	return read<T>(await get(data, parameters, signal));
}

function get(
	data: string,
	parameters: Record<string, string>,
	signal?: AbortSignal,
): Promise<Response> {
	const filled = Object.entries(parameters).filter(([, value]) => value !== '');
	return fetch(`?${new URLSearchParams([['data', data], ...filled])}`, {
		headers: { accept: 'application/json' },
		...(signal ? { signal } : {}),
	});
}

/** A proxy on the way keeps the server's events to itself. */
export class NoEvents extends Error {}

/** The first sign of life comes as soon as the server has the request; a proxy that gathers an answer holds it back. */
const FIRST_SIGN_MS = 10_000;
/** The server gives signs of life more often; after this long the connection is dead. */
const SILENCE_MS = 35_000;

/**
 * Server-sent events, until the server ends the connection. Throws {@link Refused}, {@link NoEvents}, or TypeError where the
 * connection breaks. Read by fetch, since EventSource does not say why it was refused.
 */
export async function* events<T>(
	data: string,
	parameters: Record<string, string>,
	signal: AbortSignal,
	onOpen: () => void,
): AsyncGenerator<T, void> {
	const dead = new AbortController();
	const either = AbortSignal.any([signal, dead.signal]);
	const inTime = async <V>(ms: number, late: Error, step: Promise<V>): Promise<V> => {
		const timer = setTimeout(() => dead.abort(late), ms);
		return step.finally(() => clearTimeout(timer));
	};
	const response = await inTime(FIRST_SIGN_MS, new NoEvents(), get(data, parameters, either));
	if (!response.ok) await read(response);
	const text = response.body!.pipeThrough(new TextDecoderStream()).getReader();
	let next = await inTime(FIRST_SIGN_MS, new NoEvents(), text.read());
	onOpen();
	let buffered = '';
	while (!next.done) {
		const parts = (buffered + next.value).split('\n\n');
		buffered = parts.pop()!;
		for (const part of parts) {
			if (part.startsWith('data: ')) yield JSON.parse(part.slice('data: '.length)) as T;
		}
		next = await inTime(SILENCE_MS, new TypeError('The connection is silent'), text.read());
	}
}

/** Something that the agent does; with a file the server gets both in one request. */
export async function act(action: object, file?: File): Promise<void> {
	const headers = { 'x-handoff-inbox': '1' };
	if (file) {
		const form = new FormData();
		form.set('action', JSON.stringify(action));
		form.set('file', file, file.name);
		await read(await fetch(location.pathname, { method: 'POST', headers, body: form }));
		return;
	}
	await read(
		await fetch(location.pathname, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: JSON.stringify(action),
		}),
	);
}

/** Address under which the server hands out the file of a message. */
export function fileAddress(conversationId: string, messageId: string): string {
	return `?${new URLSearchParams({ data: 'media', id: conversationId, message: messageId })}`;
}
