/**
 * Everything that has to hold before a version is published:
 *
 *     npm run release:check
 *
 * The version has its section in CHANGELOG.md and stands in the lockfile; the tarball holds what runs and is small; a clean n8n installs it
 * as its own settings page does, loads every node and runs a template from a customer's message to the handoff; and n8n starts
 * no slower and no larger than allowed, against the same n8n without the package.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { waitForExecution } from '../host/executions';
import { HOST, ROOT, ensureN8n, installPackage, packPackage } from '../host/install';
import { N8n, freePort } from '../host/n8n';
import { tellProgress } from '../host/progress';
import type { Stack } from '../host/stack';
import {
	connect,
	createCredentials,
	publish,
	readWorkflow,
	startStack,
	webhookIsLive,
	webhookUrl,
} from '../host/stack';

/** What the package may add to n8n's start. */
const MOST_START_MS = 300;
const MOST_MEMORY_MB = 30;
/** A package that is installed over slow lines; dependencies come on top. */
const MOST_TARBALL_MB = 3;
/** So many starts of each. */
const STARTS = 7;
const LIMIT_MS = 60_000;

const faults: string[] = [];
const told = (line: string) => console.log(`  ${line}`);

interface Manifest {
	name: string;
	version: string;
	n8n: { nodes: string[]; credentials: string[] };
}
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

function checkVersion(): void {
	const { version } = manifest;
	const locked = (JSON.parse(read('package-lock.json')) as Manifest).version;
	told(`version ${version}`);
	if (locked !== version) faults.push(`package-lock.json says ${locked}, package.json ${version}`);
	const section = new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'mu');
	if (!section.test(read('CHANGELOG.md')))
		faults.push(`CHANGELOG.md has no section "## ${version}"`);
}

function checkTarball(tarball: string): void {
	const megabytes = statSync(tarball).size / 1024 ** 2;
	const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
		.split('\n')
		.filter(Boolean)
		.map((file) => file.replace(/^package\//u, ''));
	told(`tarball ${megabytes.toFixed(2)} MB, ${files.length} files`);
	if (megabytes > MOST_TARBALL_MB)
		faults.push(`the tarball has ${megabytes.toFixed(1)} MB, more than ${MOST_TARBALL_MB}`);
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
		if (!files.includes(file)) faults.push(`the tarball lacks ${file}`);
	}
	const wrong = files.filter(
		(file) =>
			!/^(dist\/|index\.js$|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/u.test(file),
	);
	if (wrong.length > 0) faults.push(`the tarball holds ${wrong.slice(0, 5).join(', ')}`);
}

/** A customer's message through the main template, in an n8n that has just installed the tarball. */
async function checkInstallation(stack: Stack): Promise<void> {
	const types = (await (await stack.n8n.request('GET', '/types/nodes.json')).json()) as Array<{
		name: string;
	}>;
	const loaded = new Set(types.map(({ name }) => name.toLowerCase()));
	for (const file of manifest.n8n.nodes) {
		const name = `${manifest.name}.${path.basename(file, '.node.js')}`.toLowerCase();
		if (!loaded.has(name)) faults.push(`n8n did not load ${name}`);
	}
	told(`${manifest.n8n.nodes.length} nodes loaded`);

	const intake = connect(
		readWorkflow('01-whatsapp-intake-faq-bot.json'),
		await createCredentials(stack),
		stack.hubspot!.url,
	);
	const id = await publish(stack, intake);
	const url = webhookUrl(stack.n8n, intake, 'whatsAppTrigger', 'whatsapp');
	await webhookIsLive(url);
	stack.graph!.setWebhook(url);
	await stack.graph!.customerSays({
		from: '16505550123',
		name: 'Robin Sample',
		text: 'I want to talk to a real person',
	});
	const run = await waitForExecution(stack.n8n, id, () => true, LIMIT_MS);
	const handoff = run.outputs['Hand to a person']?.flat()[0]?.json.handoff as
		{ outcome?: string } | undefined;
	if (run.status !== 'success' || handoff?.outcome !== 'assigned')
		faults.push(`the template ended as ${run.status}: ${run.error ?? JSON.stringify(handoff)}`);
	told('the main template handed a customer over');
}

interface Start {
	ms: number;
	megabytes: number;
}

async function measureStart(script: string, userFolder: string): Promise<Start> {
	const started = performance.now();
	let ready = NaN;
	const n8n = await N8n.start({
		script,
		userFolder,
		port: await freePort(),
		onLog: (line) => {
			if (/Editor is now accessible/u.test(line)) ready = performance.now();
		},
	});
	try {
		const kilobytes = Number(
			execFileSync('ps', ['-o', 'rss=', '-p', String(n8n.pid)], { encoding: 'utf8' }),
		);
		const end = Number.isNaN(ready) ? performance.now() : ready;
		return { ms: end - started, megabytes: kilobytes / 1024 };
	} finally {
		await n8n.stop();
	}
}

/** What n8n's own loader needs for the installed package, in milliseconds, in a process that has loaded n8n-core already. */
function measureLoad(script: string, n8nFolder: string): number {
	const printed = execFileSync(
		process.execPath,
		[
			path.join(__dirname, 'package-load.js'),
			script,
			path.join(n8nFolder, 'nodes', 'node_modules', manifest.name),
		],
		// As n8n sets it, so that the package finds n8n's own n8n-workflow.
		{ env: { ...process.env, NODE_PATH: path.join(HOST, 'node_modules') }, encoding: 'utf8' },
	);
	return Number(printed);
}

/**
 * Two folders that differ in the package alone, start by start in turn. Starts of the same n8n differ by far more than a package costs,
 * so the difference is told with its standard error and counts where it is beyond doubt; what is held to the limit is the load itself.
 */
async function checkStart(script: string, folder: string, tarball: string): Promise<void> {
	const plain = path.join(folder, 'plain');
	const withPackage = path.join(folder, 'package');
	// The first start of a folder sets n8n's database up.
	for (const userFolder of [plain, withPackage]) await measureStart(script, userFolder);
	const n8nFolder = path.join(withPackage, '.n8n');
	await installPackage(tarball, n8nFolder, tellProgress);

	const loads = Array.from({ length: STARTS }, () => measureLoad(script, n8nFolder));
	const load = loads.toSorted((a, b) => a - b)[Math.floor(STARTS / 2)]!;
	told(`n8n loads the package in ${load.toFixed(0)} ms`);
	if (!(load <= MOST_START_MS))
		faults.push(`n8n loads the package in ${load.toFixed(0)} ms, ${MOST_START_MS} at most`);

	const before: Start[] = [];
	const after: Start[] = [];
	for (let run = 0; run < STARTS; run++) {
		before.push(await measureStart(script, plain));
		after.push(await measureStart(script, withPackage));
	}
	const later = after.map(({ ms }, run) => ms - before[run]!.ms);
	const ms = mean(later);
	const error = Math.sqrt(mean(later.map((one) => (one - ms) ** 2)) / (STARTS - 1));
	const least = (starts: Start[]) => Math.min(...starts.map(({ megabytes }) => megabytes));
	const megabytes = least(after) - least(before);
	const signed = (value: number, digits = 0) => `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;
	told(
		`start of n8n: ${mean(before.map((start) => start.ms)).toFixed(0)} ms and ${least(before).toFixed(0)} MB without the package, ` +
			`${signed(ms)} ms (standard error ${error.toFixed(0)}) and ${signed(megabytes, 1)} MB with it`,
	);
	if (ms - 2 * error > MOST_START_MS)
		faults.push(`n8n starts ${ms.toFixed(0)} ms later, ${MOST_START_MS} at most`);
	if (megabytes > MOST_MEMORY_MB)
		faults.push(`n8n takes ${megabytes.toFixed(0)} MB more, ${MOST_MEMORY_MB} at most`);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function main(): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-release-'));
	try {
		checkVersion();
		const tarball = await packPackage(folder, tellProgress);
		checkTarball(tarball);
		const stack = await startStack({
			folder: path.join(folder, 'template'),
			progress: tellProgress,
		});
		try {
			await checkInstallation(stack);
		} finally {
			await stack.stop();
		}
		await checkStart(await ensureN8n(tellProgress), folder, tarball);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	for (const fault of faults) console.error(`✗ ${fault}`);
	console.log(faults.length > 0 ? 'Not ready for a release.' : 'Ready for a release.');
	process.exitCode = faults.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
