import path from 'node:path';

import { ApiDescription } from '../openapi/validate';
import { metaOverlay } from '../openapi/meta/overlay';

const FILE = path.join(__dirname, '..', 'openapi', 'meta', 'business-messaging-api_v23.0.yaml');

/** Schemas of Meta's description by the `type` of a message to send. */
const BY_TYPE: Record<string, string> = {
	text: 'TextMessage',
	interactive: 'InteractiveMessage',
	template: 'TemplateMessage',
	image: 'ImageMessage',
	audio: 'AudioMessage',
	video: 'VideoMessage',
	document: 'DocumentMessage',
	sticker: 'StickerMessage',
	reaction: 'ReactionMessage',
};

interface Loaded {
	description: ApiDescription;
	schemas: Record<string, object>;
}

let loaded: Promise<Loaded> | undefined;

/**
 * What is wrong with a message to send, by Meta's published description with its overlay. The schema is chosen by the message's
 * type, since the description's `oneOf` accepts one message under several names. Empty if nothing is wrong.
 */
export async function checkOutbound(body: unknown): Promise<string[]> {
	const message = body as { type?: string; status?: string } | undefined;
	// Read receipts and typing have no schema of their own in the description.
	if (message?.status === 'read') return [];
	const name = BY_TYPE[message?.type ?? 'text'];
	if (!name) return [`POST messages: unknown type ${String(message?.type)}`];
	loaded ??= load();
	const { description, schemas } = await loaded;
	return description.differences(schemas[name]!, body, `POST messages (${name})`);
}

async function load(): Promise<Loaded> {
	let schemas: Record<string, object> = {};
	const description = await ApiDescription.load([FILE], (document) => {
		const mended = metaOverlay(document);
		schemas = (mended as { components: { schemas: Record<string, object> } }).components.schemas;
		return mended;
	});
	return { description, schemas };
}
