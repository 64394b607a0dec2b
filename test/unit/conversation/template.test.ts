import type { ApprovedTemplate } from '../../../core/conversation/template';
import {
	filledTemplate,
	namedWithValues,
	slotsOf,
	wordsOf,
} from '../../../core/conversation/template';

const RECEIPT: ApprovedTemplate = {
	name: 'order_receipt',
	language: 'en_US',
	category: 'UTILITY',
	header: { format: 'document' },
	body: 'Thank you, {{1}}! The receipt of order {{2}} is above. Order {{2}} is paid.',
	footer: 'Sample Shop',
	buttons: [
		{ kind: 'other', title: 'Call' },
		{ kind: 'url', title: 'Track', url: 'https://shop.example/{{1}}' },
		{ kind: 'url', title: 'Shop', url: 'https://shop.example' },
		{ kind: 'quick_reply', title: 'Wrong' },
		{ kind: 'copy_code', title: 'Copy code' },
	],
	samples: { body_2: 'AB-4711' },
	beyond: [],
};
const DELIVERY: ApprovedTemplate = {
	...RECEIPT,
	name: 'delivery_day',
	header: { format: 'text', text: 'Order {{ order_number }}' },
	body: 'Hello {{first_name}}, we bring it on {{day}}.',
	footer: undefined,
	buttons: [],
	samples: { header_order_number: 'AB-4711' },
};

describe('an approved template', () => {
	it('wants what is variable in it, each in words, and once', () => {
		expect(slotsOf(RECEIPT).map(({ title, required }) => [title, required])).toEqual([
			['Header Document (Address or Media ID)', true],
			['Header Document Name', false],
			['Body Value 1', true],
			['Body Value 2, e.g. AB-4711', true],
			['Button 2 “Track”: What Its Address Ends With', true],
			['Button 4 “Wrong”: ID When Tapped', false],
			['Button 5 “Copy code”: Code', true],
		]);
		expect(slotsOf(DELIVERY).map(({ title }) => title)).toEqual([
			'Header “order_number”, e.g. AB-4711',
			'Body “first_name”',
			'Body “day”',
		]);
	});

	it('is filled in by what stands in its form, whatever the order', () => {
		const given = {
			button5_copy_code: 'SPRING25',
			body_10: 'ten',
			body_2: 'two',
			body_1: 'one',
			button2_url: 'AB-1',
			button4_quick_reply: '',
			headerFile_document: ' https://shop.example/a.pdf ',
			headerFileName: 'Receipt.pdf',
			somethingElse: 'x',
		};
		expect(filledTemplate(given)).toEqual({
			header: {
				type: 'document',
				media: { url: 'https://shop.example/a.pdf', fileName: 'Receipt.pdf' },
			},
			bodyParameters: ['one', 'two', 'ten'],
			buttons: [
				{ index: 1, type: 'url', value: 'AB-1' },
				{ index: 4, type: 'copy_code', value: 'SPRING25' },
			],
		});
		expect(filledTemplate({ headerFile_image: '998877' })).toEqual({
			header: { type: 'image', media: { id: '998877' } },
		});
		expect(filledTemplate({ header_order_number: 'AB-1', body_day: 'Monday' })).toEqual({
			header: { type: 'text', value: { name: 'order_number', text: 'AB-1' } },
			bodyParameters: [{ name: 'day', text: 'Monday' }],
		});
		expect(filledTemplate({})).toEqual({});
	});

	it('has a slot for each value that it is filled in by', () => {
		for (const template of [RECEIPT, DELIVERY]) {
			const values = Object.fromEntries(slotsOf(template).map(({ id }) => [id, `v-${id}`]));
			expect(JSON.stringify(filledTemplate(values)).match(/"v-/gu)).toHaveLength(
				Object.keys(values).length,
			);
		}
	});

	it('says what the customer reads', () => {
		expect(wordsOf(RECEIPT, { bodyParameters: ['Robin', 'AB-1'] })).toBe(
			'Thank you, Robin! The receipt of order AB-1 is above. Order AB-1 is paid.\n\nSample Shop',
		);
		expect(
			wordsOf(
				DELIVERY,
				filledTemplate({
					header_order_number: 'AB-1',
					body_first_name: 'Robin',
					body_day: 'Monday',
				}),
			),
		).toBe('Order AB-1\n\nHello Robin, we bring it on Monday.');
	});

	it('is named with its values where nobody knows its text', () => {
		expect(
			namedWithValues({
				type: 'template',
				name: 'delivery_day',
				language: 'de',
				header: { type: 'text', value: 'AB-1' },
				bodyParameters: [{ name: 'day', text: 'Montag' }],
			}),
		).toBe('delivery_day · AB-1 · Montag');
	});
});
