'use strict';
// Everything that checks the package, stage by stage. `node scripts/test.js unit contract` runs only those stages.
const { spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { ROOT, ensureInstalled, typescriptEnvironment } = require('./bootstrap');
const { ensureNode24 } = require('./node24');
const { ensureSystemPackages } = require('./system');

const results = mkdtempSync(path.join(tmpdir(), 'handoff-test-'));
const bin = (name, file = name) => path.join(ROOT, 'node_modules', name, file);

/** A stage without a jest project counts as one test: it passes or it does not. */
const STAGES = {
	types: [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.dev.json'],
	lint: [bin('eslint', 'bin/eslint.js'), '.', '--max-warnings=0'],
	format: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
	features: [path.join(__dirname, 'check-features.js')],
	docs: ['-r', 'ts-node/register/transpile-only', path.join(__dirname, 'docs.ts'), 'check'],
	unit: jest('unit'),
	contract: jest('contract'),
	e2e: jest('e2e', '--runInBand'),
};

function jest(project, ...more) {
	return [
		bin('jest', 'bin/jest.js'),
		`--selectProjects=${project}`,
		'--json',
		`--outputFile=${path.join(results, `${project}.json`)}`,
		...more,
	];
}

function main() {
	const wanted = process.argv.slice(2);
	const unknown = wanted.filter((name) => !(name in STAGES));
	if (unknown.length > 0) {
		console.error(
			`There is no stage ${unknown.join(', ')}. Stages: ${Object.keys(STAGES).join(', ')}.`,
		);
		process.exit(2);
	}
	const total = { passed: 0, failed: 0, skipped: 0 };
	const times = [];
	timed('install', times, () => ensureInstalled());
	const node = ensureNode24();
	if (wanted.length === 0 || wanted.includes('e2e')) timed('system', times, ensureSystemPackages);
	const env = { ...typescriptEnvironment(), CI: process.env.CI ?? '' };

	for (const name of wanted.length > 0 ? wanted : Object.keys(STAGES)) {
		console.log(`\n── ${name}`);
		const { status } = timed(name, times, () =>
			spawnSync(node, STAGES[name], { cwd: ROOT, stdio: 'inherit', env }),
		);
		const file = path.join(results, `${name}.json`);
		if (!existsSync(file)) {
			total[status === 0 ? 'passed' : 'failed'] += 1;
			continue;
		}
		const report = JSON.parse(readFileSync(file, 'utf8'));
		total.passed += report.numPassedTests;
		// A suite that could not be loaded has no tests to count, and is a failure all the same.
		total.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
		total.skipped += report.numPendingTests;
		if (status !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0)
			total.failed += 1;
	}

	rmSync(results, { recursive: true, force: true });
	console.log('\n── time of each stage');
	for (const { name, seconds } of times) console.log(`${name.padEnd(10)} ${seconds.toFixed(1)} s`);
	console.log(
		`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
	);
	process.exit(total.failed > 0 ? 1 : 0);
}

function timed(name, times, step) {
	const started = performance.now();
	try {
		return step();
	} finally {
		times.push({ name, seconds: (performance.now() - started) / 1000 });
	}
}

main();
