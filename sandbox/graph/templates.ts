/** A template as Meta lists it: GET /{business account}/message_templates. */
export interface MetaTemplate {
	id: string;
	name: string;
	language: string;
	status: string;
	category: string;
	components: Component[];
}

interface Component {
	type: string;
	format?: string;
	text?: string;
	example?: object;
	buttons?: Array<{ type: string; text: string; url?: string; phone_number?: string }>;
}

/** What a request says of a template. */
interface Sent {
	name?: string;
	language?: { code?: string };
	components?: SentComponent[];
}

interface SentComponent {
	type?: string;
	sub_type?: string;
	index?: string | number;
	parameters?: Array<Record<string, unknown>>;
}

/** Why Meta does not take a template, by its page on error codes. */
export interface TemplateRefusal {
	status: number;
	code: number;
	message: string;
	details: string;
}

/** The templates of the account. */
export const SAMPLE_TEMPLATES: readonly MetaTemplate[] = [
	template('follow_up', 'en_US', 'UTILITY', [
		{
			type: 'BODY',
			text: 'Hello {{1}}, we are still looking into {{2}}.',
			example: { body_text: [['Robin', 'your payment']] },
		},
	]),
	template('order_update', 'en_US', 'UTILITY', [
		{ type: 'BODY', text: 'Your order is on its way.' },
	]),
	template('order_receipt', 'en_US', 'UTILITY', [
		{ type: 'HEADER', format: 'DOCUMENT', example: { header_handle: ['4::YXBwbGljYXRpb24vcGRm'] } },
		{
			type: 'BODY',
			text: 'Thank you, {{1}}! The receipt of your order {{2}} is above.',
			example: { body_text: [['Robin', 'AB-4711']] },
		},
		{ type: 'FOOTER', text: 'Sample Shop' },
		{
			type: 'BUTTONS',
			buttons: [
				{ type: 'PHONE_NUMBER', text: 'Call', phone_number: '+15550001111' },
				{ type: 'URL', text: 'Track', url: 'https://shop.example/orders/{{1}}' },
				{ type: 'QUICK_REPLY', text: 'Something is wrong' },
			],
		},
	]),
	template('delivery_day', 'en_US', 'UTILITY', [
		{
			type: 'HEADER',
			format: 'TEXT',
			text: 'Order {{order_number}}',
			example: { header_text_named_params: [{ param_name: 'order_number', example: 'AB-4711' }] },
		},
		{
			type: 'BODY',
			text: 'Hello {{first_name}}, we bring it on {{day}}.',
			example: {
				body_text_named_params: [
					{ param_name: 'first_name', example: 'Robin' },
					{ param_name: 'day', example: 'Monday' },
				],
			},
		},
	]),
	template('spring_code', 'en_US', 'MARKETING', [
		{ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW1hZ2UvanBn'] } },
		{
			type: 'BODY',
			text: 'With the code {{1}} everything is cheaper until {{2}}.',
			example: { body_text: [['SPRING25', 'Sunday']] },
		},
		{
			type: 'BUTTONS',
			buttons: [
				{ type: 'QUICK_REPLY', text: 'No more offers' },
				{ type: 'COPY_CODE', text: 'Copy code' },
			],
		},
	]),
	{
		...template('old_offer', 'en_US', 'MARKETING', [{ type: 'BODY', text: 'Old.' }]),
		status: 'REJECTED',
	},
];

function template(
	name: string,
	language: string,
	category: string,
	components: Component[],
): MetaTemplate {
	// Ids are numbers at Meta; the same template has the same one in every run.
	const id = String([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1e15);
	return { id, name, language, status: 'APPROVED', category, components };
}

/** Why Meta would not take this template with these values; undefined if it would. */
export function templateRefusal(
	templates: readonly MetaTemplate[],
	sent: Sent,
): TemplateRefusal | undefined {
	const language = sent.language?.code;
	const known = templates.find(
		(one) => one.name === sent.name && one.language === language && one.status === 'APPROVED',
	);
	if (!known) {
		return {
			status: 404,
			code: 132001,
			message: 'Template name does not exist in the translation',
			details: `template name (${sent.name}) does not exist in ${language}`,
		};
	}
	const part = (type: string) => known.components.find((one) => one.type === type);
	const given = sent.components ?? [];
	return (
		headerRefusal(
			part('HEADER'),
			given.find(({ type }) => type === 'header'),
		) ??
		textRefusal(
			'body',
			part('BODY')?.text ?? '',
			given.find(({ type }) => type === 'body'),
		) ??
		buttonsRefusal(
			part('BUTTONS')?.buttons ?? [],
			given.filter(({ type }) => type === 'button'),
		)
	);
}

function headerRefusal(
	header: Component | undefined,
	given: SentComponent | undefined,
): TemplateRefusal | undefined {
	if (!header || header.format === 'TEXT') return textRefusal('header', header?.text ?? '', given);
	const received = String(given?.parameters?.[0]?.type ?? 'UNKNOWN').toUpperCase();
	if (received === header.format && given?.parameters?.length === 1) return undefined;
	return {
		status: 400,
		code: 132012,
		message: 'Parameter format does not match format in the created template',
		details: `header: Format mismatch, expected ${header.format}, received ${received}`,
	};
}

function textRefusal(
	where: string,
	text: string,
	given: SentComponent | undefined,
): TemplateRefusal | undefined {
	const wanted = variablesOf(text);
	const values = given?.parameters ?? [];
	if (values.length !== wanted.length) {
		return {
			status: 400,
			code: 132000,
			message: 'Number of parameters does not match the expected number of params',
			details: `${where}: number of localizable_params (${values.length}) does not match the expected number of params (${wanted.length})`,
		};
	}
	const isNamed = wanted.some((name) => !/^\d+$/u.test(name));
	const unnamed = values.find(({ parameter_name: name }) =>
		isNamed ? !wanted.includes(String(name)) : name !== undefined,
	);
	if (unnamed) {
		return {
			status: 400,
			code: 100,
			message: 'Invalid parameter',
			details: isNamed
				? `${where}: Parameter name is missing or empty`
				: `${where}: Parameter name is not expected`,
		};
	}
	for (const { type, text: value } of values) {
		if (type !== 'text') continue;
		if (String(value ?? '') === '') {
			return missing(`${where}: Parameter of type text is missing text value`);
		}
		if (/[\n\t]| {5}/u.test(String(value))) {
			return {
				status: 400,
				code: 100,
				message: 'Invalid parameter',
				details: 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
			};
		}
	}
	return undefined;
}

/** What each kind of button is called when it is sent, and the field of its value. */
const SENT_AS: Record<string, { subType: string; field: string; needed: boolean }> = {
	URL: { subType: 'url', field: 'text', needed: true },
	COPY_CODE: { subType: 'copy_code', field: 'coupon_code', needed: true },
	QUICK_REPLY: { subType: 'quick_reply', field: 'payload', needed: false },
};

function buttonsRefusal(
	buttons: NonNullable<Component['buttons']>,
	given: SentComponent[],
): TemplateRefusal | undefined {
	for (const one of given) {
		const kind = SENT_AS[buttons[Number(one.index)]?.type ?? ''];
		if (kind?.subType !== String(one.sub_type).toLowerCase()) {
			return {
				status: 400,
				code: 131009,
				message: 'Parameter value is not valid',
				details: `buttons: Button at index ${one.index} is not of type ${one.sub_type}`,
			};
		}
		if (String(one.parameters?.[0]?.[kind.field] ?? '') === '') {
			return missing(`buttons: Button at index ${one.index} of type ${one.sub_type} has no value`);
		}
	}
	for (const [index, { type, url = '' }] of buttons.entries()) {
		const needed = SENT_AS[type]?.needed && (type !== 'URL' || variablesOf(url).length > 0);
		if (needed && !given.some((one) => Number(one.index) === index)) {
			return missing(`buttons: Button at index ${index} of type ${type} requires a parameter`);
		}
	}
	return undefined;
}

function missing(details: string): TemplateRefusal {
	return { status: 400, code: 131008, message: 'Required parameter is missing', details };
}

function variablesOf(text: string): string[] {
	return [...new Set([...text.matchAll(/\{\{([^}]+)\}\}/gu)].map((match) => match[1]!.trim()))];
}
