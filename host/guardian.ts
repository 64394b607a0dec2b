import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/*
 * Ends what this process has started, however this process itself ends: by itself, by a signal, killed. Listening for its exit is not
 * enough: a killed process hears nothing, and neither does a test in Jest's sandbox.
 */

/** Told by its standard input which process groups there are; when that is closed, nobody is left to stop them. */
const GUARDIAN = `
const groups = new Map();
let rest = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
	const lines = (rest + text).split('\\n');
	rest = lines.pop();
	for (const line of lines) {
		const [pid, signal] = line.split(' ');
		if (signal) groups.set(pid, signal);
		else groups.delete(pid);
	}
}).on('close', () => {
	for (const [pid, signal] of groups) {
		try { process.kill(-pid, signal); } catch {}
	}
	process.exit();
});
`;

let guardian: ChildProcess | undefined;

/**
 * Ends the process group of `pid` by `signal` when this process is gone. The process has to lead a group of its own (`detached`).
 * Returns how to say that it has ended by itself, so that nobody else who gets its number is harmed.
 */
export function endWithUs(pid: number, signal: NodeJS.Signals = 'SIGKILL'): () => void {
	const tell = (line: string) => tellGuardian().stdin!.write(`${line}\n`);
	tell(`${pid} ${signal}`);
	return () => void tell(String(pid));
}

function tellGuardian(): ChildProcess {
	if (guardian?.exitCode === null) return guardian;
	// A group of its own: what Ctrl-C ends must not be what cleans up after it.
	guardian = spawn(process.execPath, ['-e', GUARDIAN], {
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
		env: {},
	});
	guardian.unref();
	// Whoever has ended the guardian has to clean up in its place; the work here goes on.
	guardian.stdin!.on('error', () => undefined);
	(guardian.stdin as unknown as { unref(): void }).unref();
	return guardian;
}
