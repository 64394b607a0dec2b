import type { Conversation } from '../conversation/conversation';
import { languageOf } from '../conversation/language';
import { conversationLink } from '../inbox/address';
import type { CrmField, CrmFieldDefinition, CrmObject, CrmProperties } from '../ports/crm';

/** Values of our fields, by their name in {@link HANDOFF_FIELDS}. */
export type HandoffValues = Record<string, string | number | undefined>;

/**
 * What a handoff leaves in a CRM as fields, so that it can be filtered and reported there. They are filled where the account has
 * them, and made there by the operation Create Fields. Some CRMs give a field a name of their own; its label then tells it.
 */
export const HANDOFF_FIELDS: Readonly<Record<CrmObject, readonly CrmFieldDefinition[]>> = {
	contact: [
		{
			name: 'whatsapp_contact_id',
			label: 'WhatsApp Contact ID',
			type: 'text',
			description: 'WhatsApp’s own id of the person; stays the same when the number changes',
		},
		{
			name: 'whatsapp_contact_consent',
			label: 'WhatsApp Contact Consent',
			type: 'text',
			description: 'opted_in or opted_out, as the customer said last',
		},
		{
			name: 'whatsapp_contact_consent_scope',
			label: 'WhatsApp Contact Consent Scope',
			type: 'text',
			description: 'What the consent covers: all messages, or marketing only',
		},
		{
			name: 'whatsapp_contact_consent_at',
			label: 'WhatsApp Contact Consent At',
			type: 'datetime',
			description: 'When the customer said so',
		},
		{
			name: 'whatsapp_contact_language',
			label: 'WhatsApp Contact Language',
			type: 'text',
			description: 'Language that the customer writes in, e.g. pt-BR',
		},
		{
			name: 'whatsapp_last_message_at',
			label: 'WhatsApp Last Message At',
			type: 'datetime',
			description: 'Newest message of the customer; free text may be sent for 24 hours after it',
		},
	],
	deal: [
		{
			name: 'whatsapp_conversation_id',
			label: 'WhatsApp Conversation ID',
			type: 'text',
			description: 'The conversation that this record belongs to',
		},
		{
			name: 'whatsapp_conversation_link',
			label: 'WhatsApp Conversation Link',
			type: 'text',
			description: 'Address of the conversation in the shared inbox',
		},
		{
			name: 'whatsapp_escalation_reason',
			label: 'WhatsApp Escalation Reason',
			type: 'text',
			description: 'Why the bot handed over to a person',
		},
		{
			name: 'whatsapp_escalation_score',
			label: 'WhatsApp Escalation Score',
			type: 'number',
			description: '0 to 100',
		},
		{
			name: 'whatsapp_handoff_priority',
			label: 'WhatsApp Handoff Priority',
			type: 'text',
			description: 'low, normal, high or urgent',
		},
		{ name: 'whatsapp_handoff_queue', label: 'WhatsApp Handoff Queue', type: 'text' },
		{
			name: 'whatsapp_handoff_agent',
			label: 'WhatsApp Handoff Agent',
			type: 'text',
			description: 'Who has the conversation',
		},
		{ name: 'whatsapp_handoff_at', label: 'WhatsApp Handoff At', type: 'datetime' },
		{
			name: 'whatsapp_first_response_minutes',
			label: 'WhatsApp First Response Minutes',
			type: 'number',
			description: 'From the handoff to the first answer by a person',
		},
		{
			name: 'whatsapp_deal_consent',
			label: 'WhatsApp Consent',
			type: 'text',
			description: 'Whether the customer may be written to; as at the contact',
		},
		{
			name: 'whatsapp_outcome',
			label: 'WhatsApp Outcome',
			type: 'text',
			description: 'How the conversation ended, e.g. solved, sold, no answer',
		},
		{ name: 'whatsapp_resolution', label: 'WhatsApp Resolution', type: 'text' },
		{ name: 'whatsapp_next_action', label: 'WhatsApp Next Action', type: 'text' },
		{ name: 'whatsapp_closed_at', label: 'WhatsApp Closed At', type: 'datetime' },
	],
};

/** What our fields say of a conversation at this moment. What is not known is left as it is in the CRM. */
export function handoffValues(
	conversation: Conversation,
	known: { inboxUrl?: string | undefined } = {},
): Record<CrmObject, HandoffValues> {
	const { identity, profile, handoff, owner, outcome, state } = conversation;
	const consent = profile.consent.status === 'unknown' ? undefined : profile.consent;
	const ended = state === 'closed' ? outcome : undefined;
	return {
		contact: {
			whatsapp_contact_id: identity.userId ?? identity.waId,
			whatsapp_contact_consent: consent?.status,
			whatsapp_contact_consent_scope: consent?.scope,
			whatsapp_contact_consent_at: consent?.at,
			whatsapp_contact_language: languageOf(conversation),
			whatsapp_last_message_at: conversation.lastCustomerMessageAt,
		},
		deal: {
			whatsapp_conversation_id: conversation.id,
			whatsapp_conversation_link: conversationLink(known.inboxUrl, conversation.id),
			whatsapp_escalation_reason: handoff?.reason,
			whatsapp_escalation_score: handoff && Math.round(handoff.score),
			whatsapp_handoff_priority: handoff?.priority,
			whatsapp_handoff_queue: handoff?.queue,
			whatsapp_handoff_agent: owner?.kind === 'agent' ? owner.name : undefined,
			whatsapp_handoff_at: handoff?.createdAt,
			whatsapp_first_response_minutes:
				handoff?.answeredAt && minutesBetween(handoff.createdAt, handoff.answeredAt),
			whatsapp_deal_consent: consent && `${consent.status} (${consent.scope})`,
			whatsapp_closed_at: ended && conversation.closedAt,
			...outcomeValues(ended),
		},
	};
}

/** How a conversation ended, as fields. */
export function outcomeValues(
	outcome: { disposition?: string; resolution?: string; nextAction?: string } | undefined,
): HandoffValues {
	return {
		whatsapp_outcome: outcome?.disposition,
		whatsapp_resolution: outcome?.resolution,
		whatsapp_next_action: outcome?.nextAction,
	};
}

/**
 * Our values under the names that the account gave the fields; what it has no field for is left out. A field is known by its name
 * (with or without the suffix that Salesforce adds), else by its label.
 */
export function asAccountFields(
	object: CrmObject,
	fields: readonly CrmField[],
	values: HandoffValues,
): CrmProperties {
	const properties: CrmProperties = {};
	for (const definition of HANDOFF_FIELDS[object]) {
		const value = values[definition.name];
		if (value === undefined || value === '') continue;
		const field =
			fields.find((one) => sameName(one.name, definition.name)) ??
			fields.find((one) => isField(one, definition));
		if (!field || field.readOnly) continue;
		if (field.options && !field.options.some((option) => option.value === String(value))) continue;
		properties[field.name] = field.type === 'date' ? String(value).slice(0, 10) : value;
	}
	return properties;
}

/** Whether a field of the account is the one that is meant: by its name, else by its label. */
export function isField(
	field: Pick<CrmField, 'name' | 'label'>,
	meant: Pick<CrmFieldDefinition, 'name' | 'label'>,
): boolean {
	return sameName(field.name, meant.name) || field.label === meant.label;
}

function sameName(name: string, wanted: string): boolean {
	return name.toLowerCase().replace(/__c$/, '') === wanted;
}

/** With one decimal. */
function minutesBetween(from: string, to: string): number {
	return Math.round((Date.parse(to) - Date.parse(from)) / 6_000) / 10;
}
