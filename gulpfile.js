'use strict';
const { execFile } = require('node:child_process');
const { rm } = require('node:fs/promises');
const path = require('node:path');
const { dest, parallel, series, src } = require('gulp');
const { buildPage } = require('./scripts/build-page');

const OUT = 'dist';

/** What lies beside the code and has to lie beside it in the package too: icons, codex files, lexicons, the inbox page. */
const ASSETS = [
	'nodes/**/*.{svg,png}',
	'nodes/**/*.node.json',
	'credentials/**/*.{svg,png}',
	'core/**/*.{json,txt}',
	'adapters/**/*.{json,txt,sql,html,css,js,svg}',
	// Bundled into adapters/inbox/page.
	'!adapters/inbox/app/**',
];

function clean() {
	return rm(path.join(__dirname, OUT), { recursive: true, force: true });
}

function compile(done) {
	execFile(
		process.execPath,
		[require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json'],
		{ cwd: __dirname },
		(error, stdout, stderr) => {
			process.stdout.write(stdout);
			process.stderr.write(stderr);
			done(error);
		},
	);
}

function assets() {
	// Icons are bytes: gulp must not decode them as text.
	return src(ASSETS, { base: '.', encoding: false, allowEmpty: true }).pipe(dest(OUT));
}

function page(done) {
	buildPage();
	done();
}

exports.clean = clean;
exports['build:page'] = page;
exports.assets = assets;
exports['build:icons'] = assets;
exports.build = series(clean, page, parallel(compile, assets));
exports.default = exports.build;
