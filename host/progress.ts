/** Runs a step and tells the person at the terminal what is going on and how long it took. */
export type Progress = <T>(title: string, step: () => Promise<T>) => Promise<T>;

/** How often a long step says that it is still alive. */
const STILL_RUNNING_MS = 15_000;

/** Progress on a terminal: a line at the start, a sign of life while it lasts, a line at the end. */
export const tellProgress: Progress = async (title, step) => {
	const started = performance.now();
	const seconds = () => Math.round((performance.now() - started) / 1000);
	console.log(`… ${title}`);
	const alive = setInterval(() => console.log(`  … still at it, ${seconds()} s`), STILL_RUNNING_MS);
	try {
		const result = await step();
		console.log(`✓ ${title} (${seconds()} s)`);
		return result;
	} finally {
		clearInterval(alive);
	}
};
