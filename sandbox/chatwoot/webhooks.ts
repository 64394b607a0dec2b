import { createHmac, randomUUID } from 'node:crypto';

/** An address that Chatwoot tells of what happens. */
export interface Subscriber {
	kind: 'account' | 'inbox' | 'bot';
	url: string;
	/** Absent in versions that do not sign. */
	secret?: string;
	/** Account webhooks choose events; the others get what there is for them. */
	events?: string[];
}

export interface Delivery {
	id: string;
	event: string;
	kind: Subscriber['kind'];
	attempt: number;
	/** 0 where no answer came. */
	status: number;
}

/** A webhook of the account, as the API shows it. */
export interface Registered extends WebhookFields {
	id: number;
	secret: string;
}

export interface WebhookFields {
	url: string;
	name?: string;
	subscriptions?: string[];
}

/** How long Chatwoot waits for an answer. */
const TIMEOUT_MS = 5_000;
/** Deliveries to a bot are tried again; those to others are made once. */
const ATTEMPTS: Record<Subscriber['kind'], number> = { account: 1, inbox: 1, bot: 3 };
const BOT_RETRY_MS = 100;

/** Sends events as Chatwoot's jobs do: after the answer to what caused them, and each by itself. */
export class Webhooks {
	readonly deliveries: Delivery[] = [];
	subscribers: Subscriber[] = [];
	/** Every delivery is made twice, as if a job had run again. */
	twice = false;
	private readonly running = new Set<Promise<void>>();

	constructor(
		private readonly now: () => Date,
		private readonly failed: (kind: Subscriber['kind'], payload: Payload) => void,
	) {}

	private readonly own: Registered[] = [];

	registered(): Registered[] {
		return this.own;
	}

	of(url: string): Registered | undefined {
		return this.own.find((one) => one.url === url);
	}

	/** Chatwoot makes the secret itself. */
	register(fields: WebhookFields & { id: number }): Registered {
		const webhook = { ...fields, secret: randomUUID() };
		this.own.push(webhook);
		return webhook;
	}

	change(id: number, fields: WebhookFields): Registered | undefined {
		const webhook = this.own.find((one) => one.id === id);
		return webhook && Object.assign(webhook, fields);
	}

	remove(id: number): boolean {
		const index = this.own.findIndex((one) => one.id === id);
		if (index >= 0) this.own.splice(index, 1);
		return index >= 0;
	}

	private all(): Subscriber[] {
		const own = this.own.map(({ url, secret, subscriptions = [] }): Subscriber => ({
			kind: 'account',
			url,
			secret,
			events: subscriptions,
		}));
		return [...this.subscribers, ...own];
	}

	tell(event: string, payload: object, kinds: ReadonlyArray<Subscriber['kind']>): void {
		const body: Payload = { ...payload, event };
		for (const subscriber of this.all()) {
			if (!kinds.includes(subscriber.kind)) continue;
			if (subscriber.events && !subscriber.events.includes(event)) continue;
			const job = this.deliver(subscriber, body, randomUUID());
			this.running.add(job);
			void job.finally(() => this.running.delete(job));
		}
	}

	/** Waits until nothing is under way. */
	async idle(): Promise<void> {
		while (this.running.size > 0) await Promise.all(this.running);
	}

	private async deliver(subscriber: Subscriber, payload: Payload, id: string): Promise<void> {
		await new Promise((resolve) => setImmediate(resolve));
		for (let round = 0; round < (this.twice ? 2 : 1); round++) {
			for (let attempt = 1; ; attempt++) {
				const status = await this.send(subscriber, payload, id);
				this.deliveries.push({ id, event: payload.event, kind: subscriber.kind, attempt, status });
				if (status >= 200 && status < 300) break;
				const again = status === 429 || status === 500;
				if (!again || attempt >= ATTEMPTS[subscriber.kind]) {
					this.failed(subscriber.kind, payload);
					break;
				}
				await new Promise((resolve) => setTimeout(resolve, BOT_RETRY_MS));
			}
		}
	}

	/** Signs anew with each attempt; the id stays. */
	private async send({ url, secret }: Subscriber, payload: Payload, id: string): Promise<number> {
		const body = JSON.stringify(payload);
		const timestamp = String(Math.floor(this.now().getTime() / 1000));
		const signature = secret && createHmac('sha256', secret).update(`${timestamp}.${body}`);
		try {
			const response = await fetch(url, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					accept: 'application/json',
					'x-chatwoot-delivery': id,
					...(signature
						? {
								'x-chatwoot-timestamp': timestamp,
								'x-chatwoot-signature': `sha256=${signature.digest('hex')}`,
							}
						: {}),
				},
				body,
				signal: AbortSignal.timeout(TIMEOUT_MS),
			});
			await response.arrayBuffer();
			return response.status;
		} catch {
			return 0;
		}
	}
}

interface Payload {
	event: string;
	id?: number;
	[key: string]: unknown;
}
