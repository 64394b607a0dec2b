import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import type { N8nClient } from '../host/n8n';
import { OWNER } from '../host/n8n';
import { smaller } from './picture';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Longer than the editor takes for anything on a busy machine. */
const STEP_MS = 60_000;

const NODE = '[data-test-id="canvas-node"]';
/** Pixels around what is pictured. */
const ROOM = 12;

export type Theme = 'light' | 'dark';

export function startBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
	});
}

interface NodeToShow {
	name: string;
	type: string;
	parameters?: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

/** n8n's editor in a browser, signed in as the owner, and the pictures that are taken of it. */
export class Editor {
	private constructor(
		readonly page: Page,
		private readonly client: N8nClient,
		private readonly folder: string,
	) {}

	static async open(
		browser: Browser,
		client: N8nClient,
		folder: string,
		theme: Theme = 'light',
	): Promise<Editor> {
		mkdirSync(folder, { recursive: true });
		const context = await browser.newContext({
			viewport: { width: 1600, height: 900 },
			locale: 'en-US',
			colorScheme: theme,
		});
		context.setDefaultTimeout(STEP_MS);
		const page = await context.newPage();
		await page.addInitScript((chosen) => localStorage.setItem('N8N_THEME', chosen), theme);
		await page.goto(`${client.url}/signin`);
		await page.fill('input[name="emailOrLdapLoginId"]', OWNER.email);
		await page.fill('input[name="password"]', OWNER.password);
		await page.click('button:has-text("Sign in")');
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return new Editor(page, client, folder);
	}

	/** "Import from file", as staff do it: on an empty workflow. */
	async importFile(file: string): Promise<void> {
		await this.page.goto(`${this.client.url}/workflow/new`);
		await this.page
			.locator('[data-test-id="workflow-import-input"]')
			.setInputFiles(file, { timeout: STEP_MS });
		await this.canvasIsThere();
	}

	/** Saves a workflow of this one node behind a manual start, and opens the node's window. */
	async showNode(node: NodeToShow): Promise<string> {
		const { id } = await this.client.call<{ id: string }>('POST', '/rest/workflows', {
			name: `Walk ${node.name}`,
			nodes: [
				{
					id: 'b0c5a0b5-0000-4000-8000-000000000001',
					typeVersion: 1,
					position: [300, 0],
					parameters: {},
					...node,
				},
			],
			connections: {},
			settings: { executionOrder: 'v1' },
		});
		await this.openNode(id, node.name);
		return id;
	}

	async openCanvas(workflowId: string): Promise<void> {
		await this.page.goto(`${this.client.url}/workflow/${workflowId}`);
		await this.canvasIsThere();
	}

	async openNode(workflowId: string, name: string): Promise<void> {
		await this.openCanvas(workflowId);
		await this.openOnCanvas(name);
	}

	/** Opens the window of a node that lies on the canvas. */
	async openOnCanvas(name: string): Promise<void> {
		await this.page.locator(NODE, { hasText: name }).first().dblclick();
		await this.page.locator('[data-test-id="node-parameters"]').first().waitFor();
		await this.settled();
	}

	async close(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.page.locator('[data-test-id="node-parameters"]').waitFor({ state: 'detached' });
	}

	/** Presses "Execute workflow" at one of the starts, and waits until it has run. */
	async execute(workflowId: string, start: string): Promise<void> {
		await this.openCanvas(workflowId);
		await this.fit();
		await this.page.locator(NODE, { hasText: start }).first().hover();
		await this.page.locator(`[data-test-id="execute-workflow-button-${start}"]`).click();
		await this.done();
	}

	/** Presses "Execute step" in the window that is open. */
	async executeStep(): Promise<void> {
		await this.page.locator('[data-test-id="node-execute-button"]').first().click();
		await this.page.locator('[data-test-id="ndv-data-container"]').last().waitFor();
		await this.settled();
	}

	/** The same for a node that fails: waits for n8n's word about it. */
	async executeToError(): Promise<void> {
		await this.page.locator('[data-test-id="node-execute-button"]').first().click();
		await this.page
			.locator('[data-test-id="output-panel"]')
			.getByText('Executing node')
			.waitFor({ state: 'visible' })
			.catch(() => undefined);
		await this.page
			.locator('[data-test-id="output-panel"]')
			.getByText('Executing node')
			.waitFor({ state: 'hidden' });
		await this.settled();
	}

	/** Of a node with several outputs. */
	async showOutput(name: string): Promise<void> {
		await this.page.locator('[data-test-id="branches"]').last().getByText(name).first().click();
		await this.settled();
	}

	/** How the output panel shows its items. */
	async showAs(mode: 'schema' | 'table' | 'json'): Promise<void> {
		await this.page
			.locator(`[data-test-id="output-panel"] [data-test-id="radio-button-${mode}"]`)
			.first()
			.click();
		await this.settled();
	}

	/** Looks for a node as staff do, in the panel of the plus. */
	async search(word: string): Promise<void> {
		const bar = this.page.locator('[data-test-id="node-creator-search-bar"]');
		// The panel may still be open from the search before.
		if (!(await bar.isVisible())) {
			await this.page.locator('[data-test-id="node-creator-plus-button"]').first().click();
		}
		// The groups come back before the next word, or what was found for the last one would still stand there.
		const groups = this.page.getByText('Add another trigger');
		await bar.fill('');
		await groups.waitFor();
		await bar.fill(word);
		await groups.waitFor({ state: 'hidden' });
		await this.settled();
	}

	async fit(): Promise<void> {
		await this.page.click('[data-test-id="zoom-to-fit"]');
		await this.settled();
	}

	async picture(name: string, selector?: string): Promise<void> {
		await this.keep(
			name,
			await (selector ? this.page.locator(selector).first() : this.page).screenshot(),
		);
	}

	/** Only what lies on the canvas, with a little room around it. */
	async pictureOfCanvas(name: string): Promise<void> {
		const boxes = await Promise.all(
			(await this.page.locator('.vue-flow__node').all()).map((node) => node.boundingBox()),
		);
		const seen = boxes.filter((box) => box !== null);
		const left = Math.min(...seen.map(({ x }) => x)) - ROOM;
		const top = Math.min(...seen.map(({ y }) => y)) - ROOM;
		const right = Math.max(...seen.map(({ x, width }) => x + width)) + ROOM;
		const bottom = Math.max(...seen.map(({ y, height }) => y + height)) + ROOM;
		await this.keep(
			name,
			await this.page.screenshot({
				clip: { x: left, y: top, width: right - left, height: bottom - top },
			}),
		);
	}

	private async keep(name: string, png: Buffer): Promise<void> {
		const small = await smaller(this.page, png);
		writeFileSync(path.join(this.folder, `${name}.png`), small);
		console.log(`  ${name}.png ${(small.length / 1024).toFixed(0)} KB`);
	}

	/** n8n says so when a workflow has run; its message is then put away, since it lies over what is to be seen. */
	private async done(): Promise<void> {
		const told = this.page.locator('.el-notification').first();
		await told.waitFor();
		await told.locator('.el-notification__closeBtn').click();
		await told.waitFor({ state: 'detached' });
		await this.settled();
	}

	/** Nothing is loaded any more, and what moves has come to rest. */
	async settled(): Promise<void> {
		await this.page.waitForLoadState('networkidle');
		// Text, since this file is compiled without the browser's names. What turns for ever counts as at rest.
		await this.page.waitForFunction(
			`document.getAnimations().every(({ playState, effect }) =>
				playState !== 'running' || effect.getComputedTiming().iterations === Infinity)`,
		);
	}

	private async canvasIsThere(): Promise<void> {
		await this.page.locator(NODE).first().waitFor();
		await this.settled();
		// n8n's own checklist lies over the canvas.
		const checklist = this.page
			.locator('[data-test-id="suggested-actions-popover"] button')
			.first();
		if (await checklist.isVisible()) await checklist.click();
		await this.page.keyboard.press('Escape');
	}
}
