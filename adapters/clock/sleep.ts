import { setTimeout as pause } from 'node:timers/promises';

/** Waits on the machine's clock. */
export async function sleep(milliseconds: number): Promise<void> {
	await pause(milliseconds);
}
