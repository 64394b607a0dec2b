import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import type { Progress } from './progress';

const run = promisify(execFile);

/** Folder of the private sub-package that holds n8n. */
export const HOST = __dirname;
export const ROOT = path.join(HOST, '..');

const STAMP = path.join(HOST, 'node_modules', '.installed-for');

/** Native parts that n8n cannot start without; npm skips their builds since install scripts are off. */
const NATIVE = ['sqlite3', 'isolated-vm'];

/** Enough for npm's output when something goes wrong. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** n8n's executable script, installed if it is missing or older than the lockfile says. */
export async function ensureN8n(progress: Progress): Promise<string> {
	const wanted = createHash('sha256')
		.update(readFileSync(path.join(HOST, 'package-lock.json')))
		.update(process.version)
		.digest('hex');
	const script = path.join(HOST, 'node_modules', 'n8n', 'bin', 'n8n');
	if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && existsSync(script))
		return script;

	await progress('Installing n8n (about 2 GB, some minutes, once)', () =>
		// Not `npm ci`: it refuses a lockfile that lacks optional parts for other systems, which not every registry mirror holds.
		npm(['install', '--no-save', '--legacy-peer-deps', '--ignore-scripts', '--loglevel=error']),
	);
	await progress('Building the native parts of n8n', () => npm(['rebuild', ...NATIVE]));
	for (const name of NATIVE) {
		try {
			await run(process.execPath, ['-e', `require('${name}')`], { cwd: HOST });
		} catch (cause) {
			throw new Error(
				`${name} was not built, and n8n does not start without it. A C++ compiler, make and python3 are needed; on Debian: apt-get install g++ make python3`,
				{ cause },
			);
		}
	}
	writeFileSync(STAMP, wanted);
	return script;
}

async function npm(args: string[]): Promise<void> {
	await run('npm', args, {
		cwd: HOST,
		maxBuffer: MAX_OUTPUT,
		env: {
			...process.env,
			...headers(),
			// npm run sets these for its own package; they do not hold for this one.
			npm_config_ignore_scripts: args[0] === 'rebuild' ? 'false' : 'true',
		},
	});
}

/** Native parts are built against the headers of the Node that runs them, where they came with it; else npm finds them. */
function headers(): Record<string, string> {
	const prefix = path.dirname(path.dirname(process.execPath));
	return existsSync(path.join(prefix, 'include', 'node', 'node.h'))
		? { npm_config_nodedir: prefix }
		: {};
}

/** Builds and packs the package; returns the tarball's path. */
export async function packPackage(folder: string, progress: Progress): Promise<string> {
	return progress('Building the package', async () => {
		mkdirSync(folder, { recursive: true });
		await run(
			process.execPath,
			[path.join(ROOT, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'build'],
			{
				cwd: ROOT,
				maxBuffer: MAX_OUTPUT,
			},
		);
		const { stdout } = await run(
			'npm',
			['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
			{ cwd: ROOT, maxBuffer: MAX_OUTPUT },
		);
		const [packed] = JSON.parse(stdout) as Array<{ filename: string }>;
		return path.join(folder, packed!.filename);
	});
}

/**
 * Installs the tarball as a community package, so that the nodes carry their published names. Left alone if the very same
 * tarball is installed already.
 */
export async function installPackage(
	tarball: string,
	n8nFolder: string,
	progress: Progress,
): Promise<void> {
	const nodes = path.join(n8nFolder, 'nodes');
	mkdirSync(nodes, { recursive: true });
	const stamp = path.join(nodes, '.installed-for');
	const digest = await contentDigest();
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
	await progress('Installing the package into n8n', async () => {
		writeFileSync(
			path.join(nodes, 'package.json'),
			JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }),
		);
		await run(
			'npm',
			[
				'install',
				'--ignore-scripts',
				'--legacy-peer-deps',
				'--no-save',
				'--no-package-lock',
				'--loglevel=error',
				tarball,
			],
			{ cwd: nodes, maxBuffer: MAX_OUTPUT },
		);
		writeFileSync(stamp, digest);
	});
}

/** What the tarball holds, apart from times: the built files and package.json. */
async function contentDigest(): Promise<string> {
	const hash = createHash('sha256');
	for (const file of [
		'package.json',
		'index.js',
		'README.md',
		...globSync('dist/**/*', { cwd: ROOT, withFileTypes: false }),
	].sort()) {
		const full = path.join(ROOT, file);
		try {
			hash.update(file).update(readFileSync(full));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
		}
	}
	return Promise.resolve(hash.digest('hex'));
}
