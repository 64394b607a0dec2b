import type { ProcessOptions } from './n8nProcess';
import { N8nProcess, freePort } from './n8nProcess';

export const OWNER = {
	email: 'owner@shop.example',
	password: 'Handoff-demo-1',
	firstName: 'Demo',
	lastName: 'Owner',
};

/** A running n8n, and what one does with it over HTTP. */
export class N8nClient {
	private cookie = '';

	constructor(readonly url: string) {}

	/** Signs in as the owner, who is set up at the first time. */
	async signIn(): Promise<void> {
		const settings = await this.call<{ userManagement: { showSetupOnFirstLoad?: boolean } }>(
			'GET',
			'/rest/settings',
		);
		const path = settings.userManagement.showSetupOnFirstLoad ? '/rest/owner/setup' : '/rest/login';
		const response = await this.request('POST', path, {
			...OWNER,
			emailOrLdapLoginId: OWNER.email,
		});
		if (!response.ok) throw new Error(`n8n refused the sign-in: ${await response.text()}`);
		this.cookie = response.headers
			.getSetCookie()
			.map((cookie) => cookie.split(';')[0])
			.join('; ');
	}

	/** One call of n8n's own REST interface; returns its `data`. */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.request(method, path, body);
		const text = await response.text();
		if (!response.ok)
			throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${text}`);
		return (text === '' ? undefined : (JSON.parse(text) as { data: T }).data) as T;
	}

	/** A request with the session's cookie, to any path of the server. */
	request(method: string, path: string, body?: unknown): Promise<Response> {
		return fetch(`${this.url}${path}`, {
			method,
			headers: {
				// n8n ends connections that are idle for five seconds; one that is kept may be dead by the time it is used again.
				connection: 'close',
				...(this.cookie ? { cookie: this.cookie } : {}),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			redirect: 'manual',
		});
	}
}

/** A real n8n server that runs beside the tests or the demo. */
export class N8n extends N8nClient {
	private constructor(
		private readonly process: N8nProcess,
		url: string,
	) {
		super(url);
	}

	/** Starts n8n and waits until it is ready to take requests. Throws with the end of its log if it does not get there. */
	static async start({ port, env, ...options }: ProcessOptions & { port: number }): Promise<N8n> {
		const url = `http://127.0.0.1:${port}`;
		const started = await N8nProcess.start(['start'], url, {
			...options,
			env: {
				N8N_PORT: String(port),
				N8N_LISTEN_ADDRESS: '127.0.0.1',
				N8N_HOST: '127.0.0.1',
				N8N_SECURE_COOKIE: 'false',
				...env,
			},
		});
		return new N8n(started, url);
	}

	/** Process id of n8n itself. */
	get pid(): number | undefined {
		return this.process.pid;
	}

	/** Resolves, with the end of the log, when n8n stops although nobody asked it to. */
	died(): Promise<Error> {
		return this.process.died();
	}

	/** Stops n8n and everything that it started. */
	stop(): Promise<void> {
		return this.process.stop();
	}

	/** Ends n8n and everything that it started as a power cut would. */
	killNow(): Promise<void> {
		return this.process.killNow();
	}
}

/** Starts a worker of n8n's queue mode; `env` says which queue and database it serves. */
export async function startWorker(options: ProcessOptions): Promise<N8nProcess> {
	const port = await freePort();
	return N8nProcess.start(['worker', '--concurrency=10'], `http://127.0.0.1:${port}`, {
		...options,
		env: {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
			...options.env,
		},
	});
}

export { freePort, importOnTheCommandLine } from './n8nProcess';
