import type { RenderFormat } from './render';
import { oneLine } from './text';

/**
 * Text from outside, made inert for one format. In all of them double braces are pulled apart, so that neither n8n's
 * expressions nor the templates of CRMs ("{{ contact.email }}", "{!Contact.Email}", "${x}") find anything to fill in, and
 * right-to-left text is isolated so that it cannot rearrange the text round it.
 */
export function escapeFor(format: RenderFormat, text: string): string {
	const line = defuse(oneLine(text));
	const inert = { note: html, markdown, text: chat }[format];
	return isolate(inert(line));
}

function defuse(text: string): string {
	return text
		.replace(/\{(?=[{%#!$])/gu, '{ ')
		.replace(/\$(?=\{)/gu, '$ ')
		.replace(/(?<=[}%#])\}/gu, ' }')
		.replace(/\[(?=\[)/gu, '[ ')
		.replace(/(?<=\])\]/gu, ' ]');
}

function html(text: string): string {
	const entities: Record<string, string> = {
		'&': '&amp;',
		'<': '&lt;',
		'>': '&gt;',
		'"': '&quot;',
		"'": '&#39;',
		'`': '&#96;',
		'=': '&#61;',
	};
	return text.replace(/[&<>"'`=]/gu, (character) => entities[character] as string);
}

/** CommonMark lets every ASCII punctuation mark be escaped; only those that mean something are, for the sake of readers of the source. */
function markdown(text: string): string {
	return (
		text
			.replace(/&/gu, '&amp;')
			.replace(/</gu, '&lt;')
			.replace(/>/gu, '&gt;')
			.replace(/[\\`*_[\](){}#!|~$^=]/gu, (character) => `\\${character}`)
			// Bare addresses and mentions would become links by themselves.
			.replace(/:(?=\/\/)/gu, '\\:')
			.replace(/(?<=www)\./giu, '\\.')
			.replace(/@/gu, '\\@')
			.replace(/^([-+]|\d+[.)])(?=\s)/u, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`)
	);
}

/**
 * Marks of WhatsApp and Slack become look-alikes: Slack's "<!channel>" and links are written with angle brackets, and both
 * make text bold, italic or struck through with marks at the edge of a word. Marks inside a word (AB_12) mean nothing there.
 */
function chat(text: string): string {
	return text
		.replace(/</gu, '‹')
		.replace(/>/gu, '›')
		.replace(/`/gu, 'ʼ')
		.replace(/[*~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, (mark) => CHAT[mark] as string)
		.replace(/@(?=channel|here|everyone|all(?![a-z]))/giu, '＠');
}

const CHAT: Record<string, string> = { '*': '∗', _: '＿', '~': '∼' };

/** First strong isolate … pop: right-to-left words keep their order and leave the line round them alone. */
function isolate(text: string): string {
	return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(
		text,
	)
		? `\u2068${text}\u2069`
		: text;
}
