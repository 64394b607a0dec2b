import type { Execution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { freshCustomer, recorded } from './fixtures';
import {
	LIMIT_MS,
	deliver,
	environment,
	eventually,
	executionOf,
	graph,
	intakeExecutions,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

const TRIGGER = 'WhatsApp Trigger';

/** What came of a message: the bot's answer, a handoff, or nothing. */
function outcomeOf(execution: Execution): string {
	if (itemOf(execution, 'Hand to a person')) return 'handed over';
	if (itemOf(execution, 'Answer the customer', 0)) return 'answered';
	if (itemOf(execution, 'Answer the customer', 1)) return 'withheld';
	return 'nothing';
}

/** What the phone shows for each outcome: one text, and only that. */
const ON_PHONE: Record<string, RegExp> = {
	answered: /^Sorry, I did not understand that\./u,
	'handed over': /is taking over here/u,
};

describe('intake in a real n8n', () => {
	let client: N8nClient;
	beforeAll(async () => {
		client = await signedInClient();
	});

	describe('verification', () => {
		const verify = (token: string) =>
			fetch(
				`${environment.intakeUrl}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
			);

		it('gives Meta its challenge back for the right token', async () => {
			const response = await verify(environment.verifyToken);
			expect(response.status).toBe(200);
			expect(await response.text()).toBe('1158201444');
		});

		it('keeps the challenge from whoever does not know the token', async () => {
			const response = await verify('guessed');
			expect(response.status).toBe(403);
			expect(await response.text()).not.toContain('1158201444');
		});
	});

	describe('what is refused', () => {
		const payload = () => JSON.stringify(recorded('pywa/message__text').payload);

		it.each<[string, () => string, string | null | undefined, number]>([
			['a wrong signature', payload, `sha256=${'0'.repeat(64)}`, 401],
			['a missing signature', payload, null, 401],
			['a signature of another length', payload, 'sha256=abc', 401],
			['a signed body that is not JSON', () => '{"object": "whatsapp_business_acc', undefined, 422],
			['a signed body of another object', () => '{"object":"page","entry":[]}', undefined, 200],
			['a signed body of nothing', () => '', undefined, 400],
			['a signed list', () => '[]', undefined, 200],
		])('%s starts no execution', async (_name, body, signature, status) => {
			const before = await intakeExecutions(client);
			expect((await deliver(body(), signature)).status).toBe(status);
			// A message that runs comes after it: whatever the refused call had started would be there by then.
			const { payload: good, messageId } = recorded('pywa/message__text');
			expect((await deliver(good)).status).toBe(200);
			await executionOf(client, messageId);
			const after = await intakeExecutions(client);
			expect(after.filter((id) => !before.includes(id))).toHaveLength(1);
		});
	});

	describe('recorded payloads', () => {
		it.each<[string, { type: string; text: RegExp; outcome: string }]>([
			[
				'meta-openapi/Button_Message',
				{ type: 'button', text: /^Unsubscribe$/u, outcome: 'answered' },
			],
			[
				'meta-openapi/Contact_Sharing_Message',
				{ type: 'contacts', text: /^Lucía Gómez$/u, outcome: 'handed over' },
			],
			[
				'meta-openapi/Image_Message',
				{ type: 'image', text: /^Taj Mahal$/u, outcome: 'handed over' },
			],
			[
				'meta-openapi/Interactive_Button_Reply_Message',
				{ type: 'interactive', text: /^Cancel$/u, outcome: 'answered' },
			],
			[
				'meta-openapi/Interactive_List_Reply_Message',
				{ type: 'interactive', text: /^Priority Mail Express$/u, outcome: 'answered' },
			],
			[
				'meta-openapi/Location_Message',
				{ type: 'location', text: /^Philz Coffee/u, outcome: 'handed over' },
			],
			['meta-openapi/Order_Message', { type: 'order', text: /^$/u, outcome: 'answered' }],
			['meta-openapi/Text_Message', { type: 'text', text: /another color/u, outcome: 'answered' }],
			[
				'meta-openapi/Text_Message_from_Click_to_WhatsApp_Ad',
				{ type: 'text', text: /more info/u, outcome: 'handed over' },
			],
			[
				'meta-openapi/Text_Message_with_Context_Product_Inquiry_',
				{ type: 'text', text: /still available/u, outcome: 'handed over' },
			],
			[
				'meta-openapi/Unsupported_Message',
				{ type: 'unsupported', text: /^$/u, outcome: 'handed over' },
			],
			[
				'pywa/callback_button__quick_reply',
				{ type: 'button', text: /^title$/u, outcome: 'answered' },
			],
			[
				'pywa/callback_selection__description',
				{ type: 'interactive', text: /^title$/u, outcome: 'answered' },
			],
			['pywa/message__audio', { type: 'audio', text: /^$/u, outcome: 'handed over' }],
			['pywa/message__document', { type: 'document', text: /^caption$/u, outcome: 'handed over' }],
			['pywa/message__forwarded', { type: 'text', text: /^forwarded text$/u, outcome: 'answered' }],
			['pywa/message__reply', { type: 'text', text: /^replied text$/u, outcome: 'answered' }],
			['pywa/message__static_sticker', { type: 'sticker', text: /^$/u, outcome: 'answered' }],
			['pywa/message__text', { type: 'text', text: /^Body Text$/u, outcome: 'answered' }],
			['pywa/message__video', { type: 'video', text: /^caption$/u, outcome: 'handed over' }],
		])('%s', async (file, expected) => {
			const { payload, messageId, customer } = recorded(file);
			expect((await deliver(payload)).status).toBe(200);
			const execution = await executionOf(client, messageId);
			const message = itemOf(execution, TRIGGER)!.message as { type: string; text: string };
			expect({
				output: execution.outputs[TRIGGER]!.findIndex((items) => items.length > 0),
				type: message.type,
				outcome: outcomeOf(execution),
				error: execution.error,
			}).toEqual({ output: 0, type: expected.type, outcome: expected.outcome, error: undefined });
			expect(message.text).toMatch(expected.text);
			const shown = (await graph.messages()).filter(
				({ waId, direction }) => direction === 'out' && waId.endsWith(customer),
			);
			expect(shown.map(({ text }) => text)).toEqual([
				expect.stringMatching(ON_PHONE[expected.outcome]!),
			]);
		});
	});

	it.each([
		'pywa/message__reaction',
		'pywa/system__phone_number_change',
		'pywa/message_status__delivered',
		'pywa/template_status_update__approved',
	])('acknowledges %s, which asks for no answer, and starts nothing', async (file) => {
		const before = await intakeExecutions(client);
		expect((await deliver(recorded(file).payload)).status).toBe(200);
		const next = recorded('pywa/message__text');
		await deliver(next.payload);
		await executionOf(client, next.messageId);
		const after = await intakeExecutions(client);
		expect(after.filter((id) => !before.includes(id))).toHaveLength(1);
	});

	it('runs a message once that Meta delivers three times', async () => {
		const { payload, messageId } = recorded('pywa/message__text');
		const before = await intakeExecutions(client);
		const answers = await Promise.all([deliver(payload), deliver(payload), deliver(payload)]);
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
		await executionOf(client, messageId);
		expect((await deliver(payload)).status).toBe(200);
		const next = recorded('pywa/message__text');
		await deliver(next.payload);
		await executionOf(client, next.messageId);
		const after = await intakeExecutions(client);
		expect(after.filter((id) => !before.includes(id))).toHaveLength(2);
	});

	it('takes in both messages that Meta delivers at once, and answers each customer', async () => {
		const [first, second] = [recorded('pywa/message__text'), recorded('pywa/message__text')];
		const together = {
			...first.payload,
			entry: [first, second].flatMap(({ payload }) => (payload as { entry: object[] }).entry),
		};
		expect((await deliver(together)).status).toBe(200);
		for (const { messageId } of [first, second]) await executionOf(client, messageId);
		for (const { customer } of [first, second]) {
			const answers = await eventually('an answer', async () => {
				const found = (await graph.messages()).filter(
					({ waId, direction }) => direction === 'out' && waId === customer,
				);
				return found.length > 0 && found;
			});
			expect(answers).toHaveLength(1);
		}
	});

	it('answers the customer on the phone from the same number', async () => {
		const from = freshCustomer();
		const { status } = await graph.customerSays({ from, text: 'When are you open?' });
		expect(status).toBe(200);
		const reply = await eventually('the bot’s answer', async () =>
			(await graph.messages()).find(({ waId, direction }) => waId === from && direction === 'out'),
		);
		expect(reply.text).toContain('Monday to Friday, 9:00 to 17:00');
		expect(await graph.violations()).toEqual([]);
	});
});
