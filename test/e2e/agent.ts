import { signToken } from '../../adapters/inbox/tokens';
import { LIMIT_MS, environment } from './harness';

/** An agent at the inbox, as the page does it: signed in by link, with the session's cookie. */
export class Agent {
	private cookie = '';

	constructor(
		readonly email: string,
		private readonly role: 'agent' | 'supervisor' = 'agent',
		private readonly inboxUrl = environment.inboxUrl,
		readonly name = email,
		private readonly secret = environment.inboxSecret,
	) {}

	link(): string {
		return `${this.inboxUrl}?link=${signToken(
			{
				id: this.email,
				name: this.name,
				role: this.role,
				use: 'link',
				nonce: `${this.email}:${process.hrtime.bigint()}`,
				expiresAt: Date.now() + LIMIT_MS,
			},
			this.secret,
		)}`;
	}

	async open(link: string): Promise<number> {
		const response = await fetch(link, { redirect: 'manual' });
		this.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		return response.status;
	}

	async ask(parameters: Record<string, string>) {
		const response = await fetch(`${this.inboxUrl}?${new URLSearchParams(parameters)}`, {
			headers: { cookie: this.cookie },
		});
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	}

	async act(action: string, conversationId: string, fields: object = {}, headers: object = {}) {
		const response = await fetch(this.inboxUrl, {
			method: 'POST',
			headers: {
				cookie: this.cookie,
				'content-type': 'application/json',
				'x-handoff-inbox': '1',
				...headers,
			},
			body: JSON.stringify({ action, conversationId, key: crypto.randomUUID(), ...fields }),
		});
		return { status: response.status, body: (await response.json()) as { message?: string } };
	}
}
