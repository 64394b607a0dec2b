import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { claimLink } from '../../adapters/inbox/links';
import { conversationLink } from '../../core/inbox/address';
import type { HandoffStore } from '../../core/ports/store';
import type { HandoffRequest, HandoffResult } from '../../core/routing';
import type { Recipient, TeamNotification } from '../../core/routing/notification';
import { notificationOf, recipientsOf } from '../../core/routing/notification';
import { isoTime } from '../../core/time';
import { inboxCredential } from '../shared/inboxCredential';
import type { ParameterReader } from './routerSettings';

/** Messages that are looked through for the customer's last words. */
const LOOKED_THROUGH = 10;

/** What the team is told; nothing where a person had the conversation already and keeps it. */
export async function notify(
	context: IExecuteFunctions,
	what: {
		store: HandoffStore;
		result: HandoffResult;
		request: HandoffRequest;
		read: ParameterReader;
		item: IDataObject;
		inboxUrl: string | undefined;
	},
): Promise<TeamNotification | undefined> {
	const { store, result, request, read, item, inboxUrl } = what;
	if (result.outcome === 'already') return undefined;
	const { id } = result.conversation;
	const now = systemClock.now();
	const agents = recipientsOf(result, request, isoTime(now));
	const sign = await signer(context, read, inboxUrl);
	const recipients = agents.map((agent): Recipient => ({
		id: agent.id,
		name: agent.name,
		...(agent.email ? { email: agent.email } : {}),
		...(agent.phone ? { phone: agent.phone } : {}),
		...(sign ? sign(agent, id, now) : {}),
	}));
	const escalation = item.escalation as { leadClass?: unknown } | undefined;
	return notificationOf(result, {
		recipients,
		timeZone: request.teamHours?.timeZone ?? context.getTimezone(),
		now: isoTime(now),
		...(inboxUrl ? { link: conversationLink(inboxUrl, id) } : {}),
		...(await contextOf(store, result, item)),
		...(typeof escalation?.leadClass === 'string' ? { leadClass: escalation.leadClass } : {}),
	});
}

/** Makes the personal links, where staff want them and there is an inbox that they can lead to. */
async function signer(
	context: IExecuteFunctions,
	read: ParameterReader,
	address: string | undefined,
) {
	if (read('claimLinks', false) !== true || read('planOnly', false) === true) return undefined;
	// The conversation is handed over by now: without links the team is told all the same.
	const without = (why: string) => {
		context.addExecutionHints({
			message: `No claim links were made: ${why}`,
			location: 'outputPane',
		});
		return undefined;
	};
	if (!address) {
		return without(
			'the inbox has no address yet. Publish the workflow with the Handoff Inbox node.',
		);
	}
	const credential = await inboxCredential(context).catch(
		({ message, description }: Error & { description?: string }) =>
			without(`${message}. ${description}`),
	);
	if (!credential) return undefined;
	const { signingSecret: secret } = credential;
	return (agent: { id: string; name: string }, conversationId: string, now: Date) =>
		claimLink({ address, secret }, agent, conversationId, now);
}

/** The headline of this handoff's brief, and what the customer wrote last. */
async function contextOf(
	store: HandoffStore,
	{ conversation, handoff }: HandoffResult,
	item: IDataObject,
): Promise<{ headline?: string; said?: string }> {
	const brief = await store.brief(conversation.id);
	if (brief && brief.createdAt >= handoff.createdAt) return { headline: brief.headline };
	const { text } = (item.message ?? {}) as { text?: unknown };
	if (typeof text === 'string' && text.trim()) return { said: text };
	const history = await store.history(conversation.id, { limit: LOOKED_THROUGH });
	const said = history.findLast((one) => one.author === 'customer' && one.text?.trim())?.text;
	return said ? { said } : {};
}
