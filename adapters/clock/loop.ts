import type { Timers } from './timers';

export interface Loop {
	/** Ends the loop and waits for the step that is under way. */
	stop(): Promise<void>;
}

/**
 * Runs `step` over and over, never two at a time; it returns for how many milliseconds to sleep. A step that throws is told to
 * `failed`, which returns for how long to wait before the next try.
 */
export function startLoop(
	step: () => Promise<number>,
	failed: (error: unknown) => number,
	timers: Timers,
): Loop {
	let stopped = false;
	let timer: unknown;
	let underWay: Promise<void> = Promise.resolve();

	const run = async (): Promise<void> => {
		let delay: number;
		try {
			delay = await step();
		} catch (error) {
			delay = failed(error);
		}
		if (!stopped) timer = timers.after(delay, begin);
	};
	const begin = (): void => {
		underWay = run();
	};

	begin();
	return {
		async stop() {
			stopped = true;
			timers.cancel(timer);
			await underWay;
		},
	};
}
