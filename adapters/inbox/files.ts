/** Types that a browser shows without running anything in them. SVG and HTML are not among them. */
const SHOWN = new Set([
	'image/jpeg',
	'image/png',
	'image/webp',
	'image/gif',
	'audio/aac',
	'audio/amr',
	'audio/mp4',
	'audio/mpeg',
	'audio/ogg',
	'video/mp4',
	'video/3gpp',
]);

/** Types that agents may attach: those that WhatsApp takes. Anything else would be refused on the way out. */
const ATTACHED: ReadonlySet<string> = new Set([
	'image/jpeg',
	'image/png',
	'audio/aac',
	'audio/amr',
	'audio/mp4',
	'audio/mpeg',
	'audio/ogg',
	'video/mp4',
	'video/3gpp',
	'text/plain',
	'application/pdf',
	'application/msword',
	'application/vnd.ms-excel',
	'application/vnd.ms-powerpoint',
	'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]);

const LONGEST_NAME = 100;

/**
 * Headers under which a customer's file is handed to an agent's browser. What is not on the list of harmless types is only ever
 * saved, whatever it says of itself; and even a harmless one may load and run nothing.
 */
export function fileHeaders(
	mimeType: string | undefined,
	fileName: string | undefined,
): Record<string, string> {
	const type = bareType(mimeType);
	const shown = SHOWN.has(type);
	// By characters: half of an emoji cannot be written in a header.
	const ending = [...(fileName ?? '')].slice(-LONGEST_NAME).join('').toWellFormed();
	const name = encodeURIComponent(ending).replace(/['()*]/gu, escape);
	return {
		'content-type': shown ? type : 'application/octet-stream',
		'content-disposition': `${shown ? 'inline' : 'attachment'}${name ? `; filename*=UTF-8''${name}` : ''}`,
		'content-security-policy': "default-src 'none'; sandbox",
		'cross-origin-resource-policy': 'same-origin',
	};
}

function escape(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Whether agents may attach files of this type. */
export function mayAttach(mimeType: string | undefined): boolean {
	return ATTACHED.has(bareType(mimeType));
}

function bareType(mimeType: string | undefined): string {
	return (mimeType ?? '').split(';')[0]!.trim().toLowerCase();
}
