/** Elements of a brief that every CRM shows; all without attributes. */
const ALLOWED =
	/^<(\/?)(p|br|hr|b|strong|i|em|u|ul|ol|li|h1|h2|h3|h4|blockquote|div|span|table|thead|tbody|tr|th|td|code|pre)(\s[^<>]*)?(\/?)>$/i;
const LINK = /^<a\s(?:[^<>]*\s)?href\s*=\s*"(https?:\/\/[^"<>\s]*)"[^<>]*>$/i;

/**
 * Note text in which nothing is left that a browser would run or load: a few elements without attributes, links to web addresses;
 * everything else is shown as the text that it is. Customers write into notes, and staff read them signed in to the CRM.
 */
export function safeHtml(html: string): string {
	return html
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
