import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { InboxUser } from '../../adapters/inbox/tokens';
import type { InboxAction } from '../../core/inbox/actions';
import { INBOX_ACTIONS, performInboxAction } from '../../core/inbox/actions';
import type { SlaPolicy } from '../../core/sla/policy';
import { DEFAULT_POLICIES } from '../../core/sla';
import { isoTime } from '../../core/time';
import { handoffItem, toJson } from '../shared/item';
import { storeFor } from '../shared/store';
import { sendJson } from './pages';
import { signedIn } from './session';

/** Outputs in their order on the canvas. */
const OUTPUTS = ['claimed', 'reply', 'note', 'reassigned', 'resolved', 'returned_to_bot'] as const;

/** POST: what an agent does. Checked here whatever the page allowed, and told to the workflow once it is written. */
export async function handleAction(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const headers = context.getHeaderData() as Record<string, string | undefined>;
	const user = await signedIn(context);
	if (!user) return sendJson(context, 401, { message: 'You are not signed in.' });
	// A page of another origin can neither set this header nor send JSON without being asked for permission first.
	if (
		headers['x-handoff-inbox'] !== '1' ||
		!headers['content-type']?.startsWith('application/json')
	) {
		return sendJson(context, 403, { message: 'This request does not come from the inbox page.' });
	}
	const action = readAction(context.getBodyData());
	if (!action) return sendJson(context, 400, { message: 'The inbox does not know this action.' });
	const store = await storeFor(context);
	try {
		const done = await performInboxAction(store, user, action, {
			now: isoTime(systemClock.now()),
			policies: (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES,
		});
		sendJson(context, 200, { done: done.event });
		const json = {
			...handoffItem(done.conversation),
			agent: toJson(publicUser(user)),
			...(done.reply ? { reply: toJson(done.reply) } : {}),
			...(done.note ? { note: toJson(done.note) } : {}),
		};
		return {
			noWebhookResponse: true,
			workflowData: OUTPUTS.map((output) => (output === done.event ? [{ json }] : [])),
		};
	} catch (error) {
		const { message, advice } = error as Error & { advice?: string };
		// Only a refusal by the rules has advice; anything else is not for the page to show.
		if (advice === undefined) {
			context.logger.error('Handoff Inbox could not carry out an action', { reason: message });
			return sendJson(context, 500, { message: 'That did not work. Try again.' });
		}
		return sendJson(context, 409, { message: `${message}.`, advice });
	}
}

function publicUser({ id, name }: InboxUser) {
	return { id, name };
}

function readAction(body: unknown): InboxAction | undefined {
	const fields = body as Record<string, unknown> | undefined;
	const text = (key: string) => (typeof fields?.[key] === 'string' ? (fields[key] as string) : '');
	const action = INBOX_ACTIONS.find((name) => name === fields?.action);
	if (!action || !text('conversationId')) return undefined;
	return {
		action,
		conversationId: text('conversationId'),
		text: text('text'),
		key: text('key'),
		disposition: text('disposition'),
	};
}
