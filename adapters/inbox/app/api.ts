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
	const filled = Object.entries(parameters).filter(([, value]) => value !== '');
	const query = new URLSearchParams([['data', data], ...filled]);
	const response = await fetch(`?${query}`, {
		headers: { accept: 'application/json' },
		...(signal ? { signal } : {}),
	});
	return read<T>(response);
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
