import type { INodeProperties } from 'n8n-workflow';

import type { TemplatePurpose } from '../../../core/conversation/consent';
import { namedWithValues } from '../../../core/conversation/template';
import { StoreError } from '../../../core/ports/store';
import type { OperationRun } from './operation';
import { templateFields, templateOf } from './replyTemplate';
import type { Written } from './writtenInInbox';
import { fileOfItem, writtenInInbox } from './writtenInInbox';

/** WhatsApp's limits: buttons of a message, rows of a list, characters of a button and of a row's title and description. */
const MOST_BUTTONS = 3;
const MOST_ROWS = 10;
const LONGEST_BUTTON = 20;
const LONGEST_ROW = 24;
const LONGEST_DESCRIPTION = 72;

const show = (...content: string[]) => ({ show: { operation: ['reply'], content } });

const id: INodeProperties = {
	displayName: 'ID',
	name: 'id',
	type: 'string',
	default: '',
	placeholder: 'e.g. rating:5',
	description:
		'What comes back as message.interactive.ID when the customer taps it; empty for the title',
};

/** What a reply may be. */
export const contentFields: INodeProperties[] = [
	{
		displayName: 'Message',
		name: 'content',
		type: 'options',
		displayOptions: { show: { operation: ['reply'] } },
		options: [
			{
				name: 'As Written in the Handoff Inbox',
				value: 'inbox',
				description:
					'The text, template or file that the agent chose on the page; the item of the Handoff Inbox brings it',
			},
			{ name: 'Buttons', value: 'buttons', description: 'A text with up to three buttons' },
			{
				name: 'File',
				value: 'file',
				description: 'An image, video, voice or document of the item',
			},
			{ name: 'List', value: 'list', description: 'A text with a list of up to ten choices' },
			{
				name: 'Template',
				value: 'template',
				description: 'An approved template, also outside the 24-hour window',
			},
			{ name: 'Text', value: 'text', description: 'What you enter below' },
		],
		default: 'text',
		description: 'What is sent',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 4 },
		displayOptions: show('text', 'buttons', 'list'),
		default: '={{ $json.bot?.reply ?? $json.output }}',
		required: true,
		description:
			'What the customer gets. A long text goes out as several messages, cut at sentences.',
	},
	{
		displayName: 'Buttons',
		name: 'buttons',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: show('buttons'),
		default: {},
		placeholder: 'Add Button',
		description: 'Up to three, of 20 characters each',
		options: [
			{
				displayName: 'Button',
				name: 'button',
				values: [
					{
						displayName: 'Title',
						name: 'title',
						type: 'string',
						default: '',
						placeholder: 'e.g. Very good',
						description: 'What the customer reads',
					},
					id,
				],
			},
		],
	},
	{
		displayName: 'List Button',
		name: 'listButton',
		type: 'string',
		displayOptions: show('list'),
		default: 'Choose',
		description: 'What opens the list',
	},
	{
		displayName: 'Choices',
		name: 'choices',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: show('list'),
		default: {},
		placeholder: 'Add Choice',
		description: 'Up to ten',
		options: [
			{
				displayName: 'Choice',
				name: 'choice',
				values: [
					{
						displayName: 'Title',
						name: 'title',
						type: 'string',
						default: '',
						placeholder: 'e.g. Delivery',
						description: 'What the customer reads, 24 characters',
					},
					{
						displayName: 'Explanation',
						name: 'description',
						type: 'string',
						default: '',
						description: 'A line below the title, 72 characters',
					},
					id,
				],
			},
		],
	},
	{
		displayName: 'Input Data Field Name',
		name: 'binaryField',
		type: 'string',
		displayOptions: show('file'),
		default: 'data',
		required: true,
		hint: 'The name of the input field containing the binary file data to be sent',
		description: 'Where the item holds the file',
	},
	{
		displayName: 'Caption',
		name: 'caption',
		type: 'string',
		displayOptions: show('file'),
		default: '',
		description: 'Text below the file',
	},
	...templateFields,
	{
		displayName: 'Purpose',
		name: 'templatePurpose',
		type: 'options',
		displayOptions: show('template'),
		options: [
			{
				name: 'Authentication',
				value: 'authentication',
				description: 'A code that the customer has asked for',
			},
			{
				name: 'Marketing',
				value: 'marketing',
				description: 'Not sent to customers who stopped marketing',
			},
			{ name: 'Utility', value: 'utility', description: 'About something the customer did' },
		],
		default: 'marketing',
		description:
			'The category of the template at Meta. What a customer has stopped is withheld, with the reason.',
	},
	{
		displayName: 'Only With Opt-In',
		name: 'templateNeedsOptIn',
		type: 'boolean',
		displayOptions: {
			show: { operation: ['reply'], content: ['template'], templatePurpose: ['marketing'] },
		},
		default: false,
		description:
			'Whether to send marketing only to customers who have said yes to it; who has said nothing gets none',
	},
];

interface Choice {
	title?: string;
	id?: string;
	description?: string;
}

/** The message of the parameters. Throws StoreError that names the field and the mend. */
export async function contentOf(
	run: OperationRun,
	replyTo: string | undefined,
): Promise<Written & { purpose?: TemplatePurpose; needsOptIn?: boolean }> {
	const { context, index } = run;
	const read = (name: string, fallback: unknown = '') =>
		context.getNodeParameter(name, index, fallback) as unknown;
	const quoting = replyTo ? { replyTo } : {};
	const text = () => String(read('text') ?? '');
	switch (read('content', 'text')) {
		case 'inbox':
			return writtenInInbox(run);
		case 'buttons': {
			const buttons = choices(read('buttons.button', []), 'Buttons', MOST_BUTTONS, LONGEST_BUTTON);
			return {
				text: text(),
				message: {
					type: 'buttons',
					text: text(),
					buttons: buttons.map(({ id: own, title }) => ({ id: own, title })),
					...quoting,
				},
			};
		}
		case 'list': {
			const rows = choices(read('choices.choice', []), 'Choices', MOST_ROWS, LONGEST_ROW);
			const buttonText = String(read('listButton', 'Choose')).trim() || 'Choose';
			within(buttonText, LONGEST_BUTTON, 'List Button');
			return {
				text: text(),
				message: { type: 'list', text: text(), buttonText, sections: [{ rows }], ...quoting },
			};
		}
		case 'file':
			return fileOfItem(run, String(read('binaryField', 'data')), String(read('caption')), quoting);
		case 'template':
			return template(read);
		default:
			return { text: text(), message: { type: 'text', text: text(), ...quoting } };
	}
}

function template(
	read: (name: string, fallback?: unknown) => unknown,
): Written & { purpose: TemplatePurpose; needsOptIn: boolean } {
	const message = templateOf(read);
	return {
		text: namedWithValues(message),
		message,
		purpose: read('templatePurpose', 'marketing') as TemplatePurpose,
		needsOptIn: read('templateNeedsOptIn', false) === true,
	};
}

function choices(
	given: unknown,
	field: string,
	most: number,
	longest: number,
): Array<{ id: string; title: string; description?: string }> {
	const list = (given as Choice[]).filter(({ title }) => String(title ?? '').trim() !== '');
	if (list.length === 0 || list.length > most) {
		throw new StoreError(
			`${field} has ${list.length === 0 ? 'no entry with a title' : `${list.length} entries`}`,
			list.length === 0
				? `Add at least one under ${field}; WhatsApp takes up to ${most}.`
				: `WhatsApp takes one to ${most}. ${field === 'Buttons' ? 'Use a list for more.' : 'Offer fewer, or ask in two steps.'}`,
		);
	}
	return list.map(({ title, id: own, description }) => {
		const words = String(title).trim();
		within(words, longest, field);
		if (description) within(description, LONGEST_DESCRIPTION, `${field}, Explanation`);
		return {
			id: own?.trim() || words,
			title: words,
			...(description?.trim() ? { description: description.trim() } : {}),
		};
	});
}

function within(text: string, longest: number, field: string): void {
	if ([...text].length <= longest) return;
	throw new StoreError(
		`${field}: "${text}" is longer than WhatsApp shows`,
		`Shorten it to ${longest} characters.`,
	);
}
