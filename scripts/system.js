'use strict';
// Runs on any Node from 20 on, before anything is installed: only Node's own modules.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');

/** What the tests need and npm does not have: the file that shows that it is there, and Debian's packages that bring it. */
const NEEDED = [
	{
		what: 'Chromium, for the tests of pages',
		file: process.env.CHROMIUM ?? '/usr/bin/chromium',
		packages: ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'],
	},
	{
		what: "Redis, for the tests of n8n's queue mode",
		file: process.env.REDIS_SERVER ?? '/usr/bin/redis-server',
		packages: ['redis-server'],
	},
];

/**
 * Installs what is missing where that needs nobody's leave: as root, on Debian or a system made from it. Elsewhere the tests
 * that need it are skipped, each with a notice.
 */
function ensureSystemPackages() {
	const missing = NEEDED.filter(({ file }) => !existsSync(file));
	if (missing.length === 0) return;
	const names = missing.map(({ what }) => what).join('; ');
	const packages = missing.flatMap((one) => one.packages);
	const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
	if (!mayInstall) {
		console.log(`Not here, so what needs it is skipped: ${names}.`);
		console.log(`On Debian: sudo apt-get install ${packages.join(' ')}`);
		return;
	}
	console.log(`… Installing ${names} (a minute, once)`);
	apt(['update']);
	apt(['install', '--yes', '--no-install-recommends', ...packages]);
}

function apt(args) {
	const { status, stderr } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
		encoding: 'utf8',
		// A service that Debian would start is of no use here: the tests start their own.
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
	});
	if (status !== 0) console.log(`apt-get ${args[0]} ended with ${status}: ${stderr.trim()}`);
}

module.exports = { ensureSystemPackages };
