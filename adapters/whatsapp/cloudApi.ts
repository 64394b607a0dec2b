import type { AxiosInstance } from 'axios';

import type { MediaReference } from '../../core/conversation/message';
import type {
	MessagingPort,
	OutboundMessage,
	Recipient,
	TemplateButton,
	TemplateHeader,
	TemplateMessage,
	TemplateValue,
} from '../../core/ports/messaging';
import { MessagingError } from '../../core/ports/messaging';
import { asFields, asFilledText, asList } from './fields';
import { toMessagingError } from './graph';
import type { RetryEnvironment, RetryPolicy } from './retry';
import { withRetry } from './retry';
import { MAX_TEXT, splitText } from './split';

/** Longest text beside buttons, a list or a file. */
const MAX_BODY = 1024;
const MAX_BUTTONS = 3;
const MAX_ROWS = 10;
const MAX_BUTTON_TITLE = 20;
const MAX_BUTTON_ID = 256;
const MAX_ROW_ID = 200;
const MAX_ROW_TITLE = 24;
const MAX_ROW_DESCRIPTION = 72;
const MAX_HEADER = 60;

type Content = Record<string, unknown> & { type: string };

export interface CloudApiOptions {
	/** Where messages of a number go; as Meta has it if absent. */
	pathOf?: (channelId: string) => string;
	retry?: RetryPolicy;
	/** Waiting and chance; tests pass their own. */
	environment?: RetryEnvironment;
}

/** WhatsApp's Cloud API as the messaging port. `graph` carries address and credential, see graph.ts. */
export function cloudApi(graph: AxiosInstance, options: CloudApiOptions = {}): MessagingPort {
	const post = async (channelId: string, body: object, whatFor: string): Promise<unknown> => {
		try {
			const path = options.pathOf?.(channelId) ?? `/${encodeURIComponent(channelId)}/messages`;
			return (await graph.post<unknown>(path, { messaging_product: 'whatsapp', ...body })).data;
		} catch (error) {
			throw toMessagingError(error, whatFor);
		}
	};

	return {
		parts: (_channelId, message) => partsOf(message),

		async send(channelId, to, message, { check, tracker } = {}) {
			const address = addressOf(to);
			const ids: string[] = [];
			for (const part of partsOf(message)) {
				const replyTo = 'replyTo' in part ? part.replyTo : undefined;
				const body = {
					recipient_type: 'individual',
					...address,
					...(replyTo ? { context: { message_id: replyTo } } : {}),
					...(tracker ? { biz_opaque_callback_data: tracker } : {}),
					...contentOf(part),
				};
				try {
					const answer = await withRetry(
						async () => {
							await check?.();
							return await post(channelId, body, 'take the message');
						},
						options.retry,
						options.environment,
					);
					ids.push(idIn(answer));
				} catch (error) {
					throw ids.length > 0 && error instanceof MessagingError ? afterParts(error, ids) : error;
				}
			}
			return { ids };
		},

		async markRead(channelId, messageId, { typing = false } = {}) {
			await post(
				channelId,
				{
					status: 'read',
					message_id: messageId,
					...(typing ? { typing_indicator: { type: 'text' } } : {}),
				},
				'mark the message as read',
			);
		},
	};
}

/** The phone-like id where there is one, since every kind of message can go to it. */
function addressOf(to: Recipient): Record<string, string> {
	if (to.waId) return { to: to.waId };
	if (to.userId) return { recipient: to.userId };
	throw new MessagingError(
		'The customer has no WhatsApp id to write to',
		'undeliverable',
		'Wait until the customer writes, or enter the WhatsApp number on the conversation.',
	);
}

/** The messages that one goes out as. Throws MessagingError where WhatsApp would not take one of them. */
export function partsOf(message: OutboundMessage): OutboundMessage[] {
	const parts = split(message);
	parts.forEach(contentOf);
	return parts;
}

function split(message: OutboundMessage): OutboundMessage[] {
	switch (message.type) {
		case 'text':
			return texts(message);
		case 'buttons':
		case 'list': {
			// What does not fit beside the choices goes out before them as plain text; they stay under the last piece.
			const pieces = filled(splitText(message.text, MAX_BODY));
			const text = pieces.pop();
			if (text === undefined || pieces.length === 0) return [message];
			const { replyTo, ...rest } = message;
			return [
				...texts({ type: 'text', text: pieces.join(''), ...(replyTo ? { replyTo } : {}) }),
				{ ...rest, text },
			];
		}
		case 'media': {
			// Voice and stickers carry no words, and captions have a limit; words that do not fit follow as a text of their own.
			const { kind, caption = message.media.caption } = message;
			if (!caption || (kind !== 'audio' && kind !== 'sticker' && caption.length <= MAX_BODY)) {
				return [message];
			}
			return [{ ...message, caption: '' }, ...texts({ type: 'text', text: caption })];
		}
		case 'template':
			return [message];
	}
}

type Text = Extract<OutboundMessage, { type: 'text' }>;

/** WhatsApp takes no message of blanks alone, so a piece of nothing else is left out. The first piece alone quotes. */
function texts({ replyTo, ...message }: Text): Text[] {
	return filled(splitText(message.text, MAX_TEXT)).map((text, index) => ({
		...message,
		text,
		...(index === 0 && replyTo ? { replyTo } : {}),
	}));
}

function filled(pieces: string[]): string[] {
	const kept = pieces.filter((piece) => piece.trim() !== '');
	if (kept.length === 0) throw invalid('The text is empty', 'Enter the text to send.');
	return kept;
}

/** One message that needs no splitting, as WhatsApp takes it. Throws MessagingError. */
function contentOf(message: OutboundMessage): Content {
	switch (message.type) {
		case 'text':
			return {
				type: 'text',
				text: { body: message.text, preview_url: message.previewUrl ?? false },
			};
		case 'buttons':
			return interactive(message, {
				type: 'button',
				action: { buttons: replyButtons(message.buttons) },
			});
		case 'list':
			return interactive(message, {
				type: 'list',
				action: {
					button: fitting(message.buttonText, MAX_BUTTON_TITLE, 'The text of the list’s button'),
					sections: sections(message.sections),
				},
			});
		case 'media':
			return media(message);
		case 'template':
			return {
				type: 'template',
				template: {
					name: message.name,
					language: { code: message.language },
					...withComponents(message),
				},
			};
	}
}

function interactive(
	message: Extract<OutboundMessage, { type: 'buttons' | 'list' }>,
	specific: Record<string, unknown>,
): Content {
	return {
		type: 'interactive',
		interactive: {
			...(message.header
				? { header: { type: 'text', text: fitting(message.header, MAX_HEADER, 'The header') } }
				: {}),
			body: { text: message.text },
			...(message.footer
				? { footer: { text: fitting(message.footer, MAX_HEADER, 'The footer') } }
				: {}),
			...specific,
		},
	};
}

function replyButtons(buttons: Array<{ id: string; title: string }>): unknown[] {
	if (buttons.length === 0 || buttons.length > MAX_BUTTONS) {
		throw invalid(
			`WhatsApp shows one to ${MAX_BUTTONS} buttons, not ${buttons.length}`,
			'Use fewer buttons, or a list, which holds up to ten choices.',
		);
	}
	unique(buttons);
	return buttons.map(({ id, title }) => ({
		type: 'reply',
		reply: {
			id: fitting(id, MAX_BUTTON_ID, 'The id of a button'),
			title: fitting(title, MAX_BUTTON_TITLE, `The button “${title}”`),
		},
	}));
}

function sections(list: Extract<OutboundMessage, { type: 'list' }>['sections']): unknown[] {
	const rows = list.flatMap((section) => section.rows);
	if (rows.length === 0 || rows.length > MAX_ROWS) {
		throw invalid(
			`WhatsApp shows one to ${MAX_ROWS} choices in a list, not ${rows.length}`,
			'Use fewer choices.',
		);
	}
	unique(rows);
	return list
		.filter((section) => section.rows.length > 0)
		.map((section, index, all) => ({
			// With more than one section WhatsApp wants a title for each.
			...(section.title || all.length > 1
				? {
						title: fitting(section.title ?? '', MAX_ROW_TITLE, `The title of section ${index + 1}`),
					}
				: {}),
			rows: section.rows.map((row) => ({
				id: fitting(row.id, MAX_ROW_ID, 'The id of a choice'),
				title: fitting(row.title, MAX_ROW_TITLE, `The choice “${row.title}”`),
				...(row.description
					? {
							description: fitting(
								row.description,
								MAX_ROW_DESCRIPTION,
								`The description of “${row.title}”`,
							),
						}
					: {}),
			})),
		}));
}

function media(message: Extract<OutboundMessage, { type: 'media' }>): Content {
	const { kind, caption = message.media.caption } = message;
	return {
		type: kind,
		[kind]: {
			...fileOf(message.media),
			...(caption ? { caption } : {}),
			...(kind === 'document' && message.media.fileName
				? { filename: message.media.fileName }
				: {}),
		},
	};
}

function fileOf({ id, url }: MediaReference): Record<string, string> {
	if (id) return { id };
	if (url) return { link: url };
	throw invalid(
		'The file has neither an id nor an address',
		'Upload it to WhatsApp first, or give an address that is open to the internet.',
	);
}

function withComponents(message: TemplateMessage): Record<string, unknown> {
	const { header, bodyParameters = [], buttons = [] } = message;
	if (new Set(bodyParameters.map((value) => typeof value)).size > 1) {
		throw invalid(
			`Some values of the template ${message.name} have a name and others have none`,
			'A template has either named variables, as {{order_number}}, or numbered ones, as {{1}}: name all values or none.',
		);
	}
	const components = [
		...(header ? [{ type: 'header', parameters: [headerOf(message, header)] }] : []),
		...(bodyParameters.length > 0
			? [
					{
						type: 'body',
						parameters: bodyParameters.map((value, index) =>
							parameterOf(value, `Value ${index + 1} of the template ${message.name}`),
						),
					},
				]
			: []),
		...buttons.map((button) => buttonOf(message, button)),
	];
	return components.length > 0 ? { components } : {};
}

function headerOf({ name }: TemplateMessage, header: TemplateHeader): Record<string, unknown> {
	if (header.type === 'text') {
		return parameterOf(header.value, `The header of the template ${name}`);
	}
	const { type, media: file } = header;
	return {
		type,
		[type]: {
			...fileOf(file),
			...(type === 'document' && file.fileName ? { filename: file.fileName } : {}),
		},
	};
}

function parameterOf(value: TemplateValue, what: string): Record<string, unknown> {
	const { name, text } = typeof value === 'string' ? { name: undefined, text: value } : value;
	return {
		type: 'text',
		...(name === undefined ? {} : { parameter_name: name }),
		text: filledIn(oneLine(text), what),
	};
}

/** What each kind of button takes. A code to copy is newer than the description of Meta's API that we check against. */
const BUTTON_PARAMETERS: Record<TemplateButton['type'], (value: string) => object> = {
	url: (text) => ({ type: 'text', text }),
	quick_reply: (payload) => ({ type: 'payload', payload }),
	copy_code: (code) => ({ type: 'coupon_code', coupon_code: code }),
};

function buttonOf({ name }: TemplateMessage, { index, type, value }: TemplateButton) {
	return {
		type: 'button',
		sub_type: type,
		index: String(index),
		parameters: [
			BUTTON_PARAMETERS[type](
				filledIn(value.trim(), `Button ${index + 1} of the template ${name}`),
			),
		],
	};
}

/** WhatsApp takes no line breaks, tabs or runs of blanks in a template's values. */
function oneLine(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

function filledIn(text: string, what: string): string {
	if (text !== '') return text;
	throw invalid(
		`${what} is empty`,
		'Fill it in, or check that its expression finds something in this item: WhatsApp takes no template with a gap.',
	);
}

function idIn(answer: unknown): string {
	const id = asFilledText(asList(asFields(answer)?.messages)[0]?.id);
	if (id) return id;
	throw new MessagingError(
		'WhatsApp’s answer names no message',
		'lost',
		'The message may have gone out. Look into the chat before it is sent again, and check the address in the credential.',
	);
}

function fitting(text: string, limit: number, what: string): string {
	if (text.trim() === '') throw invalid(`${what} is empty`, 'Enter a text for it.');
	if (text.length <= limit) return text;
	throw invalid(
		`${what} has ${text.length} characters; WhatsApp takes ${limit}`,
		`Shorten it to ${limit} characters.`,
	);
}

function unique(choices: Array<{ id: string; title: string }>): void {
	for (const key of ['id', 'title'] as const) {
		if (new Set(choices.map((choice) => choice[key])).size < choices.length) {
			throw invalid(`Two choices have the same ${key}`, `Give each choice a ${key} of its own.`);
		}
	}
}

function invalid(message: string, advice: string): MessagingError {
	return new MessagingError(message, 'invalid', advice);
}

/** Parts before this one are with the customer: whoever tries again must not send them twice. */
function afterParts(error: MessagingError, sentIds: string[]): MessagingError {
	return new MessagingError(
		`${error.message} (after ${sentIds.length} part${sentIds.length === 1 ? '' : 's'} had gone out)`,
		error.failure,
		error.advice,
		{ ...error.details, sentIds },
		{ cause: error.cause },
	);
}
