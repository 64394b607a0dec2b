'use strict';
// Builds the page of the Handoff Inbox: adapters/inbox/app (TypeScript, Preact) → adapters/inbox/page/*.js, with the licences of what
// is bundled. Run by `gulp build` and before the tests; takes a fraction of a second.
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { buildSync } = require('esbuild');

const ROOT = path.join(__dirname, '..');
const APP = path.join(ROOT, 'adapters', 'inbox', 'app');
const PAGE = path.join(ROOT, 'adapters', 'inbox', 'page');

function buildPage() {
	const { metafile } = buildSync({
		absWorkingDir: ROOT,
		entryPoints: {
			app: path.join(APP, 'main.tsx'),
			// Loaded when a supervisor opens the figures, so that agents do not wait for a chart library.
			charts: path.join(APP, 'charts.ts'),
		},
		outdir: PAGE,
		bundle: true,
		minify: true,
		format: 'esm',
		target: 'es2022',
		charset: 'utf8',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		legalComments: 'none',
		metafile: true,
		logLevel: 'warning',
		tsconfig: path.join(APP, 'tsconfig.json'),
	});
	writeFileSync(path.join(PAGE, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));
}

/** Name, version and licence of every package that a bundle holds a part of. */
function licences(inputs) {
	const folders = new Set(
		inputs.flatMap((file) => {
			const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
			return found ? [path.join(ROOT, found[1])] : [];
		}),
	);
	const texts = [...folders].sort().map((folder) => {
		const { name, version, license } = JSON.parse(
			readFileSync(path.join(folder, 'package.json'), 'utf8'),
		);
		return `${name} ${version} (${license})\n\n${licenceOf(folder).trim()}\n`;
	});
	return ['The page of the Handoff Inbox contains parts of these packages.\n', ...texts].join(
		`\n${'-'.repeat(80)}\n\n`,
	);
}

function licenceOf(folder) {
	for (const file of ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt']) {
		try {
			return readFileSync(path.join(folder, file), 'utf8');
		} catch {
			// The next name.
		}
	}
	throw new Error(`${folder} has no licence text to pass on`);
}

module.exports = { buildPage };

if (require.main === module) buildPage();
