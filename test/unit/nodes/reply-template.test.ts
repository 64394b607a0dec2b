import type { IDataObject, IHttpRequestOptions, ILoadOptionsFunctions } from 'n8n-workflow';

import type { HandoffStore } from '../../../core/ports/store';
import { Conversation } from '../../../nodes/Conversation/Conversation.node';
import { storeFor } from '../../../nodes/shared/store';
import type { Graph } from '../../../sandbox/graph';
import { startGraphStandIn } from '../../../sandbox/graph';
import { customerWrites, temporaryStore } from '../../support';
import { jsonOf, runConversation } from './conversationHarness';

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));

const ACCOUNT = {
	accessToken: 'token',
	phoneNumberId: '106540352242922',
	businessAccountId: '102290129340398',
	appSecret: 'app-secret',
	verifyToken: 'our words',
};

let graph: Graph;
let store: HandoffStore;
let closeStore: () => Promise<void>;
let conversationId: string;

beforeEach(async () => {
	graph = await startGraphStandIn(ACCOUNT);
	({ store, close: closeStore } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
	({ conversationId } = await customerWrites(store, 0));
});
afterEach(async () => {
	expect(graph.violations).toEqual([]);
	await graph.close();
	await closeStore();
});

/** n8n's credential and request helper, over the wire. */
const surface = (more: Partial<typeof ACCOUNT> = {}) => ({
	getCredentials: () =>
		Promise.resolve({ ...ACCOUNT, ...more, baseUrl: graph.url, apiVersion: 'v23.0' }),
	helpers: {
		httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => {
			const { method, url, headers, body } = options;
			const response = await fetch(url, {
				method,
				headers: {
					...(headers as Record<string, string>),
					Authorization: `Bearer ${ACCOUNT.accessToken}`,
				},
				body: body as string,
			});
			const answer = {
				statusCode: response.status,
				status: response.status,
				headers: {},
				body: Buffer.from(await response.arrayBuffer()),
			};
			if (response.ok) return answer;
			throw Object.assign(new Error('refused'), { response: { ...answer, data: answer.body } });
		},
	},
});

const send = (parameters: IDataObject) =>
	runConversation({
		operation: 'reply',
		surface: surface(),
		parameters: {
			conversationId,
			author: 'system',
			content: 'template',
			templatePurpose: 'utility',
			...parameters,
		},
	}).then(jsonOf);

const componentsOf = () =>
	graph
		.messages()
		.map(({ raw }) => (raw as { template: { components?: unknown[] } }).template.components);

const inEditor = (templateChoice: unknown, credential?: Partial<typeof ACCOUNT>) =>
	({
		...surface(credential),
		getCurrentNodeParameter: () => templateChoice,
		getNode: () => ({ name: 'Conversation', type: 'conversation', credentials: {} }),
	}) as unknown as ILoadOptionsFunctions;
const { loadOptions, resourceMapping } = new Conversation().methods;

describe('a template that is chosen from the list', () => {
	it('is one of those that Meta has approved, over all pages of them', async () => {
		const many = Array.from({ length: 450 }, (_, index) => ({
			...graph.setup().templates[0]!,
			name: `note_${index}`,
		}));
		graph.setup({ templates: [...many, ...graph.setup().templates] });
		const options = await loadOptions.getTemplates.call(inEditor(''));
		expect(options).toHaveLength(450 + 5);
		expect(options).toContainEqual({
			name: 'order_update (en_US, utility)',
			value: 'order_update|en_US',
			description: 'Your order is on its way.',
		});
		expect(options.some(({ name }) => name.startsWith('old_offer'))).toBe(false);
	});

	it('is left out where it has a part that nobody can fill in here', async () => {
		const [first] = graph.setup().templates;
		graph.setup({
			templates: [
				{
					...first!,
					components: [...first!.components, { type: 'CAROUSEL' }],
				},
			],
		});
		expect(await loadOptions.getTemplates.call(inEditor(''))).toEqual([]);
	});

	it('shows the fields that it has, and says so where it has none', async () => {
		const fieldsOf = (choice: string) => resourceMapping.getTemplateSlots.call(inEditor(choice));
		const { fields } = await fieldsOf('spring_code|en_US');
		expect(fields.map(({ displayName, required }) => [displayName, required])).toEqual([
			['Header Picture (Address or Media ID)', true],
			['Body Value 1, e.g. SPRING25', true],
			['Body Value 2, e.g. Sunday', true],
			['Button 1 “No more offers”: ID When Tapped', false],
			['Button 2 “Copy code”: Code', true],
		]);
		expect(await fieldsOf('order_update|en_US')).toEqual({
			fields: [],
			emptyFieldsNotice: 'This template has nothing to fill in.',
		});
		expect((await fieldsOf('')).emptyFieldsNotice).toContain('Choose a template first');
	});

	it('needs a credential that names the business account, and says where', async () => {
		await expect(
			loadOptions.getTemplates.call(inEditor('', { businessAccountId: '' })),
		).rejects.toMatchObject({
			description: expect.stringContaining('Fill in Business Account ID') as string,
		});
	});

	it('goes out with what its fields hold, and is in the thread in its words', async () => {
		const [[sent]] = (await send({
			templateFrom: 'list',
			templateChoice: 'order_receipt|en_US',
			templateSlots: {
				value: {
					headerFile_document: 'https://shop.example/4711.pdf',
					headerFileName: 'Receipt 4711.pdf',
					body_1: 'Robin',
					body_2: 4711,
					button2_url: '4711',
					button3_quick_reply: 'wrong:4711',
				},
			},
		})) as [[IDataObject]];
		expect(sent).toMatchObject({ reply: { outcome: 'sent', template: { name: 'order_receipt' } } });
		expect(componentsOf()).toEqual([
			[
				{
					type: 'header',
					parameters: [
						{
							type: 'document',
							document: { link: 'https://shop.example/4711.pdf', filename: 'Receipt 4711.pdf' },
						},
					],
				},
				{
					type: 'body',
					parameters: [
						{ type: 'text', text: 'Robin' },
						{ type: 'text', text: '4711' },
					],
				},
				{
					type: 'button',
					sub_type: 'url',
					index: '1',
					parameters: [{ type: 'text', text: '4711' }],
				},
				{
					type: 'button',
					sub_type: 'quick_reply',
					index: '2',
					parameters: [{ type: 'payload', payload: 'wrong:4711' }],
				},
			],
		]);
		expect((await store.history(conversationId, { limit: 1 }))[0]).toMatchObject({
			type: 'template',
			text: 'Thank you, Robin! The receipt of your order 4711 is above.\n\nSample Shop',
			template: { name: 'order_receipt', language: 'en_US' },
		});
	});

	it('names the field that is empty as the form names it', async () => {
		const templateChoice = 'follow_up|en_US';
		const { fields } = await resourceMapping.getTemplateSlots.call(inEditor(templateChoice));
		await expect(
			send({
				templateFrom: 'list',
				templateChoice,
				templateSlots: { value: { body_1: 'Robin', body_2: ' ' }, schema: fields as never },
			}),
		).rejects.toThrow('Body Value 2, e.g. your payment is empty');
		expect(graph.messages()).toEqual([]);
	});

	it('is asked for where none is chosen', async () => {
		await expect(send({ templateFrom: 'list', templateChoice: 'order_receipt' })).rejects.toThrow(
			'No template is chosen',
		);
	});
});

describe('a template that is named', () => {
	it('goes out with header, named values and buttons', async () => {
		await send({
			sendTemplate: 'delivery_day',
			templateHeader: 'text',
			templateHeaderText: 'AB-1',
			templateHeaderVariable: 'order_number',
			'templateValues.value': [
				{ text: 'Robin', name: 'first_name' },
				{ text: 'Monday', name: 'day' },
			],
		});
		await send({
			sendTemplate: 'spring_code',
			templateHeader: 'image',
			templateHeaderFile: '998877',
			'templateValues.value': [{ text: 'SPRING25' }, { text: 'Sunday' }],
			'templateButtons.button': [
				{ place: 2, kind: 'copy_code', value: 'SPRING25' },
				{ place: 1, kind: 'quick_reply', value: 'stop' },
			],
		});
		expect(componentsOf()).toEqual([
			[
				{
					type: 'header',
					parameters: [{ type: 'text', parameter_name: 'order_number', text: 'AB-1' }],
				},
				{
					type: 'body',
					parameters: [
						{ type: 'text', parameter_name: 'first_name', text: 'Robin' },
						{ type: 'text', parameter_name: 'day', text: 'Monday' },
					],
				},
			],
			[
				{ type: 'header', parameters: [{ type: 'image', image: { id: '998877' } }] },
				{
					type: 'body',
					parameters: [
						{ type: 'text', text: 'SPRING25' },
						{ type: 'text', text: 'Sunday' },
					],
				},
				{
					type: 'button',
					sub_type: 'quick_reply',
					index: '0',
					parameters: [{ type: 'payload', payload: 'stop' }],
				},
				{
					type: 'button',
					sub_type: 'copy_code',
					index: '1',
					parameters: [{ type: 'coupon_code', coupon_code: 'SPRING25' }],
				},
			],
		]);
	});

	it('is refused as Meta refuses it, with what to compare', async () => {
		await expect(
			send({ sendTemplate: 'order_receipt', 'templateValues.value': [{ text: 'Robin' }] }),
		).rejects.toMatchObject({
			message: expect.stringContaining('code 132012') as string,
			description: expect.stringContaining('Message Templates') as string,
		});
		expect(graph.messages()).toEqual([]);
	});

	it.each<[string, string, IDataObject, unknown]>([
		['the customer’s name', 'Hello {{1}}.', {}, [{ type: 'text', text: 'Kim' }]],
		[
			'the values that staff have named',
			'Hello {{1}}, it is about {{2}}.',
			{ templateValues: { value: [{ text: 'Robin' }, { text: 'your order' }] } },
			[
				{ type: 'text', text: 'Robin' },
				{ type: 'text', text: 'your order' },
			],
		],
		['nothing, where staff say so', 'Hello.', { templateValues: {} }, undefined],
	])(
		'stands in for a text outside the window with %s',
		async (_what, text, options, parameters) => {
			const [followUp] = graph.setup().templates;
			graph.setup({ templates: [{ ...followUp!, components: [{ type: 'BODY', text }] }] });
			await runConversation({
				operation: 'reply',
				surface: surface(),
				items: [{ customer: { name: 'Kim' } }],
				parameters: {
					conversationId,
					author: 'system',
					text: 'It is on its way.',
					replyOptions: { templateName: 'follow_up', ...options },
				},
			});
			expect(componentsOf()).toEqual([parameters && [{ type: 'body', parameters }]]);
		},
	);

	it('has one entry for each button', async () => {
		await expect(
			send({
				sendTemplate: 'spring_code',
				'templateButtons.button': [
					{ place: 2, value: 'a' },
					{ place: 2, value: 'b' },
				],
			}),
		).rejects.toThrow('Two entries of Buttons are for button 2');
	});

	it('goes out all the same where Meta does not tell what it says', async () => {
		graph.fail({ path: '/message_templates$', mode: '500' });
		const [[sent]] = (await send({ sendTemplate: 'order_update' })) as [[IDataObject]];
		expect(sent).toMatchObject({ reply: { outcome: 'sent' } });
		expect((await store.history(conversationId, { limit: 1 }))[0]).toMatchObject({
			text: 'order_update',
		});
	});
});
