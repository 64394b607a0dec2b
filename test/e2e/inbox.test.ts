import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import type { N8nClient } from '../../host/n8n';
import { Agent } from './agent';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	environment,
	eventually,
	executionOf,
	graph,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(3 * LIMIT_MS);

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const suite = existsSync(CHROMIUM) ? describe : describe.skip;
if (!existsSync(CHROMIUM)) {
	console.warn(
		`No Chromium at ${CHROMIUM}: the inbox is not tested in a browser. On Debian: apt-get install chromium; elsewhere name one in CHROMIUM.`,
	);
}

/** An agent's browser, and what went wrong or left the server in it. */
class Desk {
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

	static async of(browser: Browser, email: string): Promise<Desk> {
		const context = await browser.newContext();
		context.setDefaultTimeout(LIMIT_MS);
		return new Desk(new Agent(email), context, await context.newPage());
	}

	/** Signs in with a new link and opens the customer's conversation from the list. */
	async openConversation(customerName: string): Promise<void> {
		await this.page.goto(this.agent.link());
		await this.page.getByRole('button', { name: 'All with people' }).click();
		await this.page.locator('.row', { hasText: customerName }).click();
		await this.page.locator('#messages .message').first().waitFor();
	}

	button(name: string) {
		return this.page.locator('#actions').getByRole('button', { name, exact: true });
	}
}

suite('the inbox page in a browser', () => {
	let client: N8nClient;
	let browser: Browser;
	beforeAll(async () => {
		client = await signedInClient();
		browser = await chromium.launch({
			executablePath: CHROMIUM,
			args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
		});
	});
	afterAll(() => browser?.close());

	const say = async (from: string, text: string) => {
		const { messageId } = await graph.customerSays({ from, name: `Customer ${from}`, text });
		return executionOf(client, messageId);
	};
	/** A customer who has asked for a person, and who that is. */
	const handedOver = async (text: string) => {
		const from = freshCustomer();
		const run = await say(from, text);
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const { owner } = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		return { from, id, ownerId: owner.id };
	};

	it('lets the owner read why, answer on the customer’s phone and give the conversation back to the bot', async () => {
		const { from, ownerId } = await handedOver(
			'My order 4711 never came, I want to talk to a person',
		);
		const desk = await Desk.of(browser, ownerId);
		await desk.openConversation(`Customer ${from}`);
		const { page } = desk;

		await page.locator('#side').getByText('Why it came').waitFor();
		expect(await page.locator('#side').innerText()).toMatch(/asked for a person/iu);
		expect(await page.locator('#side').innerText()).toContain('4711');
		expect(await page.locator('#state').innerText()).toContain(`+${from}, with you`);

		await page.fill('#text', 'I am looking for your parcel.');
		await page.getByRole('button', { name: 'Send', exact: true }).click();
		const told = await eventually('the answer on the phone', async () =>
			(await graph.messages()).find(
				({ waId, text }) => waId === from && text === 'I am looking for your parcel.',
			),
		);
		// The stand-in refuses whatever is sent from a number that is not the shop's.
		expect(told.direction).toBe('out');
		await page.locator('#messages .agent', { hasText: 'I am looking for your parcel.' }).waitFor();

		await desk.button('Resolve').click();
		await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
		await page.locator('#state', { hasText: 'closed' }).waitFor();
		const next = await say(from, 'When are you open?');
		expect(itemOf(next, 'Answer the customer', 0)).toBeDefined();
		const { complaints, dialogs, elsewhere } = desk;
		expect({ complaints, dialogs, elsewhere }).toEqual({
			complaints: [],
			dialogs: [],
			elsewhere: [],
		});
		await desk.context.close();
	});

	it('shows markup of a customer as text: it runs nothing and asks nobody', async () => {
		const hostile =
			'I want to talk to a person <script>window.ran=1;alert(1)</script><img src="http://elsewhere.example/x" onerror="window.ran=1;alert(2)">';
		const from = freshCustomer();
		const { messageId } = await graph.customerSays({
			from,
			name: `Customer ${from} <img src=x onerror=alert(3)>`,
			text: hostile,
		});
		const run = await executionOf(client, messageId);
		const { owner } = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		const desk = await Desk.of(browser, owner.id);
		await desk.openConversation(`Customer ${from}`);
		const { page } = desk;

		expect(await page.locator('#messages .customer .words').first().innerText()).toBe(hostile);
		expect(await page.locator('#customer').innerText()).toContain('<img src=x onerror=alert(3)>');
		await page.locator('#side').getByText('Why it came').waitFor();
		expect(await page.locator('img, body script:not([src="?asset=app.js"])').count()).toBe(0);
		expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
		const { complaints, dialogs, elsewhere } = desk;
		expect({ complaints, dialogs, elsewhere }).toEqual({
			complaints: [],
			dialogs: [],
			elsewhere: [],
		});
		await desk.context.close();
	});

	it('tells the second of two agents who click Claim that the other was faster', async () => {
		const { from, id, ownerId } = await handedOver('human please');
		const owner = new Agent(ownerId);
		await owner.open(owner.link());
		expect(await owner.act('release', id)).toMatchObject({ status: 200 });

		const first = await Desk.of(browser, 'fast@shop.example');
		const second = await Desk.of(browser, 'slow@shop.example');
		// News never reach the second page, so that it offers a claim that is no longer to be had.
		await second.page.route(
			(url) => url.searchParams.get('data') === 'changes',
			() => undefined,
		);
		await first.openConversation(`Customer ${from}`);
		await second.openConversation(`Customer ${from}`);
		await second.button('Claim').waitFor();

		await first.button('Claim').click();
		await first.button('Release').waitFor();
		await second.button('Claim').click();
		const notice = second.page.getByRole('alert').getByText('Somebody was faster');
		expect(await notice.innerText()).toContain('the conversation is with fast@shop.example');
		await second.button('Claim').waitFor({ state: 'detached' });
		expect(await second.page.locator('#state').innerText()).toContain('with fast@shop.example');

		expect(first.complaints).toEqual([]);
		// The browser itself notes an answer of 409.
		expect(second.complaints).toEqual([expect.stringContaining('409')]);
		await first.context.close();
		await second.context.close();
	});

	it('opens a sign-in link once', async () => {
		const desk = await Desk.of(browser, 'once@shop.example');
		const link = desk.agent.link();
		expect((await desk.page.goto(link))!.status()).toBe(200);
		await desk.page.locator('#me', { hasText: 'once@shop.example' }).waitFor();
		const stranger = await Desk.of(browser, 'other@shop.example');
		expect((await stranger.page.goto(link))!.status()).toBe(401);
		expect(await stranger.page.locator('body').innerText()).toContain('Ask for a new one');
		await desk.context.close();
		await stranger.context.close();
	});
});
