/**
 * Takes the pictures of the docs:
 *
 *     npm run screenshots                       all of them
 *     npm run screenshots -- templates nodes    only these parts: templates, nodes
 *     npm run screenshots -- walk               every node with every operation, into .cache/walk, to be looked at;
 *     … -- inbox searches outputs mistakes      the scripted conversation on the agents' page and the phone, what a search finds, what
 *                                               nodes give out in each view, what staff read when something is wrong, there too
 *
 * From an n8n of its own with the package in it and stand-ins of the services. Needs Debian's chromium, or the path of another one in
 * CHROMIUM.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';

import { signToken } from '../adapters/inbox/tokens';
import { waitForExecution } from '../host/executions';
import { ROOT } from '../host/install';
import { tellProgress } from '../host/progress';
import { play } from '../host/scriptedConversation';
import type { Stack, WorkflowFile } from '../host/stack';
import {
	INBOX_SECRET,
	connect,
	createCredentials,
	publish,
	readWorkflow,
	startStack,
	webhookIsLive,
	webhookUrl,
} from '../host/stack';
import { Editor, startBrowser } from './editor';

const IMAGES = path.join(ROOT, 'docs', 'images');
const WALK = path.join(ROOT, '.cache', 'walk');
const WORKFLOWS = path.join(ROOT, 'workflows');
const PACKAGE = 'n8n-nodes-whatsapp-handoff';
const MINUTE_MS = 60_000;

interface Setting {
	stack: Stack;
	browser: Browser;
	credentials: Record<string, string>;
}

/** Every template as it lies on the canvas after "Import from file". */
async function templates({ stack, browser }: Setting): Promise<void> {
	const editor = await Editor.open(browser, stack.n8n, IMAGES);
	await editor.page.setViewportSize({ width: 1900, height: 1000 });
	for (const file of readdirSync(WORKFLOWS).filter((name) => name.endsWith('.json'))) {
		await editor.importFile(path.join(WORKFLOWS, file));
		await editor.fit();
		await editor.pictureOfCanvas(`template-${path.basename(file, '.json')}`);
	}
}

/** The windows of nodes, with what a run of a template's samples has put into them. */
async function nodes(setting: Setting): Promise<void> {
	const editor = await Editor.open(setting.browser, setting.stack.n8n, IMAGES);
	await editor.page.setViewportSize({ width: 1500, height: 860 });
	const ran = async (file: string, start: string) => {
		const id = await saved(setting, readWorkflow(file));
		await editor.execute(id, start);
	};
	const shown = async (name: string, picture: string) => {
		await editor.openOnCanvas(name);
		await editor.picture(picture);
		await editor.close();
	};

	await ran('01-whatsapp-intake-faq-bot.json', 'Simulate');
	await shown('Is a person needed?', 'node-escalation-scorer');
	await shown('Hand to a person', 'node-handoff-router');
	await shown('Summarize for the agent', 'node-context-summarizer');
	await shown('Contact and deal', 'node-crm-upsert');
	await shown('Answer the customer', 'node-conversation');
	await shown('WhatsApp Trigger', 'node-whatsapp-trigger');
	await ran('08-weekly-handoff-review.json', 'Every Monday at 8');
	await shown('The week in figures', 'node-handoff-report');
	await saved(setting, readWorkflow('03-sla-watchdog.json')).then((id) => editor.openCanvas(id));
	await editor.openOnCanvas('SLA Watchdog');
	await editor.executeStep();
	await editor.showOutput('Breach');
	await editor.picture('node-sla-watchdog');
	await editor.close();
	await editor.showNode({
		name: 'SLA Clock',
		type: `${PACKAGE}.slaClock`,
		parameters: { operation: 'start' },
	});
	await editor.picture('node-sla-clock');
}

/** A template with its credentials chosen, as staff have it. */
async function saved({ stack, credentials }: Setting, file: WorkflowFile): Promise<string> {
	const workflow = connect(file, credentials, stack.hubspot?.url);
	const { id } = await stack.n8n.call<{ id: string }>('POST', '/rest/workflows', workflow);
	return id;
}

/** The agents' page and the customer's phone, after the scripted conversation. */
async function inbox({ stack, browser, credentials }: Setting): Promise<void> {
	const { n8n, graph } = stack;
	const desk = connect(readWorkflow('02-agent-inbox.json'), credentials, undefined);
	const intake = connect(
		readWorkflow('01-whatsapp-intake-faq-bot.json'),
		credentials,
		stack.hubspot!.url,
	);
	await publish(stack, desk);
	const intakeId = await publish(stack, intake);
	const intakeUrl = webhookUrl(n8n, intake, 'whatsAppTrigger', 'whatsapp');
	await webhookIsLive(intakeUrl);
	graph!.setWebhook(intakeUrl);
	await play(stack, graph!, (wanted) => waitForExecution(n8n, intakeId, wanted, MINUTE_MS));

	const editor = await Editor.open(browser, n8n, WALK);
	const link = signToken(
		{
			id: 'agent.one@shop.example',
			name: 'Agent One',
			role: 'supervisor',
			use: 'link',
			nonce: String(process.hrtime.bigint()),
			expiresAt: Date.now() + MINUTE_MS,
		},
		INBOX_SECRET,
	);
	const { page } = editor;
	await page.goto(`${webhookUrl(n8n, desk, 'handoffInbox', 'inbox')}?link=${link}`);
	await page.click('.views button:has-text("All with people")');
	await page.click('.row >> nth=0');
	await page.waitForSelector('.message');
	await editor.picture('inbox');

	await page.setViewportSize({ width: 420, height: 800 });
	await page.goto(graph!.phonePageUrl);
	const from = (await (await fetch(new URL('messages', graph!.phonePageUrl))).json()) as Array<{
		waId: string;
	}>;
	await page.fill('#from', from.at(-1)?.waId ?? '');
	await page.waitForSelector('li');
	await editor.picture('phone');
}

interface NodeType {
	name: string;
	properties: Array<{ name: string; options?: Array<{ value: string }> }>;
}

/** Every node with every operation, as it is when staff drop it on the canvas. */
async function walk({ stack, browser, credentials }: Setting): Promise<void> {
	const editor = await Editor.open(browser, stack.n8n, WALK);
	const dark = await Editor.open(browser, stack.n8n, WALK, 'dark');
	await editor.page.setViewportSize({ width: 1500, height: 1700 });
	await dark.page.setViewportSize({ width: 1500, height: 1700 });
	const types = (await (await stack.n8n.request('GET', '/types/nodes.json')).json()) as NodeType[];
	for (const { name, properties } of types.filter((one) => one.name.startsWith(`${PACKAGE}.`))) {
		const operations = properties.find((property) => property.name === 'operation')?.options;
		const short = name.slice(PACKAGE.length + 1);
		await editor.showNode({ name: short, type: name });
		await editor.picture(`${short}-fresh`);
		await dark.showNode({ name: short, type: name });
		await dark.picture(`${short}-dark`);
		// What n8n adds by itself is no operation of ours.
		for (const { value } of operations?.filter((one) => !one.value.startsWith('__')) ?? [
			{ value: '' },
		]) {
			await editor.showNode({
				name: short,
				type: name,
				parameters: {
					...(value ? { operation: value } : {}),
					...(short === 'crmUpsert' ? { options: { baseUrl: stack.hubspot!.url } } : {}),
				},
				...(short === 'crmUpsert'
					? {
							credentials: {
								hubspotAppToken: { id: credentials.hubspotAppToken!, name: 'HubSpot' },
							},
						}
					: {}),
			});
			await editor.picture(
				[short, value].filter(Boolean).join('-'),
				'[data-test-id="node-parameters"]',
			);
		}
	}
}

/** What staff find who look for a node. */
async function searches({ stack, browser, credentials }: Setting): Promise<void> {
	for (const theme of ['light', 'dark'] as const) {
		const one = await Editor.open(browser, stack.n8n, WALK, theme);
		await one.page.setViewportSize({ width: 1500, height: 1000 });
		await one.openCanvas(
			await saved({ stack, browser, credentials }, readWorkflow('01-whatsapp-intake-faq-bot.json')),
		);
		for (const word of ['handoff', 'human', 'whatsapp', 'crm', 'sla', 'escalation', 'inbox']) {
			await one.search(word);
			await one.picture(`search-${word}-${theme}`);
			await one.page.keyboard.press('Escape');
		}
	}
}

/** What nodes have given out, in each way in which the editor shows it. */
async function outputs(setting: Setting): Promise<void> {
	const editor = await Editor.open(setting.browser, setting.stack.n8n, WALK);
	await editor.page.setViewportSize({ width: 1700, height: 1000 });
	await editor.execute(
		await saved(setting, readWorkflow('01-whatsapp-intake-faq-bot.json')),
		'Simulate',
	);
	for (const name of [
		'Is a person needed?',
		'Hand to a person',
		'Summarize for the agent',
		'Contact and deal',
		'Answer the customer',
	]) {
		await editor.openOnCanvas(name);
		for (const mode of ['schema', 'table', 'json'] as const) {
			await editor.showAs(mode);
			await editor.picture(`output-${name.replaceAll(/\W+/gu, '-').toLowerCase()}-${mode}`);
		}
		await editor.close();
	}
}

/** What staff see of a node that something is wrong with. */
async function mistakes({ stack, browser }: Setting): Promise<void> {
	const editor = await Editor.open(browser, stack.n8n, WALK);
	await editor.page.setViewportSize({ width: 1700, height: 1000 });
	const wrong: Array<[string, string, object]> = [
		['no-conversation', 'slaClock', { operation: 'get' }],
		['bad-zone', 'handoffRouter', { businessHours: 'custom', timeZone: 'Europe/Berln' }],
		['no-credential', 'conversation', { operation: 'diagnose' }],
		['empty-rule', 'escalationScorer', { rules: { rule: [{ phrases: '' }] } }],
		['no-crm', 'crmUpsert', { operation: 'getContext', phone: '+16505550101' }],
	];
	for (const [name, type, parameters] of wrong) {
		await editor.showNode({
			name: type,
			type: `${PACKAGE}.${type}`,
			parameters: parameters as Record<string, unknown>,
		});
		await editor.executeToError();
		await editor.picture(`mistake-${name}`);
	}
}

export const PARTS = { templates, nodes, inbox, walk, searches, outputs, mistakes };

async function main(): Promise<void> {
	const wanted = process.argv.slice(2);
	const unknown = wanted.filter((name) => !(name in PARTS));
	if (unknown.length > 0) {
		throw new Error(
			`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`,
		);
	}
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-pictures-'));
	const stack = await startStack({ folder, progress: tellProgress });
	const browser = await startBrowser();
	try {
		const setting = { stack, browser, credentials: await createCredentials(stack) };
		for (const name of wanted.length > 0 ? wanted : ['templates', 'nodes']) {
			console.log(name);
			await PARTS[name as keyof typeof PARTS](setting);
		}
	} finally {
		await browser.close();
		await stack.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

if (require.main === module) {
	main().catch((error: unknown) => {
		console.error(error);
		process.exit(1);
	});
}
