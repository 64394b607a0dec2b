import type { IDataObject } from 'n8n-workflow';

import type { Conversation } from '../../core/conversation/conversation';
import { NEVER, windowClosesAt } from '../../core/conversation/conversation';
import { languageOf } from '../../core/conversation/language';
import { displayKey } from '../../core/conversation/identity';
import type { ConversationMessage } from '../../core/conversation/message';
import type { Brief } from '../../core/summary/brief';

/**
 * The item that travels along a handoff workflow. Each node adds its own key, at the head, and leaves the others as they are, so that
 * any node can be put in or left out:
 *
 * - `conversation`, `customer`, `message`: from WhatsApp Trigger (or Conversation → Record Message)
 * - `escalation`: from Escalation Scorer
 * - `handoff`: from Handoff Router
 * - `brief`: from Context Summarizer
 * - `crm`: from CRM Upsert
 * - `sla`: from SLA Watchdog
 */
export interface HandoffItem {
	conversation: ReturnType<typeof conversationView>;
	customer: ReturnType<typeof customerView>;
	message?: ConversationMessage;
}

/** The conversation as staff see it on the canvas: state, owner, counters, and when the service window closes. */
export function conversationView(conversation: Conversation) {
	const { identity: _identity, profile: _profile, burst: _burst, ...known } = conversation;
	const { id, state, owner, priority, tags, handoff, collected, ...rest } = known;
	const closes = windowClosesAt(conversation);
	const closesAt = closes === NEVER ? undefined : closes;
	// In the order in which staff look for it.
	return {
		id,
		state,
		owner,
		priority,
		tags,
		windowClosesAt: closesAt,
		handoff,
		collected,
		...rest,
	};
}

/** An item with what the node has found out at its head: the output panel then begins with what one has come to read. */
export function ledBy(found: IDataObject, item: IDataObject): IDataObject {
	const rest = Object.entries(item).filter(([key]) => !(key in found));
	return { ...found, ...Object.fromEntries(rest) };
}

/** The customer as staff see it on the canvas. */
export function customerView(conversation: Conversation) {
	const { identity, profile } = conversation;
	return {
		name: profile.name ?? identity.name,
		phone: identity.phone,
		waId: identity.waId,
		userId: identity.userId,
		parentUserId: identity.parentUserId,
		username: identity.username,
		/** What to show where a name is missing. */
		key: displayKey(identity),
		email: profile.email,
		company: profile.company,
		language: languageOf(conversation),
		timeZone: profile.timeZone,
		segment: profile.segment,
		vip: profile.vip ?? false,
		accountManager: profile.accountManager,
		consent: profile.consent,
		fields: profile.fields,
	};
}

/** The base of every item: plain JSON, without undefined values. */
export function handoffItem(
	conversation: Conversation,
	message?: ConversationMessage,
): IDataObject {
	return toJson({
		conversation: conversationView(conversation),
		customer: customerView(conversation),
		...(message ? { message } : {}),
	});
}

/** A copy that n8n can store: undefined values are left out. */
export function toJson(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value)) as IDataObject;
}

/** The brief as staff see it: without the memory that the next summary goes on from. */
export function briefView(brief: Brief | undefined): Omit<Brief, 'memory'> | undefined {
	if (!brief) return undefined;
	const { memory: _memory, ...rest } = brief;
	return rest;
}
