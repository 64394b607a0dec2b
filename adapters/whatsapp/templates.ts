import type { AxiosInstance } from 'axios';

import { isGatewayChannel } from '../../core/conversation/gateway';
import { SIMULATION_CHANNEL } from '../../core/conversation/simulation';
import type { ApprovedTemplate, HeaderFormat } from '../../core/conversation/template';
import { wordsOf } from '../../core/conversation/template';
import type { TemplateMessage } from '../../core/ports/messaging';
import { systemClock } from '../clock/system';
import type { Fields } from './fields';
import { asFields, asFilledText, asList } from './fields';
import { toMessagingError } from './graph';
import type { WhatsAppContext } from './open';
import { graphFor, whatsAppCredential } from './open';

/** Meta gives lists in pages; an account has 250 templates, or 6000 where it is verified. */
const PAGE = 200;
const MOST_PAGES = 30;

const APPROVED = 'APPROVED';

/** The approved templates of a business account, of one name or all, each language one. Throws MessagingError. */
export async function approvedTemplates(
	graph: AxiosInstance,
	businessAccountId: string,
	name?: string,
): Promise<ApprovedTemplate[]> {
	const found: ApprovedTemplate[] = [];
	let after: string | undefined;
	for (let page = 0; page < MOST_PAGES; page++) {
		const data = await ask(graph, businessAccountId, {
			limit: String(PAGE),
			...(name ? { name } : {}),
			...(after ? { after } : {}),
		});
		found.push(...asList(data?.data).flatMap(readTemplate));
		const paging = asFields(data?.paging);
		after = asFilledText(asFields(paging?.cursors)?.after);
		if (!after || !paging?.next) break;
	}
	return found;
}

async function ask(
	graph: AxiosInstance,
	businessAccountId: string,
	params: Record<string, string>,
): Promise<Fields | undefined> {
	try {
		const path = `/${encodeURIComponent(businessAccountId)}/message_templates`;
		return asFields((await graph.get<unknown>(path, { params })).data);
	} catch (error) {
		throw toMessagingError(error, 'list the templates');
	}
}

const FORMATS: Record<string, HeaderFormat> = {
	TEXT: 'text',
	IMAGE: 'image',
	VIDEO: 'video',
	DOCUMENT: 'document',
};

const BUTTONS: Record<string, ApprovedTemplate['buttons'][number]['kind']> = {
	URL: 'url',
	QUICK_REPLY: 'quick_reply',
	COPY_CODE: 'copy_code',
	// The button below a one-time code takes the code as a link takes the end of its address.
	OTP: 'url',
};

const KNOWN_PARTS = new Set(['HEADER', 'BODY', 'FOOTER', 'BUTTONS']);

/** A template of Meta's list; none where it is not approved or cannot be read. Meta writes kinds in capitals or without. */
function readTemplate(entry: Fields): ApprovedTemplate[] {
	const name = asFilledText(entry.name);
	const language = asFilledText(entry.language);
	if (!name || !language || kindOf(entry.status) !== APPROVED) return [];
	const parts = asList(entry.components);
	const part = (kind: string) => parts.find(({ type }) => kindOf(type) === kind);
	const header = part('HEADER');
	const body = part('BODY');
	const footer = asFilledText(part('FOOTER')?.text);
	const headerText = asFilledText(header?.text);
	return [
		{
			name,
			language,
			category: kindOf(entry.category),
			...(header
				? {
						header: {
							format: FORMATS[kindOf(header.format)] ?? 'other',
							...(headerText ? { text: headerText } : {}),
						},
					}
				: {}),
			body: asFilledText(body?.text) ?? '',
			...(footer ? { footer } : {}),
			buttons: asList(part('BUTTONS')?.buttons).map((button) => {
				const kind = kindOf(button.type);
				const url = kind === 'OTP' ? '{{1}}' : asFilledText(button.url);
				return {
					kind: BUTTONS[kind] ?? 'other',
					title: asFilledText(button.text) ?? '',
					...(url ? { url } : {}),
				};
			}),
			samples: { ...samplesOf('header', header), ...samplesOf('body', body) },
			beyond: [
				...parts.map(({ type }) => kindOf(type)).filter((kind) => !KNOWN_PARTS.has(kind)),
				...(header && !FORMATS[kindOf(header.format)] ? [`HEADER ${kindOf(header.format)}`] : []),
			],
		},
	];
}

function kindOf(value: unknown): string {
	return (asFilledText(value) ?? '').toUpperCase();
}

/** Example values by the place of their variable: a list for numbered ones, pairs for named ones. */
function samplesOf(part: 'header' | 'body', component: Fields | undefined): Record<string, string> {
	const example = asFields(component?.example);
	const listed: unknown = example?.[`${part}_text`];
	// A body's examples are a list in a list, a header's are one list.
	const values: unknown[] = Array.isArray(listed) ? listed.flat() : [];
	const named = asList(example?.[`${part}_text_named_params`]);
	return Object.fromEntries([
		...values.flatMap((value, index) => pair(`${part}_${index + 1}`, value)),
		...named.flatMap(({ param_name: name, example: value }) =>
			pair(`${part}_${asFilledText(name) ?? ''}`, value),
		),
	]);
}

function pair(key: string, value: unknown): Array<[string, string]> {
	const text = asFilledText(value);
	return text ? [[key, text]] : [];
}

/** A template that Meta has approved anew is read again after this. */
const KEPT_MS = 10 * 60_000;
/** Where Meta does not tell, it is not asked again at once. */
const ASKED_AGAIN_MS = 60_000;
const MOST_KEPT = 500;
/** What a template says is worth a short wait, and no more. */
const WITHIN_MS = 5_000;

const kept = new Map<string, { until: number; template: Promise<ApprovedTemplate | undefined> }>();

/**
 * Tells what a template says with its values, for the thread; undefined where Meta does not tell in time, and on channels that are not
 * Meta's. Never throws: the message goes out all the same. Templates are kept for a while, so that not each message costs a question.
 */
export function templateWordsFor(
	context: WhatsAppContext,
	itemIndex?: number,
): (message: TemplateMessage, channelId: string) => Promise<string | undefined> {
	return async (message, channelId) => {
		if (channelId === SIMULATION_CHANNEL || isGatewayChannel(channelId)) return undefined;
		try {
			const credential = await whatsAppCredential(context, itemIndex);
			if (!credential.businessAccountId) return undefined;
			const graph = graphFor(context, credential);
			const template = await within(known(graph, credential.businessAccountId, message));
			return template ? wordsOf(template, message) : undefined;
		} catch {
			return undefined;
		}
	};
}

function known(
	graph: AxiosInstance,
	businessAccountId: string,
	{ name, language }: TemplateMessage,
): Promise<ApprovedTemplate | undefined> {
	const now = systemClock.now().getTime();
	const key = JSON.stringify([graph.defaults.baseURL, businessAccountId, name, language]);
	const before = kept.get(key);
	if (before && before.until > now) return before.template;
	const entry = {
		until: now + KEPT_MS,
		template: approvedTemplates(graph, businessAccountId, name).then((found) =>
			// Meta's filter lets through every name that contains this one.
			found.find((one) => one.name === name && one.language === language),
		),
	};
	entry.template.then(
		(template) => {
			if (!template) entry.until = now + ASKED_AGAIN_MS;
		},
		() => {
			entry.until = now + ASKED_AGAIN_MS;
		},
	);
	kept.delete(key);
	if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
	kept.set(key, entry);
	return entry.template;
}

function within<T>(promise: Promise<T>): Promise<T | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<undefined>((resolve) => {
		timer = setTimeout(() => resolve(undefined), WITHIN_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
