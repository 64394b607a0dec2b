import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import { OWNER } from '../host/n8n';

export const MINUTE_MS = 60_000;

/** A browser with n8n's editor open, signed in as the owner. Needs Debian's chromium, or the path of another one in CHROMIUM. */
export async function openEditor(url: string): Promise<{ browser: Browser; page: Page }> {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
	});
	const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
	const page = await context.newPage();
	await page.goto(`${url}/signin`);
	await page.fill('input[name="emailOrLdapLoginId"]', OWNER.email);
	await page.fill('input[name="password"]', OWNER.password);
	await page.click('button:has-text("Sign in")');
	await page.waitForURL((address) => !address.pathname.includes('signin'));
	return { browser, page };
}
