import type { ChatwootApi, ChatwootWebhook } from './api';
import { ChatwootError } from './errors';

/** By it the webhook is known as ours in Chatwoot's settings, in versions that name webhooks. */
const NAME = 'n8n Handoff Inbox';
/** What the inbox has to hear of. */
const EVENTS = ['message_created', 'conversation_status_changed', 'conversation_updated'];
/** How long the secrets that Chatwoot told are good for; after a call that is signed with none of them they are asked for anew. */
const SECRETS_KEPT_MS = 5 * 60_000;
const ASKED_AGAIN_MS = 10_000;

const kept = new Map<string, { at: number; secret: Promise<string | undefined> }>();
const keyOf = (api: ChatwootApi, url: string) => `${api.name} ${url}`;

/** Sees to it that Chatwoot tells this address of what happens. Webhooks of other addresses are left alone. Throws ChatwootError. */
export async function registerWebhook(api: ChatwootApi, url: string): Promise<void> {
	kept.delete(keyOf(api, url));
	try {
		const known = await find(api, url);
		if (!known) {
			await api.createWebhook({ url, name: NAME, subscriptions: EVENTS }).catch(async (error) => {
				// The answer to an earlier attempt was lost, or another process was faster.
				if (!(await find(api, url))) throw error;
			});
			return;
		}
		const subscriptions = [...new Set([...(known.subscriptions ?? []), ...EVENTS])];
		if (subscriptions.length > (known.subscriptions ?? []).length) {
			await api.updateWebhook(known.id, { url, subscriptions });
		}
	} catch (error) {
		throw explained(error);
	}
}

/** Takes the webhook of this address away, unless people have made it and named it. */
export async function removeWebhook(api: ChatwootApi, url: string): Promise<void> {
	const known = await find(api, url);
	if (known && (!known.name || known.name === NAME)) await api.deleteWebhook(known.id);
}

/**
 * What Chatwoot signs calls to this address with, asked of Chatwoot itself, so that it is written down nowhere. `anew` for a call that
 * is signed with something else: the webhook may have been made again meanwhile.
 */
export async function webhookSecret(
	api: ChatwootApi,
	url: string,
	now: number,
	anew: boolean,
): Promise<string | undefined> {
	const key = keyOf(api, url);
	const known = kept.get(key);
	// Forged calls must not make n8n ask Chatwoot each time.
	const goodFor = anew ? ASKED_AGAIN_MS : SECRETS_KEPT_MS;
	if (known && now - known.at < goodFor) return known.secret;
	const secret = find(api, url).then((webhook) => webhook?.secret ?? undefined);
	kept.set(key, { at: now, secret });
	secret.catch(() => kept.delete(key));
	return secret;
}

async function find(api: ChatwootApi, url: string): Promise<ChatwootWebhook | undefined> {
	return (await api.webhooks()).find((webhook) => webhook.url === url);
}

function explained(error: unknown): unknown {
	if (!(error instanceof ChatwootError) || error.kind !== 'auth') return error;
	return new ChatwootError(
		'Chatwoot does not let the user of the access token make a webhook',
		'auth',
		'Enter the access token of an administrator in the Handoff Chatwoot credential, or switch off Register Webhook and enter the address of this node in Chatwoot by hand (Settings → Integrations → Webhooks).',
		error.details,
		{ cause: error },
	);
}
