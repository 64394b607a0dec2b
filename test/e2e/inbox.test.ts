import type { Browser, Page } from 'playwright-core';

import type { N8nClient } from '../../host/n8n';
import { Agent } from './agent';
import { Desk, NOTHING, inBrowser, startBrowser } from './desk';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	deliver,
	environment,
	eventually,
	executionOf,
	graph,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(3 * LIMIT_MS);

/** To one server, in Chromium. */
const BROWSER_CONNECTIONS = 6;

inBrowser('the inbox page in a browser', () => {
	let client: N8nClient;
	let browser: Browser;
	beforeAll(async () => {
		client = await signedInClient();
		browser = await startBrowser();
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
	/** A customer who waits for somebody to claim them. */
	const waiting = async () => {
		const { from, id, ownerId } = await handedOver('human please');
		const owner = new Agent(ownerId);
		await owner.open(owner.link());
		// A release without an answer would be a decline, and bring the next agent within a minute.
		const to = { kind: 'queue', name: 'Support' };
		expect(await owner.act('transfer', id, { to })).toMatchObject({ status: 200 });
		return { from, id };
	};

	it('takes a customer from the first message to the bot’s next answer, each step seen on the page and on the phone', async () => {
		const desk = await Desk.of(browser, new Agent('ana@shop.example'));
		const { page } = desk;
		await desk.signIn();
		await desk.view('All with people');
		const phone = await desk.context.newPage();
		const from = freshCustomer();
		const name = `Customer ${from}`;
		const row = page.locator('.row', { hasText: name });
		expect(await row.count()).toBe(0);

		// The customer writes, and the page that is open shows it without being touched.
		const run = await say(from, 'My order 4711 never came, I want to talk to a person');
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const { owner } = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		await row.waitFor();
		const first = new Agent(owner.id);
		await first.open(first.link());
		await first.act('transfer', id, { to: { kind: 'queue', name: 'Support' } });

		await row.click();
		await page.locator('#side').getByText('Why it came').waitFor();
		const side = await page.locator('#side').innerText();
		expect(side).toMatch(/asked for a person/iu);
		expect(side).toContain('4711');
		await desk.button('Claim').click();
		await page.locator('#state', { hasText: 'with you' }).waitFor();

		await page.goto(`${page.url().split('#')[0]}#/c/${id}`);
		await desk.send('I am looking for your parcel.');
		await page
			.locator('#messages .agent', { hasText: 'I am looking for your parcel.' })
			.locator('.ticks', { hasText: 'delivered' })
			.waitFor();
		await phone.goto(`${environment.graphUrl}/_control/phone`);
		await phone.fill('#from', from);
		await phone.getByText('I am looking for your parcel.').waitFor();

		await desk.button('Resolve').click();
		await page.getByLabel('What was done').fill('Sent again');
		await page.getByLabel('Closing message to the customer').fill('It is on its way. Goodbye!');
		await desk.choice('Resolve').click();
		await page.locator('#state', { hasText: 'closed' }).waitFor();
		await phone.getByText('It is on its way. Goodbye!').waitFor();

		const next = await say(from, 'When are you open?');
		expect(itemOf(next, 'Answer the customer', 0)!.conversation).toMatchObject({ state: 'bot' });
		await page.locator('#state', { hasText: 'with the bot' }).waitFor();
		await page.locator('#messages .bot', { hasText: /open/iu }).last().waitFor();
		expect(desk.troubles).toEqual({ ...NOTHING, elsewhere: [] });
		await desk.close();
	});

	it('tells the second of two agents who click Claim that the other was faster', async () => {
		const { from } = await waiting();
		const first = await Desk.of(browser, new Agent('fast@shop.example'));
		const second = await Desk.of(browser, new Agent('slow@shop.example'));
		const desks = [first, second];
		for (const desk of desks) {
			// News never reach the pages, so that both offer a claim of which only one is to be had.
			await desk.page.route(
				(url) => url.searchParams.get('data') === 'changes',
				() => undefined,
			);
			await desk.signIn();
			await desk.choose(`Customer ${from}`);
			await desk.button('Claim').waitFor();
		}

		await Promise.all(desks.map((desk) => desk.button('Claim').click()));
		const told = (desk: Desk) => desk.page.getByRole('alert').getByText('Somebody else has it');
		const loser = await Promise.race(
			desks.map(async (desk) => {
				await told(desk).waitFor();
				return desk;
			}),
		);
		const winner = desks.find((desk) => desk !== loser)!;
		await winner.button('Release').waitFor();
		expect(await told(loser).innerText()).toContain(
			`the conversation is with ${winner.agent.email}`,
		);
		await loser.button('Claim').waitFor({ state: 'detached' });
		expect(await loser.page.locator('#state').innerText()).toContain(`with ${winner.agent.email}`);

		expect(winner.troubles).toEqual(NOTHING);
		// The browser itself notes an answer of 409.
		expect(loser.complaints).toEqual([expect.stringContaining('409')]);
		await first.close();
		await second.close();
	});

	it('shows who else is there and who is writing, and catches up after a dropped connection', async () => {
		const { from, id } = await waiting();
		const ana = await Desk.of(browser, new Agent('ana@shop.example'));
		const ben = await Desk.of(browser, new Agent('ben@shop.example'));
		for (const desk of [ana, ben]) {
			await desk.signIn();
			await desk.choose(`Customer ${from}`);
		}
		await ana.page.getByText('ben@shop.example is looking at this as well.').waitFor();
		await ben.button('Claim').click();
		await ana.page.locator('#state', { hasText: 'with ben@shop.example' }).waitFor();
		await ben.page.locator('#text').pressSequentially('One mo');
		await ana.page
			.getByText('ben@shop.example is writing an answer. Do not answer twice.')
			.waitFor();

		await ana.context.setOffline(true);
		await ana.page.getByText('Not connected, trying again').waitFor();
		await ben.send('One moment please');
		await say(from, 'Thank you!');
		await ana.context.setOffline(false);
		await ana.page.locator('#messages .agent', { hasText: 'One moment please' }).waitFor();
		await ana.page.locator('#messages .customer', { hasText: 'Thank you!' }).waitFor();
		expect(await ana.page.locator('#connection').innerText()).toBe('');
		expect((await new Agent('x').ask({ data: 'conversation', id })).status).toBe(401);
		await ana.close();
		await ben.close();
	});

	it('asks again and again where a proxy on the way holds events back, and shows what is new all the same', async () => {
		const { from } = await waiting();
		const desk = await Desk.of(browser, new Agent('proxied@shop.example'));
		const { page } = desk;
		await page.route(
			({ searchParams }) => searchParams.get('data') === 'changes' && !searchParams.has('once'),
			() => undefined,
		);
		await desk.signIn();
		await desk.choose(`Customer ${from}`);
		await page.waitForRequest((request) => request.url().includes('once=1'));
		await say(from, 'Are you still there?');
		await page.locator('#messages .customer', { hasText: 'Are you still there?' }).waitFor();
		expect(desk.troubles).toEqual(NOTHING);
		await desk.close();
	});

	it('opens in more windows than a browser has connections, and each catches up when it is looked at', async () => {
		const { from } = await waiting();
		const desk = await Desk.of(browser, new Agent('windows@shop.example'));
		await desk.signIn();
		await desk.choose(`Customer ${from}`);
		const address = desk.page.url();
		const others: Page[] = [];
		const hide = (page: Page, hidden: boolean) =>
			page.evaluate(`{
				Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
				document.dispatchEvent(new Event('visibilitychange'));
			}`);
		await hide(desk.page, true);
		while (others.length < BROWSER_CONNECTIONS) {
			const page = await desk.context.newPage();
			await page.goto(address);
			await page.locator('#messages .customer').first().waitFor();
			await hide(page, true);
			others.push(page);
		}
		await say(from, 'Is anybody there?');
		const said = (page: Page) =>
			page.locator('#messages .customer', { hasText: 'Is anybody there?' });
		const last = others.at(-1)!;
		await hide(last, false);
		await said(last).waitFor();
		// Of those that nobody looks at, the one that notifies has heard of it, too.
		await eventually('one of the others', async () => {
			const counts = await Promise.all(
				[desk.page, ...others.slice(0, -1)].map((page) => said(page).count()),
			);
			return counts.filter((count) => count > 0).length === 1;
		});
		expect(desk.troubles).toEqual(NOTHING);
		await desk.close();
	});

	it('brings an agent’s file to the phone and a customer’s picture to the page', async () => {
		const { from, ownerId } = await handedOver('I want to talk to a person about a broken leg');
		const pixel =
			'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
		const { id } = await graph.keepFile({ mimeType: 'image/png', base64: pixel });
		await customerSends(from, [
			{ type: 'image', image: { id, mime_type: 'image/png', caption: 'Look at this' } },
		]);
		const desk = await Desk.of(browser, new Agent(ownerId));
		const { page } = desk;
		await desk.signIn();
		await desk.choose(`Customer ${from}`);
		const picture = page.locator('#messages .customer img');
		await picture.waitFor();
		await eventually('the picture', () =>
			picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
		);

		await page.setInputFiles('#file', {
			name: 'label "return".pdf',
			mimeType: 'application/pdf',
			buffer: Buffer.from('%PDF-1.4 a label'),
		});
		await page.getByText('label "return".pdf, 16 B').waitFor();
		await desk.send('Your return label');
		const told = await eventually('the file on the phone', async () =>
			(await graph.messages()).find(
				({ waId, text }) => waId === from && text === 'Your return label',
			),
		);
		expect(told.raw).toMatchObject({
			type: 'document',
			document: { caption: 'Your return label', filename: 'label "return".pdf' },
		});
		const link = page.locator('#messages .agent a.file');
		await link.waitFor();
		const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
		expect(download.suggestedFilename()).toMatch(/^label.*\.pdf$/u);
		expect(desk.troubles).toEqual(NOTHING);

		await page.setInputFiles('#file', {
			name: 'page.html',
			mimeType: 'text/html',
			buffer: Buffer.from('<script>alert(1)</script>'),
		});
		await desk.send('This is not taken');
		await page.getByRole('alert').getByText('WhatsApp takes no files of type text/html').waitFor();
		await desk.close();
		expect(await graph.violations()).toEqual([]);
	});

	it('shows hostile messages as the text that they are: it runs nothing, asks nobody and keeps its shape', async () => {
		const script =
			'I want to talk to a person <script>window.ran=1;alert(1)</script><img src="http://elsewhere.example/x" onerror="window.ran=1;alert(2)"><svg onload=alert(3)>';
		const from = freshCustomer();
		const name = `Customer ${from} <img src=x onerror=alert(4)>`;
		const { messageId } = await graph.customerSays({ from, name, text: script });
		const run = await executionOf(client, messageId);
		const { owner } = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		const override = '\u202e';
		const word = 'x'.repeat(64 * 1024);
		await customerSends(
			from,
			[
				{ type: 'text', text: { body: `${override}gpj.exe` } },
				{ type: 'text', text: { body: word } },
				{
					type: 'location',
					location: {
						latitude: 52.5,
						longitude: 13.3,
						name: script,
						address: `${override}javascript:alert(5)`,
					},
				},
				{
					type: 'contacts',
					contacts: [
						{ name: { formatted_name: script, first_name: 'x' }, phones: [{ phone: '"><b>1' }] },
					],
				},
				{
					type: 'document',
					document: { id: '1', mime_type: 'text/html', filename: `${override}fdp.html` },
				},
				{
					type: 'interactive',
					interactive: { type: 'button_reply', button_reply: { id: 'x', title: script } },
				},
			],
			name,
		);
		const desk = await Desk.of(browser, new Agent(owner.id));
		const { page } = desk;
		await desk.signIn();
		await desk.choose(`Customer ${from}`);
		await page.locator('#messages .customer', { hasText: 'Location' }).waitFor();
		await page.getByRole('button', { name: /^Show all 65,?536 characters$/u }).click();
		await page.locator('#side').getByText('Why it came').waitFor();

		const words = await page.locator('#messages .customer .words').allInnerTexts();
		expect(words[0]).toBe(script);
		expect(words).toContain(word);
		expect(await page.locator('#customer').innerText()).toContain('<img src=x onerror=alert(4)>');
		expect(await page.locator('#messages a.file').innerText()).toBe('Save fdp.html');
		expect(
			await page
				.locator(
					'img, svg, iframe, a[href^="javascript"], script:not([src^="?asset=app.js&v="], #first)',
				)
				.count(),
		).toBe(0);
		const shape = await page.evaluate<object>(
			`({ ran: 'ran' in globalThis, wide: document.documentElement.scrollWidth > innerWidth })`,
		);
		expect(shape).toEqual({ ran: false, wide: false });
		expect(desk.troubles).toEqual(NOTHING);
		await desk.close();
	});

	it('opens a sign-in link once', async () => {
		const desk = await Desk.of(browser, new Agent('once@shop.example'));
		const link = desk.agent.link();
		expect((await desk.page.goto(link))!.status()).toBe(200);
		await desk.page.locator('#me', { hasText: 'once@shop.example' }).waitFor();
		const stranger = await Desk.of(browser, new Agent('other@shop.example'));
		expect((await stranger.page.goto(link))!.status()).toBe(401);
		expect(await stranger.page.locator('body').innerText()).toContain('Ask for a new one');
		await desk.close();
		await stranger.close();
	});

	/** Messages of other kinds than text, as Meta would deliver them. */
	async function customerSends(
		from: string,
		messages: object[],
		name = `Customer ${from}`,
	): Promise<void> {
		const now = String(Math.floor(Date.now() / 1000));
		const whole = messages.map((message, index) => ({
			from,
			id: `wamid.${from}.${Date.now()}.${index}`,
			timestamp: now,
			...message,
		}));
		const { status } = await deliver({
			object: 'whatsapp_business_account',
			entry: [
				{
					id: '1',
					changes: [
						{
							field: 'messages',
							value: {
								messaging_product: 'whatsapp',
								metadata: {
									display_phone_number: '15550001111',
									phone_number_id: environment.phoneNumberId,
								},
								contacts: [{ profile: { name }, wa_id: from }],
								messages: whole,
							},
						},
					],
				},
			],
		});
		expect(status).toBe(200);
	}
});
