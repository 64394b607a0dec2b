import type { ConversationMessage } from '../../../core/conversation/message';

/** Key of a message's `content_attributes` under which it carries our own id of it: what has it is our own echo. */
export const MARK = 'whatsapp_handoff_id';

/** Our id of a message in Chatwoot; undefined for one that somebody wrote there. */
export function markOf(message: {
	content_attributes?: Record<string, unknown> | null;
}): string | undefined {
	const mark = message.content_attributes?.[MARK];
	return typeof mark === 'string' ? mark : undefined;
}

/** What a message says in Chatwoot, whose API channel knows text and files only. */
export function wordsOf(message: ConversationMessage): string {
	const { text, location, contacts, order, media, target, reaction, referral, quoted } = message;
	const said: string[] = [];
	if (message.template) said.push(`[template ${message.template.name}]`);
	if (referral?.headline || referral?.sourceUrl) {
		said.push(['Came from:', referral.headline, referral.sourceUrl].filter(Boolean).join(' '));
	}
	if (quoted?.forwarded) said.push('Forwarded:');
	switch (message.type) {
		case 'edit':
			said.push(`Changed a message to: ${target?.text ?? text}`);
			break;
		case 'revoke':
			said.push('Deleted a message.');
			break;
		case 'reaction':
			said.push(reaction?.emoji ? `Reacted with ${reaction.emoji}` : 'Took a reaction back.');
			break;
		default:
			if (text) said.push(text);
	}
	if (location) {
		const place = [location.name, location.address].filter(Boolean).join(', ');
		const map = `https://www.openstreetmap.org/?mlat=${location.latitude}&mlon=${location.longitude}`;
		said.push(['Location:', place, location.url ?? map].filter(Boolean).join(' '));
	}
	for (const { name, phones, emails, company } of contacts ?? []) {
		said.push(`Contact: ${[name, company, ...phones, ...emails].filter(Boolean).join(', ')}`);
	}
	for (const { quantity, productId, price, currency } of order?.items ?? []) {
		const each = price === undefined ? '' : ` at ${price} ${currency ?? ''}`.trimEnd();
		said.push(`Ordered: ${quantity} × ${productId}${each}`);
	}
	const data = message.interactive?.data;
	for (const [key, value] of Object.entries(data ?? {})) {
		said.push(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
	}
	const { insteadOf } = message.template ?? {};
	if (insteadOf) said.push(`Not sent, since the 24-hour window has closed: ${insteadOf}`);
	if (said.length === 0 && !media) said.push(`[${message.type}]`);
	return said.join('\n');
}

/** In place of a file that cannot be brought: what it was. */
export function fileWords({ type, media }: ConversationMessage): string {
	const what = media?.voice ? 'voice message' : type;
	return `[${[what, media?.fileName].filter(Boolean).join(': ')}]`;
}

/**
 * An agent's words as WhatsApp writes them: Chatwoot's editor gives Markdown, WhatsApp has signs of its own. Text in code stays as
 * it is.
 */
export function toWhatsAppText(markdown: string): string {
	return markdown
		.split(/(```[\s\S]*?```|`[^`\n]*`)/u)
		.map((part, index) => (index % 2 === 1 ? part : plainMarks(part)))
		.join('')
		.trim();
}

/** Marks bold words until italics have had their turn: WhatsApp's bold is Markdown's italics. */
const BOLD = '\uE000';

function plainMarks(text: string): string {
	return (
		text
			// A line break within a paragraph ends in a backslash.
			.replace(/\\\r?\n/gu, '\n')
			.replace(/(?<!\\)\*\*(?=\S)(.+?)(?<=\S)\*\*/gsu, `${BOLD}$1${BOLD}`)
			.replace(/(?<![\\*\w])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![*\w])/gu, '_$1_')
			.replaceAll(BOLD, '*')
			.replace(/~~(?=\S)(.+?)(?<=\S)~~/gsu, '~$1~')
			.replace(
				/(?<!!)\[([^\]\n]+)\]\((\S+?)(?:\s+"[^"]*")?\)/gu,
				(_all, words: string, url: string) =>
					words === url || `mailto:${words}` === url ? words : `${words} (${url})`,
			)
			.replace(/^#{1,6}\s+(.+)$/gmu, '*$1*')
			.replace(/\\([\\`*_{}[\]()#+\-.!~>|])/gu, '$1')
			.replace(/&nbsp;|&#160;/gu, ' ')
	);
}

/** A label as Chatwoot takes them: lower case, no spaces. Empty where nothing is left. */
export function labelOf(tag: string): string {
	return tag
		.normalize('NFC')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\p{M}_-]+/gu, '-')
		.replace(/^-+|-+$/gu, '')
		.slice(0, 60);
}
