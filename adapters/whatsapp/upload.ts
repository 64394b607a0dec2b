import { randomUUID } from 'node:crypto';

import type { MediaReference } from '../../core/conversation/message';
import { MessagingError } from '../../core/ports/messaging';
import { asFields, asFilledText } from './fields';
import { toMessagingError } from './graph';
import type { WhatsAppContext } from './open';
import { graphFor, pathOf, whatsAppCredential } from './open';
import { DEFAULT_RETRY, withRetry } from './retry';

/** A file that is to be sent. */
export interface FileToSend {
	bytes: Buffer;
	mimeType: string;
	fileName: string;
}

/** Files of up to 100 MB take longer than calls of the API. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** What kind of message carries a file of this type. */
export function mediaKindOf(mimeType: string): 'image' | 'audio' | 'video' | 'document' {
	const type = mimeType.split(';')[0]!.trim().toLowerCase();
	// WhatsApp shows these two as pictures; any other kind of picture goes as a file.
	if (type === 'image/jpeg' || type === 'image/png') return 'image';
	if (type.startsWith('audio/')) return 'audio';
	if (type === 'video/mp4' || type === 'video/3gpp') return 'video';
	return 'document';
}

/**
 * Puts a file into WhatsApp's keeping and gives the id under which it can be sent for 30 days. Sending a file to nobody twice does
 * no harm, so that a failed attempt is repeated. Throws MessagingError.
 */
export async function uploadMedia(
	context: WhatsAppContext,
	channelId: string,
	{ bytes, mimeType, fileName }: FileToSend,
): Promise<MediaReference> {
	const credential = await whatsAppCredential(context);
	const boundary = `file-${randomUUID()}`;
	// A name may hold anything; in a header it must not end the line or the quotes.
	const safeName = fileName.replace(/[\p{Cc}"\\]/gu, '_');
	const field = (name: string, value: string) =>
		`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
	const body = Buffer.concat([
		Buffer.from(
			`${field('messaging_product', 'whatsapp')}${field('type', mimeType)}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${safeName}"\r\ncontent-type: ${mimeType}\r\n\r\n`,
		),
		bytes,
		Buffer.from(`\r\n--${boundary}--\r\n`),
	]);
	const answer = await withRetry(async () => {
		try {
			const { data } = await graphFor(context, credential).post<unknown>(
				pathOf(credential, channelId, 'media'),
				body,
				{
					headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
					timeout: UPLOAD_TIMEOUT_MS,
				},
			);
			return data;
		} catch (error) {
			throw toMessagingError(error, 'take the file');
		}
	}, DEFAULT_RETRY);
	const id = asFilledText(asFields(answer)?.id);
	if (!id) {
		throw new MessagingError(
			'WhatsApp named no id for the file',
			'invalid',
			'Check the base URL in the credential.',
		);
	}
	return { id, mimeType, fileName };
}
