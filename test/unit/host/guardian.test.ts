import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** A process that starts two others, has one of them guarded, and says who they are. */
const PARENT = `
require(${JSON.stringify(require.resolve('ts-node/register/transpile-only'))});
const { endWithUs } = require(${JSON.stringify(path.join(__dirname, '../../../host/guardian.ts'))});
const { spawn } = require('node:child_process');
const idle = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
const [guarded, released] = [idle(), idle()];
endWithUs(guarded.pid);
endWithUs(released.pid)();
process.send([guarded.pid, released.pid]);
setInterval(() => {}, 1000);
`;

const runs = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

describe('what a test or the demo has started', () => {
	it.each(['SIGKILL', 'SIGTERM'] as const)('ends with it, also by %s', async (signal) => {
		const folder = mkdtempSync(path.join(tmpdir(), 'handoff-guardian-'));
		const script = path.join(folder, 'parent.js');
		writeFileSync(script, PARENT);
		const parent = fork(script, {
			env: {
				...process.env,
				TS_NODE_PROJECT: path.join(__dirname, '../../../tsconfig.dev.json'),
			},
		});
		const [[guarded, released]] = (await once(parent, 'message')) as [[number, number]];
		try {
			expect([runs(guarded), runs(released)]).toEqual([true, true]);
			parent.kill(signal);
			while (runs(guarded)) await pause(LOOK_EVERY_MS);
			expect(runs(released)).toBe(true);
		} finally {
			parent.kill('SIGKILL');
			process.kill(released, 'SIGKILL');
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
