import type { MediaReference } from '../../../core/conversation/message';
import { asBoolean, asFields, asFilledText, defined } from '../fields';
import type { ContentReader } from './reader';

type MediaType = 'image' | 'audio' | 'video' | 'document' | 'sticker';

/** Image, audio and voice note, video, document, sticker: a file by its id, with or without caption and direct address. */
const media =
	(type: MediaType, field: string = type): ContentReader =>
	(message) => {
		const file = asFields(message[field]);
		if (!file) return undefined;
		const caption = asFilledText(file.caption);
		const reference: MediaReference = defined({
			id: asFilledText(file.id),
			mimeType: asFilledText(file.mime_type),
			sha256: asFilledText(file.sha256),
			fileName: asFilledText(file.filename),
			caption,
			url: asFilledText(file.url) ?? asFilledText(file.link),
			voice: field === 'voice' ? true : asBoolean(file.voice),
			animated: asBoolean(file.animated),
		});
		return { type, text: caption ?? '', media: reference };
	};

export const image = media('image');
export const audio = media('audio');
/** Older deliveries give a voice note a type of its own. */
export const voice = media('audio', 'voice');
export const video = media('video');
export const document = media('document');
export const sticker = media('sticker');
