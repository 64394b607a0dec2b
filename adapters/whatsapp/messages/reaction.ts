import { asFields, asFilledText } from '../fields';
import type { ContentReader } from './reader';

/** An emoji on a message. Taking it back comes as an empty emoji or none: `emoji` is null then. */
export const reaction: ContentReader = (message) => {
	const body = asFields(message.reaction);
	const messageId = asFilledText(body?.message_id);
	if (!messageId) return undefined;
	const emoji = asFilledText(body?.emoji) ?? null;
	return { type: 'reaction', text: emoji ?? '', reaction: { messageId, emoji } };
};
