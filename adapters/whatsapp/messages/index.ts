import type { Fields } from '../fields';
import { asFields, asFilledText, asText, defined, safeCopy } from '../fields';
import { contacts } from './contacts';
import { button, interactive } from './interactive';
import { location } from './location';
import { audio, document, image, sticker, video, voice } from './media';
import { order } from './order';
import { reaction } from './reaction';
import type { Content, ContentReader } from './reader';
import { system } from './system';
import { text } from './text';
import { readErrors, unsupported } from './unsupported';

export { readErrors } from './unsupported';
export type { Content } from './reader';

/** One reader for each value of `type`. */
const READERS = new Map<string, ContentReader>(
	Object.entries({
		text,
		image,
		audio,
		voice,
		video,
		document,
		sticker,
		location,
		contacts,
		interactive,
		button,
		order,
		reaction,
		system,
		unsupported,
		edit,
		revoke,
	}),
);

/**
 * What a message says. A type that is not known, or that does not hold what it promises, is read as `unknown` (`unsupported`
 * where WhatsApp says why) with its raw form beside it.
 */
export function readContent(message: Fields): Content {
	const content = READERS.get(asFilledText(message.type) ?? '')?.(message);
	if (content) return content;
	const errors = readErrors(message.errors);
	return {
		type: errors.length > 0 ? 'unsupported' : 'unknown',
		text: '',
		...(errors.length > 0 ? { errors } : {}),
		raw: safeCopy(message),
	};
}

/** The customer changed a message: the new content, and which message it replaces. */
function edit(message: Fields): Content | undefined {
	const body = asFields(message.edit);
	const messageId = asFilledText(body?.original_message_id);
	const inner = asFields(body?.message);
	if (!messageId || !inner) return undefined;
	// An edit holds a message, never another edit: that would let a payload nest without end.
	const content: Content =
		inner.type === 'edit' ? { type: 'unknown', text: '' } : readContent(inner);
	return {
		...content,
		type: 'edit',
		target: defined({ messageId, text: asText(content.text) }),
	};
}

/** The customer deleted a message for everyone. */
function revoke(message: Fields): Content | undefined {
	const messageId = asFilledText(asFields(message.revoke)?.original_message_id);
	return messageId ? { type: 'revoke', text: '', target: { messageId } } : undefined;
}
