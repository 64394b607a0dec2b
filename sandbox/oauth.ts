import type { KeyObject } from 'node:crypto';
import { randomUUID, verify } from 'node:crypto';

import type { Answer, Exchange } from './http';

/** The app that a user connects with, as the vendor's developer page shows it. */
export interface App {
	clientId: string;
	clientSecret: string;
	/** Who may sign in by an assertion that is signed with this key, and no browser (Salesforce's JWT flow). */
	integration?: { username: string; publicKey: KeyObject };
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** How long a token lasts by what the answer says. */
const LIFETIME_SECONDS = 1_800;

/**
 * A vendor's sign-in for apps: a code becomes an access token and a refresh token, and a refresh token a new access token. Tokens
 * last until they are expired by hand, so that a test decides when.
 */
export class AppTokens {
	private readonly valid = new Set<string>();
	private readonly refreshTokens = new Set<string>();
	/** How often each way of asking for a token was granted. */
	readonly granted = { authorization_code: 0, refresh_token: 0, assertion: 0 };

	constructor(
		private readonly app: App,
		/** What the vendor tells beside the token, e.g. the org's address. */
		private readonly more: () => object = () => ({}),
	) {}

	accepts(accessToken: string): boolean {
		return this.valid.has(accessToken);
	}

	/** Every access token stops working, as after half an hour. Refresh tokens stay. */
	expire(): void {
		this.valid.clear();
	}

	/** Answers a `POST` to the token's address, whose body is a form; the client signs in by header or in the form. */
	grant({ raw, headers }: Pick<Exchange, 'raw' | 'headers'>): Answer {
		const form = new URLSearchParams(raw.toString('utf8'));
		const type = form.get('grant_type');
		if (type === JWT_BEARER) return this.byAssertion(form.get('assertion') ?? '');
		const basic = /^Basic (.+)$/u.exec(headers.authorization ?? '')?.[1];
		const [id, secret] = basic
			? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
			: [form.get('client_id'), form.get('client_secret')];
		if (id !== this.app.clientId || secret !== this.app.clientSecret) {
			return refused('invalid_client', 'missing or unknown client id or secret');
		}
		if (type === 'refresh_token') {
			const known = form.get('refresh_token') ?? '';
			if (!this.refreshTokens.has(known)) {
				return refused('invalid_grant', 'missing or unknown refresh token');
			}
			this.granted.refresh_token += 1;
			return this.issue(known);
		}
		if (type === 'authorization_code' && form.get('code')) {
			this.granted.authorization_code += 1;
			const refreshToken = randomUUID();
			this.refreshTokens.add(refreshToken);
			return this.issue(refreshToken);
		}
		return refused(
			'unsupported_grant_type',
			'grant type must be authorization_code or refresh_token',
		);
	}

	private byAssertion(assertion: string): Answer {
		const { integration } = this.app;
		const [head = '', claims = '', signature = ''] = assertion.split('.');
		const { iss, sub, exp } = JSON.parse(
			Buffer.from(claims, 'base64url').toString() || '{}',
		) as Record<string, unknown>;
		const signed =
			integration !== undefined &&
			verify(
				'RSA-SHA256',
				Buffer.from(`${head}.${claims}`),
				integration.publicKey,
				Buffer.from(signature, 'base64url'),
			);
		if (!signed || iss !== this.app.clientId || sub !== integration.username) {
			return refused('invalid_grant', 'user hasn’t approved this consumer');
		}
		if (typeof exp !== 'number' || exp * 1000 < Date.now()) {
			return refused('invalid_grant', 'expired authorization code');
		}
		this.granted.assertion += 1;
		return this.issue(undefined);
	}

	private issue(refreshToken: string | undefined): Answer {
		const accessToken = randomUUID();
		this.valid.add(accessToken);
		return {
			status: 200,
			body: {
				token_type: 'Bearer',
				access_token: accessToken,
				...(refreshToken ? { refresh_token: refreshToken, expires_in: LIFETIME_SECONDS } : {}),
				...this.more(),
			},
		};
	}
}

function refused(error: string, error_description: string): Answer {
	return { status: 400, body: { error, error_description } };
}
