'use strict';
// Runs on any Node from 20 on, before anything is installed: only Node's own modules.
const { execFileSync, spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { ensureNode24, node24Environment } = require('./node24');

const ROOT = path.join(__dirname, '..');

/** Installs what package-lock.json names, if that is not what lies in node_modules. */
function ensureInstalled() {
	const stamp = path.join(ROOT, 'node_modules', '.installed-for');
	const wanted = createHash('sha256')
		.update(readFileSync(path.join(ROOT, 'package-lock.json')))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
	console.log(
		'… Installing the packages that the build and the tests need (a minute or two, once)',
	);
	// Not `npm ci`: it refuses a lockfile that lacks optional parts for other systems, which not every registry mirror holds.
	execFileSync(
		'npm',
		['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
		{
			cwd: ROOT,
			stdio: 'inherit',
		},
	);
	writeFileSync(stamp, wanted);
}

/** Environment of every TypeScript file that is run through ts-node. */
function typescriptEnvironment() {
	return { ...node24Environment(), TS_NODE_PROJECT: path.join(ROOT, 'tsconfig.dev.json') };
}

/** Runs a TypeScript file under Node 24; the promise gives its exit code. Signals are left to the child. */
function runTypeScript(file, args = []) {
	const child = spawn(
		ensureNode24(),
		['-r', 'ts-node/register/transpile-only', path.join(ROOT, file), ...args],
		{
			cwd: ROOT,
			stdio: 'inherit',
			env: typescriptEnvironment(),
		},
	);
	// The child stops what it started; this process only waits for that. At a terminal Ctrl-C reaches both, elsewhere only this one.
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
	return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

module.exports = { ROOT, ensureInstalled, runTypeScript, typescriptEnvironment };
