import type { Signal } from '../signal';

const SAID: Record<string, string> = {
	audio: 'a voice message',
	image: 'a picture',
	video: 'a video',
	document: 'a document',
	location: 'a location',
	contacts: 'a contact',
	unsupported: 'something that WhatsApp does not pass on',
};
/** With words beside it the bot has something to go on; without any it is blind. */
const WITH_WORDS = 0.5;

/** Something that the bot cannot read. */
export const attachment: Signal = {
	name: 'attachment',
	label: 'Attachment the bot cannot read',
	find({ input, settings, reading }) {
		const type = input.message.type ?? 'text';
		if (settings.readableTypes.includes(type) || !(type in SAID)) return undefined;
		return {
			value: reading.words.words.length > 0 ? WITH_WORDS : 1,
			reason: `The customer sent ${SAID[type]} that the bot cannot read`,
			evidence: type,
		};
	},
};
