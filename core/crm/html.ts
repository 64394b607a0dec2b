/** Elements of a brief that every CRM shows; all without attributes. */
const ALLOWED =
	/^<(\/?)(p|br|hr|b|strong|i|em|u|ul|ol|li|h1|h2|h3|h4|blockquote|div|span|table|thead|tbody|tr|th|td|code|pre)(\s[^<>]*)?(\/?)>$/i;
const LINK = /^<a\s(?:[^<>]*\s)?href\s*=\s*"(https?:\/\/[^"<>\s]*)"[^<>]*>$/i;

/**
 * Note text in which nothing is left that a browser would run or load: a few elements without attributes, links to web addresses;
 * everything else is shown as the text that it is. Customers write into notes, and staff read them signed in to the CRM.
 */
export function safeHtml(html: string): string {
	return printable(html)
		.split(/(<[^<>]*>)/u)
		.map((part) => {
			if (!part.startsWith('<')) return escapeText(part);
			const allowed = ALLOWED.exec(part);
			if (allowed) {
				const name = allowed[2]!.toLowerCase();
				return `<${allowed[1]}${name}>`;
			}
			const link = LINK.exec(part);
			if (link) return `<a href="${link[1]}" rel="noopener noreferrer">`;
			if (/^<\/a\s*>$/i.test(part)) return '</a>';
			return escapeText(part);
		})
		.join('');
}

/** Without characters that databases and CRMs refuse: control characters, and halves of characters. */
export function printable(text: string): string {
	return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '').toWellFormed();
}

/** Text of at most so many characters, with "…" where something is missing. No character is cut in two. */
export function shortened(text: string, most: number): string {
	if (text.length <= most) return text;
	return `${text.slice(0, Math.max(0, most - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** As {@link shortened}, for what {@link safeHtml} gives: what is cut open is closed again. */
export function shortenedHtml(html: string, most: number): string {
	if (html.length <= most) return html;
	const open: string[] = [];
	let kept = '';
	const closing = () =>
		[...open]
			.reverse()
			.map((name) => `</${name}>`)
			.join('');
	for (const part of html.split(/(<[^<>]*>)/u)) {
		const room = most - kept.length - closing().length;
		const name = /^<\/?(\w+)/.exec(part)?.[1];
		if (!name) {
			kept += part.length < room ? part : shortened(part, room).replace(/&[#\w]*…$/, '…');
			if (part.length >= room) break;
		} else if (part.startsWith('</')) {
			// One that closes nothing is left out.
			if (!open.includes(name)) continue;
			kept += part;
			open.splice(open.lastIndexOf(name), 1);
		} else {
			const ends = EMPTY.has(name) ? '' : `</${name}>`;
			// One more for the mark of what is missing.
			if (part.length + ends.length + 1 > room) break;
			kept += part;
			if (ends) open.push(name);
		}
	}
	return kept + closing();
}

const EMPTY: ReadonlySet<string> = new Set(['br', 'hr']);

/** Text as HTML: lines stay lines. */
export function textToHtml(text: string): string {
	return text
		.split(/\r?\n/)
		.map((line) => escapeText(line.replace(/&/g, '&amp;')))
		.join('<br>');
}

/** HTML as text, for fields that hold no HTML. */
export function htmlToText(html: string): string {
	return html
		.replace(/<br\s*\/?>|<\/(p|div|li|h[1-4]|tr|blockquote)>/gi, '\n')
		.replace(/<li>/gi, '- ')
		.replace(/<[^<>]*>/g, '')
		.replace(/&lt;/g, '<')
		.replace(/&gt;/g, '>')
		.replace(/&quot;/g, '"')
		.replace(/&#39;/g, "'")
		.replace(/&amp;/g, '&')
		.replace(/\n{3,}/g, '\n\n')
		.trim();
}

/** `&` is left: what comes in is HTML, whose entities are right as they are. */
function escapeText(text: string): string {
	return text.replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
