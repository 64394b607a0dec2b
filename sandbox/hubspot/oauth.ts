import { randomUUID } from 'node:crypto';

import type { Answer } from '../http';

/** The app that a user connects with, as HubSpot's developer page shows it. */
export interface HubspotApp {
	clientId: string;
	clientSecret: string;
}

/** How long a token of HubSpot's lasts. */
const LIFETIME_SECONDS = 1_800;

/**
 * HubSpot's sign-in for apps: a code becomes an access token and a refresh token, and a refresh token a new access token. Tokens
 * last until they are expired by hand, so that a test decides when.
 */
export class HubspotTokens {
	private readonly valid = new Set<string>();
	private readonly refreshTokens = new Set<string>();
	/** How often each way of asking for a token was granted. */
	readonly granted = { authorization_code: 0, refresh_token: 0 };

	constructor(private readonly app: HubspotApp) {}

	accepts(accessToken: string): boolean {
		return this.valid.has(accessToken);
	}

	/** Every access token stops working, as after half an hour. Refresh tokens stay. */
	expire(): void {
		this.valid.clear();
	}

	/** Answers `POST /oauth/v1/token`, whose body is a form. */
	grant(form: URLSearchParams): Answer {
		const type = form.get('grant_type');
		if (
			form.get('client_id') !== this.app.clientId ||
			form.get('client_secret') !== this.app.clientSecret
		) {
			return refused('BAD_CLIENT_ID', 'missing or unknown client id or secret');
		}
		if (type === 'refresh_token') {
			const known = form.get('refresh_token') ?? '';
			if (!this.refreshTokens.has(known)) {
				return refused('BAD_REFRESH_TOKEN', 'missing or unknown refresh token');
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
		return refused('BAD_GRANT_TYPE', 'grant type must be authorization_code or refresh_token');
	}

	private issue(refreshToken: string): Answer {
		const accessToken = randomUUID();
		this.valid.add(accessToken);
		return {
			status: 200,
			body: {
				token_type: 'bearer',
				access_token: accessToken,
				refresh_token: refreshToken,
				expires_in: LIFETIME_SECONDS,
			},
		};
	}
}

function refused(status: string, message: string): Answer {
	return { status: 400, body: { status, message } };
}
