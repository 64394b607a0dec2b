'use strict';
// Runs on any Node from 20 on, before anything is installed: only Node's own modules.
const { execFileSync, spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const path = require('node:path');

const HOME = path.join(__dirname, '..', 'host', 'node24');

/** The major version that n8n 2.41 needs, and that node:sqlite works in without a flag. */
const NEEDED = 24;

/**
 * Path of a Node executable of version 24 or newer: this one if it is new enough, else one that npm brings into
 * host/node24 (about 190 MB, once).
 */
function ensureNode24() {
	if (Number(process.versions.node.split('.')[0]) >= NEEDED) return process.execPath;
	const binary = path.join(HOME, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
	if (!existsSync(binary)) {
		if (process.platform !== 'linux') {
			throw new Error(
				`Node ${NEEDED} or newer is needed and this is ${process.version}. Install it from nodejs.org and start again.`,
			);
		}
		console.log(
			`Node ${process.version} is older than n8n needs: bringing Node ${NEEDED} from npm …`,
		);
		execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
			cwd: HOME,
			stdio: 'inherit',
		});
	}
	if (!existsSync(binary)) {
		throw new Error(
			`No Node ${NEEDED} for ${process.platform} ${process.arch} on npm. Install it from nodejs.org and start again.`,
		);
	}
	return binary;
}

/** Environment in which `node`, `npm` and native builds all use that Node. */
function node24Environment(env = process.env) {
	const binary = ensureNode24();
	if (binary === process.execPath) return { ...env };
	return {
		...env,
		PATH: `${path.dirname(binary)}${path.delimiter}${env.PATH ?? ''}`,
		npm_config_nodedir: path.dirname(path.dirname(binary)),
	};
}

module.exports = { ensureNode24, node24Environment };

if (require.main === module) {
	const [command, ...args] = process.argv.slice(2);
	if (!command) {
		console.log(ensureNode24());
	} else {
		const child = spawn(ensureNode24(), [command, ...args], {
			stdio: 'inherit',
			env: node24Environment(),
		});
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
		child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
	}
}
