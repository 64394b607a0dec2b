import type { IWebhookFunctions } from 'n8n-workflow';

import { directoryOf } from '../../core/inbox/directory';
import type { HandoffStore } from '../../core/ports/store';
import { wordsOf } from '../../core/words';

interface QuickReply {
	shortcut: string;
	text: string;
}

interface TemplateChoice {
	name: string;
	language: string;
	text: string;
}

/** Bytes of a megabyte as WhatsApp counts its limits. */
const MEGABYTE = 1024 * 1024;

/** What the page needs to know of the node's parameters, and whom a conversation can be handed to. */
export async function pageSettings(context: IWebhookFunctions, store: HandoffStore) {
	const list = <T>(parameter: string, of: string) =>
		(context.getNodeParameter(parameter, {}) as Record<string, T[] | undefined>)[of] ?? [];
	const teams = wordsOf(context.getNodeParameter('teams', ''));
	return {
		quickReplies: list<QuickReply>('quickReplies', 'reply'),
		templates: list<TemplateChoice>('templates', 'template'),
		outcomes: wordsOf(context.getNodeParameter('outcomes', '')),
		maxFileBytes: maxFileBytes(context),
		...(await directoryOf(store, teams)),
	};
}

/** The largest file that an agent may attach. */
export function maxFileBytes(context: IWebhookFunctions): number {
	const { maxFileSize = 16 } = context.getNodeParameter('options', {}) as { maxFileSize?: number };
	return maxFileSize * MEGABYTE;
}
