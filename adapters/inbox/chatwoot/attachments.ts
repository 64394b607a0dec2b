import type { HttpSend } from '../../../core/ports/http';
import { mayAttach } from '../files';
import { ChatwootError } from './errors';

/** A file that an agent attached, where Chatwoot keeps it. */
export interface AttachedFile {
	url: string;
	fileName: string;
	kind: string;
}

const FILE_TIMEOUT_MS = 60_000;

/** The bytes of an attachment, or why it cannot be sent, for the agent to read. */
export async function fetchAttachment(
	send: HttpSend,
	{ url, fileName }: AttachedFile,
	maxBytes: number,
): Promise<{ bytes: Buffer; mimeType: string } | { refused: string }> {
	const notSent = `${fileName} was not sent to the customer:`;
	let answer;
	try {
		// The address carries its own signature: no token goes to where the files lie.
		answer = await send({ method: 'GET', url, timeoutMs: FILE_TIMEOUT_MS });
	} catch (error) {
		throw new ChatwootError(
			`Chatwoot did not hand over the file ${fileName} (${(error as Error).message})`,
			'lost',
		);
	}
	if (answer.status >= 500) {
		throw new ChatwootError(
			`Chatwoot did not hand over the file ${fileName} (HTTP ${answer.status})`,
			'unavailable',
		);
	}
	if (answer.status >= 300) {
		return { refused: `${notSent} Chatwoot did not hand it over (HTTP ${answer.status}).` };
	}
	const mimeType = (answer.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
	if (!mayAttach(mimeType)) {
		return {
			refused: `${notSent} WhatsApp takes no files of type ${mimeType || 'unknown'}. Attach a picture, sound, video, PDF, text or Office file.`,
		};
	}
	const bytes = Buffer.from(answer.body);
	if (bytes.length > maxBytes) {
		return { refused: `${notSent} it is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.` };
	}
	return { bytes, mimeType };
}
