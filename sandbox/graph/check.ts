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
	location: 'LocationMessage',
	contacts: 'ContactsMessage',
};

let description: ApiDescription | undefined;

/**
 * What is wrong with a message to send, by Meta's published description with its overlay. The schema is chosen by the message's
 * type, since the description's `oneOf` accepts one message under several names. Empty if nothing is wrong.
 */
export function checkOutbound(body: unknown): string[] {
	const message = (body ?? {}) as Record<string, unknown>;
	// Some of Meta's examples leave the type to the content.
	const type = message.type ?? Object.keys(BY_TYPE).find((key) => key in message) ?? 'text';
	const name = 'status' in message ? 'MarkMessageRequestPayload' : BY_TYPE[String(type)];
	if (!name) return [`POST messages: unknown type ${JSON.stringify(message.type)}`];
	// A megabyte of YAML: read when the first message is sent.
	description ??= new ApiDescription([FILE], metaOverlay);
	return description.differences(name, body, `POST messages (${name})`);
}
