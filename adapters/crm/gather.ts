import type { CrmError } from '../../core/ports/crm';

/** One call that waits to be sent with others of its kind. */
interface Waiting<I, O> {
	input: I;
	resolve(output: O): void;
	reject(error: unknown): void;
}

/** What became of one input of a batch: its result, or why there is none. */
export type Settled<O> = { result: O } | { error: unknown };

/**
 * Gathers calls that come within `waitMs` into one batch call, `most` at the most. Each caller gets its own result or its own
 * error; an error of the whole batch is everybody's. Workers need not know of each other: items that n8n runs side by side
 * meet here.
 */
export class Gatherer<I, O> {
	private waiting: Array<Waiting<I, O>> = [];

	constructor(
		private readonly options: {
			most: number;
			waitMs: number;
			sleep: (milliseconds: number) => Promise<unknown>;
		},
		/** Gives one entry for each input, in the order of the inputs. */
		private readonly sendAll: (inputs: I[]) => Promise<Array<Settled<O>>>,
	) {}

	add(input: I): Promise<O> {
		return new Promise<O>((resolve, reject) => {
			this.waiting.push({ input, resolve, reject });
			if (this.waiting.length >= this.options.most) void this.flush();
			else if (this.waiting.length === 1) {
				const first = this.waiting;
				void this.options.sleep(this.options.waitMs).then(() => {
					// A batch that was full went out already.
					if (this.waiting === first) void this.flush();
				});
			}
		});
	}

	private async flush(): Promise<void> {
		const batch = this.waiting;
		this.waiting = [];
		try {
			const settled = await this.sendAll(batch.map(({ input }) => input));
			batch.forEach(({ resolve, reject }, index) => {
				const outcome = settled[index]!;
				if ('error' in outcome) reject(outcome.error);
				else resolve(outcome.result);
			});
		} catch (error) {
			batch.forEach(({ reject }) => reject(error));
		}
	}
}

/** How long calls wait for others to go out with. */
export interface Gathering {
	/** 0: each goes by itself. */
	waitMs: number;
	sleep: (milliseconds: number) => Promise<unknown>;
}

/** The gatherers of one connection, one for each kind of call. */
export class Gatherers {
	private readonly known = new Map<string, Gatherer<never, unknown>>();

	constructor(private readonly options: Gathering) {}

	/** Whether several items are worked on at once. */
	get many(): boolean {
		return this.options.waitMs > 0;
	}

	/** One call of the kind `name`: by itself, or with the others that come at the same time. */
	call<I, O>(
		name: string,
		most: number,
		input: I,
		alone: () => Promise<O>,
		all: (inputs: I[]) => Promise<Array<Settled<O>>>,
	): Promise<O> {
		if (!this.many) return alone();
		let gatherer = this.known.get(name) as Gatherer<I, O> | undefined;
		if (!gatherer) {
			gatherer = new Gatherer<I, O>({ most, ...this.options }, all);
			this.known.set(name, gatherer as unknown as Gatherer<never, unknown>);
		}
		return gatherer.add(input);
	}
}

/** Does the rest of a batch one by one; each has its own outcome. */
export function settleEach<I, O>(
	inputs: readonly I[],
	work: (input: I, index: number) => Promise<O>,
): Promise<Array<Settled<O>>> {
	return Promise.all(
		inputs.map(async (input, index) => {
			try {
				return { result: await work(input, index) };
			} catch (error) {
				return { error };
			}
		}),
	);
}

/** What a whole batch may be refused for because of one record in it; nothing of it was done then. */
export const OF_ONE_RECORD: ReadonlySet<CrmError['kind']> = new Set([
	'invalid',
	'conflict',
	'not_found',
]);
