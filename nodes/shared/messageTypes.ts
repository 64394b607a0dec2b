import type { MessageType } from '../../core/conversation/message';

/** Kinds of message as staff choose them. */
export const MESSAGE_TYPES: Array<{ name: string; value: MessageType }> = [
	{ name: 'Audio or Voice Note', value: 'audio' },
	{ name: 'Call', value: 'call' },
	{ name: 'Contact Card', value: 'contacts' },
	{ name: 'Deleted Message', value: 'revoke' },
	{ name: 'Document', value: 'document' },
	{ name: 'Edited Message', value: 'edit' },
	{ name: 'Image', value: 'image' },
	{ name: 'Location', value: 'location' },
	{ name: 'Order', value: 'order' },
	{ name: 'Reaction', value: 'reaction' },
	{ name: 'Reply to Buttons, List or Flow', value: 'interactive' },
	{ name: 'Sticker', value: 'sticker' },
	{ name: 'System (Number Changed)', value: 'system' },
	{ name: 'Template Button', value: 'button' },
	{ name: 'Text', value: 'text' },
	{ name: 'Unknown', value: 'unknown' },
	{ name: 'Unsupported by WhatsApp', value: 'unsupported' },
	{ name: 'Video', value: 'video' },
];

/** Kinds of message that want an answer, and so start the workflow unless staff choose otherwise. */
export const DEFAULT_TYPES: MessageType[] = [
	'text',
	'image',
	'audio',
	'video',
	'document',
	'sticker',
	'location',
	'contacts',
	'interactive',
	'button',
	'order',
	'unsupported',
	'unknown',
];
