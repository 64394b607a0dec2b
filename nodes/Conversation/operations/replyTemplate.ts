import type {
	ILoadOptionsFunctions,
	INodeProperties,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
	ResourceMapperValue,
} from 'n8n-workflow';

import { graphFor, whatsAppCredential } from '../../../adapters/whatsapp/open';
import { approvedTemplates } from '../../../adapters/whatsapp/templates';
import type { ApprovedTemplate } from '../../../core/conversation/template';
import { fileAt, filledTemplate, slotsOf } from '../../../core/conversation/template';
import type {
	TemplateButton,
	TemplateHeader,
	TemplateMessage,
	TemplateValue,
} from '../../../core/ports/messaging';
import { MessagingError } from '../../../core/ports/messaging';
import { StoreError } from '../../../core/ports/store';
import { toNodeError } from '../../shared/errors';

/** Between name and language of a template that is chosen from the list; neither can hold it. */
const BETWEEN = '|';

/** WhatsApp shows no template with more. */
const MOST_BUTTONS = 10;

const show = (more: Record<string, string[]> = {}) => ({
	show: { operation: ['reply'], content: ['template'], ...more },
});
const byName = (more: Record<string, string[]> = {}) => show({ templateFrom: ['name'], ...more });

const variableName: INodeProperties = {
	displayName: 'Variable Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. order_number',
	description: 'Only where the template names its variables; empty where it numbers them',
};

/** Values of a body, in their order or by name. */
const bodyValues: INodeProperties['options'] = [
	{
		displayName: 'Value',
		name: 'value',
		values: [
			{
				displayName: 'Text',
				name: 'text',
				type: 'string',
				default: '',
				description: 'The next variable',
			},
			variableName,
		],
	},
];

/** Options of Reply for the template that goes out in place of a text. */
export const outsideWindowFields: INodeProperties[] = [
	{
		displayName: 'Template Outside the 24-Hour Window',
		name: 'templateName',
		type: 'string',
		default: '',
		placeholder: 'e.g. follow_up',
		description:
			'Name of an approved template to send instead of the text once WhatsApp no longer allows free text. Its first variable is filled with the customer’s name, unless Template Values says otherwise.',
	},
	{
		displayName: 'Template Language',
		name: 'templateLanguage',
		type: 'string',
		default: 'en_US',
		placeholder: 'e.g. en_US',
		description: 'Language code of the template as approved by Meta',
	},
	{
		displayName: 'Template Values',
		name: 'templateValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		default: {},
		placeholder: 'Add Value',
		description:
			'What fills the variables of the template outside the window, in place of the customer’s name; without an entry nothing, for a template that has no variables',
		options: bodyValues,
	},
];

/** Which template, and what fills it in. */
export const templateFields: INodeProperties[] = [
	{
		displayName: 'Template',
		name: 'templateFrom',
		type: 'options',
		noDataExpression: true,
		displayOptions: show(),
		options: [
			{
				name: 'By Name',
				value: 'name',
				description: 'You enter name, language and values, e.g. a language by an expression',
			},
			{
				name: 'From List',
				value: 'list',
				description:
					'The approved templates of the credential’s business account, with the fields that the chosen one has',
			},
		],
		default: 'name',
		description: 'How the template is chosen',
	},
	{
		displayName: 'Template Name or ID',
		name: 'templateChoice',
		type: 'options',
		displayOptions: show({ templateFrom: ['list'] }),
		typeOptions: { loadOptionsMethod: 'getTemplates' },
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'An expression gives name, bar and language, e.g. order_update|en_US',
	},
	{
		displayName: 'What Fills It In',
		name: 'templateSlots',
		type: 'resourceMapper',
		noDataExpression: true,
		displayOptions: show({ templateFrom: ['list'] }),
		default: { mappingMode: 'defineBelow', value: null },
		typeOptions: {
			loadOptionsDependsOn: ['templateChoice'],
			resourceMapper: {
				resourceMapperMethod: 'getTemplateSlots',
				mode: 'add',
				fieldWords: { singular: 'value', plural: 'values' },
				addAllFields: true,
				supportAutoMap: false,
			},
		},
	},
	{
		displayName: 'Template Name',
		name: 'sendTemplate',
		type: 'string',
		displayOptions: byName(),
		default: '',
		required: true,
		placeholder: 'e.g. order_update',
		description: 'As approved by Meta',
	},
	{
		displayName: 'Language Code',
		name: 'sendTemplateLanguage',
		type: 'string',
		displayOptions: byName(),
		default: 'en_US',
		placeholder: 'e.g. en_US',
		description: 'Of the template as approved by Meta',
	},
	{
		displayName: 'Header',
		name: 'templateHeader',
		type: 'options',
		displayOptions: byName(),
		options: [
			{ name: 'Document', value: 'document', description: 'A PDF above the text' },
			{
				name: 'None or Fixed',
				value: 'none',
				description: 'The template has no header, or one without a variable',
			},
			{ name: 'Picture', value: 'image', description: 'A picture above the text' },
			{ name: 'Text', value: 'text', description: 'A line above the text, with a variable' },
			{ name: 'Video', value: 'video', description: 'A video above the text' },
		],
		default: 'none',
		description: 'What the template has above its body',
	},
	{
		displayName: 'Header Text',
		name: 'templateHeaderText',
		type: 'string',
		displayOptions: byName({ templateHeader: ['text'] }),
		default: '',
		required: true,
		description: 'What fills the variable of the header',
	},
	{
		...variableName,
		displayName: 'Header Variable Name',
		name: 'templateHeaderVariable',
		displayOptions: byName({ templateHeader: ['text'] }),
	},
	{
		displayName: 'Header File',
		name: 'templateHeaderFile',
		type: 'string',
		displayOptions: byName({ templateHeader: ['image', 'video', 'document'] }),
		default: '',
		required: true,
		placeholder: 'e.g. https://shop.example/invoice-4711.pdf',
		description:
			'Its address, open to the internet, or the media ID under which it was uploaded to WhatsApp',
	},
	{
		displayName: 'Header File Name',
		name: 'templateHeaderFileName',
		type: 'string',
		displayOptions: byName({ templateHeader: ['document'] }),
		default: '',
		placeholder: 'e.g. Invoice 4711.pdf',
		description: 'How the document is called on the customer’s phone',
	},
	{
		displayName: 'Values',
		name: 'templateValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: byName(),
		default: {},
		placeholder: 'Add Value',
		description: 'What fills the variables of the body, in their order or by their names',
		options: bodyValues,
	},
	{
		displayName: 'Buttons',
		name: 'templateButtons',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: byName(),
		default: {},
		placeholder: 'Add Button',
		description: 'What the buttons of the template need; those that are fixed need nothing',
		options: [
			{
				displayName: 'Button',
				name: 'button',
				values: [
					{
						displayName: 'Place',
						name: 'place',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: MOST_BUTTONS },
						default: 1,
						description: 'Which button of the template, counted from 1 over all of them',
					},
					{
						displayName: 'Kind',
						name: 'kind',
						type: 'options',
						options: [
							{
								name: 'Copy Code',
								value: 'copy_code',
								description: 'The value is the code that the customer copies',
							},
							{
								name: 'Link',
								value: 'url',
								description:
									'The value is what the address ends with; of a one-time code, the code',
							},
							{
								name: 'Quick Reply',
								value: 'quick_reply',
								description:
									'The value is what comes back as message.interactive.ID when the customer taps it',
							},
						],
						default: 'url',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. 4711',
						description: 'What the button needs',
					},
				],
			},
		],
	},
];

type Read = (name: string, fallback?: unknown) => unknown;

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));

/** The template of the parameters. Throws StoreError that names the field and the mend. */
export function templateOf(read: Read): TemplateMessage {
	return read('templateFrom', 'name') === 'list' ? fromList(read) : named(read);
}

function fromList(read: Read): TemplateMessage {
	const [name = '', language = ''] = text(read('templateChoice')).split(BETWEEN);
	if (!name.trim() || !language.trim()) {
		throw new StoreError(
			'No template is chosen',
			'Choose one under Template, or check that the expression gives name, bar and language, e.g. order_update|en_US.',
		);
	}
	// As a whole: n8n would refuse what is empty by the id of the field, which no form shows.
	const { value, schema } = (read('templateSlots', {}) ?? {}) as Partial<ResourceMapperValue>;
	const values = Object.fromEntries(
		Object.entries(value ?? {}).map(([id, one]) => [id, text(one)]),
	);
	const empty = schema?.find(({ id, required }) => required && !values[id]?.trim());
	if (empty) {
		throw new StoreError(
			`${empty.displayName} is empty`,
			`The template ${name.trim()} needs it: fill it in, or check that its expression finds something in this item.`,
		);
	}
	return {
		type: 'template',
		name: name.trim(),
		language: language.trim(),
		...filledTemplate(values),
	};
}

function named(read: Read): TemplateMessage {
	const name = text(read('sendTemplate')).trim();
	if (name === '') {
		throw new StoreError('No template is named', 'Fill in Template Name as Meta has approved it.');
	}
	const bodyParameters = bodyOf(read('templateValues.value', []) as BodyValue[]);
	const given = read('templateButtons.button', []) as Array<Record<string, unknown>>;
	const buttons = given
		.map(({ place, kind, value }): TemplateButton => ({
			index: Number(place ?? 1) - 1,
			type: (kind ?? 'url') as TemplateButton['type'],
			value: text(value),
		}))
		.sort((a, b) => a.index - b.index);
	const twice = buttons.find(({ index }, at) => buttons[at + 1]?.index === index);
	if (twice) {
		throw new StoreError(
			`Two entries of Buttons are for button ${twice.index + 1}`,
			'Give each its own place, counted from 1 over all buttons of the template.',
		);
	}
	const header = headerOf(read);
	return {
		type: 'template',
		name,
		language: text(read('sendTemplateLanguage', 'en_US')).trim() || 'en_US',
		...(header ? { header } : {}),
		...(bodyParameters.length > 0 ? { bodyParameters } : {}),
		...(buttons.length > 0 ? { buttons } : {}),
	};
}

function headerOf(read: Read): TemplateHeader | undefined {
	const type = read('templateHeader', 'none');
	switch (type) {
		case 'text':
			return {
				type,
				value: valueOf(read('templateHeaderText'), read('templateHeaderVariable')),
			};
		case 'image':
		case 'video':
		case 'document':
			return {
				type,
				media: fileAt(
					text(read('templateHeaderFile')),
					type === 'document' ? text(read('templateHeaderFileName')) : undefined,
				),
			};
		default:
			return undefined;
	}
}

interface BodyValue {
	text?: unknown;
	name?: unknown;
}

function bodyOf(values: BodyValue[]): TemplateValue[] {
	return values.map((one) => valueOf(one.text, one.name));
}

/** What Reply's options say of the template that goes out once the window has closed. */
export interface OutsideWindow {
	templateName?: string;
	templateLanguage?: string;
	templateValues?: { value?: BodyValue[] };
}

/** The template in place of a text; undefined where staff have named none. */
export function outsideWindow(
	{ templateName, templateLanguage, templateValues }: OutsideWindow,
	customerName: string | undefined,
): TemplateMessage | undefined {
	const name = templateName?.trim();
	if (!name) return undefined;
	const values = templateValues
		? bodyOf(templateValues.value ?? [])
		: customerName
			? [customerName]
			: [];
	return {
		type: 'template',
		name,
		language: templateLanguage?.trim() || 'en_US',
		...(values.length > 0 ? { bodyParameters: values } : {}),
	};
}

function valueOf(value: unknown, name: unknown): TemplateValue {
	const variable = text(name).trim();
	return variable ? { name: variable, text: text(value) } : text(value);
}

/** The approved templates of the credential's account; what went wrong is told as when the node runs. */
async function templatesOf(
	context: ILoadOptionsFunctions,
	name?: string,
): Promise<ApprovedTemplate[]> {
	try {
		const credential = await whatsAppCredential(context);
		if (!credential.businessAccountId) {
			throw new MessagingError(
				'The credential names no WhatsApp business account, so there is no list of templates',
				'account',
				'Fill in Business Account ID in the credential, or set Template to By Name.',
			);
		}
		const graph = graphFor(context, credential);
		return await approvedTemplates(graph, credential.businessAccountId, name);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** The list of Template. Those with parts that nobody can fill in here, e.g. a carousel, are left out. */
export async function getTemplates(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const all = await templatesOf(this);
	return all
		.filter(({ beyond }) => beyond.length === 0)
		.map(({ name, language, category, body }) => ({
			name: `${name} (${language}, ${category.toLowerCase()})`,
			value: [name, language].join(BETWEEN),
			description: body,
		}))
		.sort((a, b) => a.name.localeCompare(b.name));
}

/** The fields of the chosen template. */
export async function getTemplateSlots(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const [name = '', language] = text(this.getCurrentNodeParameter('templateChoice')).split(BETWEEN);
	const all = name ? await templatesOf(this, name) : [];
	const chosen = all.find((one) => one.name === name && one.language === language);
	const fields = (chosen ? slotsOf(chosen) : []).map(
		({ id, title, required }): ResourceMapperField => ({
			id,
			displayName: title,
			required,
			defaultMatch: false,
			canBeUsedToMatch: false,
			display: true,
			type: 'string',
		}),
	);
	if (fields.length > 0) return { fields };
	return {
		fields,
		emptyFieldsNotice: chosen
			? 'This template has nothing to fill in.'
			: 'Choose a template first. Of one that an expression gives, set Template to By Name to fill it in.',
	};
}
