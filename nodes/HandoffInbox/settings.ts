import type { IWebhookFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { feedOf } from '../../adapters/inbox/feed';
import type { ClosingChoice } from '../../core/inbox/closing';
import type { KnownAgent } from '../../core/inbox/directory';
import { ROSTER, SIGNED_IN, directoryOf, withAgent } from '../../core/inbox/directory';
import type { Restriction } from '../../core/inbox/restricted';
import type { HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import { wordsOf } from '../../core/words';

export interface QuickReply {
	shortcut: string;
	text: string;
}

export interface TemplateChoice {
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
	return {
		quickReplies: list<QuickReply>('quickReplies', 'reply'),
		templates: list<TemplateChoice>('templates', 'template'),
		outcomes: wordsOf(context.getNodeParameter('outcomes', '')),
		maxFileBytes: maxFileBytes(context),
		...(await directory(context, store)),
	};
}

/** Who there is to hand a conversation to, as of now. */
export async function directory(context: IWebhookFunctions, store: HandoffStore) {
	const feed = feedOf(store);
	const [{ open }, { absences, online }, roster = [], signedIn = []] = await Promise.all([
		feed.snapshot(),
		feed.people(),
		store.getSetting<KnownAgent[]>(ROSTER),
		store.getSetting<KnownAgent[]>(SIGNED_IN),
	]);
	return directoryOf(
		open,
		{
			// The router's list comes last, since it knows the names and limits that staff gave.
			agents: roster.reduce(withAgent, signedIn),
			teams: wordsOf(context.getNodeParameter('teams', '')),
			absences,
			online,
		},
		isoTime(systemClock.now()),
	);
}

/** Conversations that staff let only some agents see. */
export function restrictions(context: IWebhookFunctions): Restriction[] {
	const { restriction = [] } = context.getNodeParameter('restricted', {}) as {
		restriction?: Array<{ names?: string; agents?: string }>;
	};
	return restriction.map(({ names, agents }) => ({
		names: wordsOf(names),
		agents: wordsOf(agents),
	}));
}

/** With what a closing message begins. */
export function closingChoice(context: IWebhookFunctions): ClosingChoice {
	const kind = context.getNodeParameter('closingMessage', '');
	if (kind === 'standard') return { kind };
	if (kind !== 'own') return { kind: '' };
	return { kind, text: context.getNodeParameter('closingText', '') as string };
}

/** The largest file that an agent may attach. */
export function maxFileBytes(context: IWebhookFunctions): number {
	const { maxFileSize = 16 } = context.getNodeParameter('options', {}) as { maxFileSize?: number };
	return maxFileSize * MEGABYTE;
}

/** How many messages of a conversation one answer holds. */
export function messagesShown(context: IWebhookFunctions): number {
	const { messagesShown: shown = 200 } = context.getNodeParameter('options', {}) as {
		messagesShown?: number;
	};
	return shown;
}
