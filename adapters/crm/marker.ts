import { shortenedHtml } from '../../core/crm';

/**
 * Notes and tasks carry their key as a last line of text: of everything in a note it is what no editor and no sanitizer of a CRM
 * removes, and staff can see where the note comes from. A text that is longer than the CRM takes is cut, never the key.
 */
export function withMarker(html: string, key: string, most: number): string {
	const marker = `<p>${markerOf(key)}</p>`;
	return shortenedHtml(html, most - marker.length) + marker;
}

/** Whether this note carries the key. */
export function hasMarker(body: string | null | undefined, key: string): boolean {
	return body?.includes(markerOf(key)) ?? false;
}

/** The key that a text carries, if any. */
export function keyIn(body: string | null | undefined): string | undefined {
	return /WhatsApp handoff \[([^\]]+)\]/.exec(body ?? '')?.[1];
}

/** Closed at the end, so that "h1" is not found in "h10". */
export function markerOf(key: string): string {
	return `WhatsApp handoff [${key.replace(/[<>&[\]]/g, '_')}]`;
}
