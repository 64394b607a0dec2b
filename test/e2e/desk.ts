import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import { ROOT } from '../../host/install';
import type { Agent } from './agent';
import { environment } from './harness';

/** Longer than anything on the page takes on a busy machine. */
const STEP_MS = 30_000;

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** `describe` where there is a browser; elsewhere the suite is skipped with a notice. */
export const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip;
if (!existsSync(CHROMIUM)) {
	console.warn(
		`No Chromium at ${CHROMIUM}: the inbox is not tested in a browser. On Debian: apt-get install chromium; elsewhere name one in CHROMIUM.`,
	);
}

export function startBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
	});
}

/** An agent's browser, and what went wrong or left the server in it. */
export class Desk {
	/** Messages of the console's error level and errors that no code caught. */
	readonly complaints: string[] = [];
	/** Of the browser's own kind, which the page has no use for. */
	readonly dialogs: string[] = [];
	readonly elsewhere: string[] = [];

	private constructor(
		readonly agent: Agent,
		readonly context: BrowserContext,
		readonly page: Page,
	) {
		page.on('console', (message) => {
			if (message.type() === 'error') this.complaints.push(message.text());
		});
		page.on('pageerror', (error) => this.complaints.push(error.message));
		page.on('request', (request) => {
			if (!request.url().startsWith(environment.n8nUrl)) this.elsewhere.push(request.url());
		});
		page.on('dialog', (dialog) => {
			this.dialogs.push(dialog.message());
			void dialog.dismiss();
		});
	}

	static async of(
		browser: Browser,
		agent: Agent,
		options: BrowserContextOptions = {},
	): Promise<Desk> {
		const context = await browser.newContext({
			viewport: { width: 1440, height: 900 },
			locale: 'en-US',
			...options,
		});
		context.setDefaultTimeout(STEP_MS);
		return new Desk(agent, context, await context.newPage());
	}

	async signIn(): Promise<void> {
		await this.page.goto(this.agent.link());
		await this.page.locator('#me').waitFor();
	}

	/** Finds the customer's conversation among all that people have, and opens it. */
	async choose(customerName: string): Promise<void> {
		await this.view('All with people');
		await this.search(customerName);
		await this.page.locator('.row', { hasText: customerName }).click();
		await this.page.locator('#customer', { hasText: customerName }).waitFor();
		await this.page.locator('#messages .message').first().waitFor();
	}

	/** Leaves the search, so that the list shows everybody again. */
	async showAll(): Promise<void> {
		await this.search('');
		await this.page.locator('#search').blur();
	}

	/** What was shown before stays until it has been found. */
	private async search(words: string): Promise<void> {
		await this.page.fill('#search', words);
		await this.page.locator('.rows[aria-busy="false"]').waitFor();
	}

	async view(name: string): Promise<void> {
		await this.page.locator('.views').getByRole('button', { name }).click();
	}

	button(name: string) {
		return this.page.locator('#actions').getByRole('button', { name, exact: true });
	}

	/** A button of the dialog that is open. */
	choice(name: string) {
		return this.page.getByRole('dialog').getByRole('button', { name, exact: true });
	}

	async send(text: string): Promise<void> {
		await this.page.fill('#text', text);
		await this.page.getByRole('button', { name: 'Send', exact: true }).click();
	}

	/** What went wrong, for a comparison with {@link NOTHING}. */
	get troubles() {
		const { complaints, dialogs, elsewhere } = this;
		return { complaints, dialogs, elsewhere };
	}

	/** What axe finds wrong with the page as it is now, one line for each. */
	async barriers(): Promise<string[]> {
		// Run in the page's world without a script of the page, so that its policy stays as it is.
		await this.page.evaluate(axe.source);
		return this.page.evaluate(async () => {
			const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
			return violations.flatMap(({ id, nodes }) =>
				nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
			);
		});
	}

	/** A picture for the docs, where they are asked for: `SCREENSHOTS=1`. */
	async picture(name: string): Promise<void> {
		if (!process.env.SCREENSHOTS) return;
		await this.page.mouse.move(0, 0);
		const folder = path.join(ROOT, 'docs', 'images');
		mkdirSync(folder, { recursive: true });
		await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
	}

	close(): Promise<void> {
		return this.context.close();
	}
}

export const NOTHING = { complaints: [], dialogs: [], elsewhere: [] };
