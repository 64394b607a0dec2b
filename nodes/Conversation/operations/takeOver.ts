import { readAddress } from '../../../adapters/gateways/address';
import { WHATSAPP_CREDENTIAL, whatsAppCredential } from '../../../adapters/whatsapp/open';
import { channelNamed } from '../../../core/conversation/gateway';
import type { Conversation, Owner } from '../../../core/conversation/conversation';
import type { CustomerIdentity } from '../../../core/conversation/identity';
import { beforeFirstMessage, takeOver as taken } from '../../../core/conversation/takeOver';
import { StoreError } from '../../../core/ports/store';
import { handoffItem, ledBy } from '../../shared/item';
import type { Operation, OperationRun } from './operation';
import { agentFields, agentOf, byWorkflow } from './operation';

const NAME = 'takeOver';
const displayOptions = { show: { operation: [NAME] } };

export const takeOver: Operation = {
	onConversation: false,
	option: {
		name: 'Take Over',
		value: NAME,
		action: 'Take a conversation over from the bot',
		description:
			'A person is in charge from now on and the bot is silent, whatever told you so: a change in the CRM, a command in a note, a call of your API; also for a customer who has never written',
	},
	fields: [
		{
			displayName: 'Conversation or Customer',
			name: 'whom',
			type: 'string',
			displayOptions,
			default: '={{ $json.conversation?.id ?? $json.phone }}',
			required: true,
			placeholder: 'e.g. +1 650 555 1234',
			description:
				'The ID of the conversation, or the customer’s phone number, WhatsApp ID or user ID',
		},
		...agentFields(NAME, false).map((field) =>
			field.name === 'agentId'
				? { ...field, description: `${field.description}; empty if nobody in particular` }
				: field,
		),
		{
			displayName: 'Queue',
			name: 'takeOverQueue',
			type: 'string',
			displayOptions,
			default: 'Support',
			required: true,
			placeholder: 'e.g. Support',
			description: 'Where it is if no agent is named',
		},
		{
			displayName: 'Reason',
			name: 'takeOverReason',
			type: 'string',
			displayOptions,
			default: '',
			placeholder: 'e.g. The deal has an owner now',
			description: 'For agents and the audit log',
		},
		{
			displayName: 'Channel',
			name: 'takeOverChannel',
			type: 'string',
			displayOptions,
			default: '',
			placeholder: 'e.g. 106540352242922',
			description:
				'With a customer in place of a conversation: which of your numbers it is about, by phone number ID or by the name that Record Message gives. Empty for the number of the WhatsApp credential.',
		},
	],
	async execute(run) {
		const { context, index, item, store } = run;
		const by = await byWorkflow(run);
		const agent = agentOf(run);
		const queue = String(context.getNodeParameter('takeOverQueue', index, '')).trim() || 'Support';
		const owner: Owner = agent.id ? { kind: 'agent', ...agent } : { kind: 'queue', name: queue };
		const reason =
			String(context.getNodeParameter('takeOverReason', index, '')).trim() ||
			`${agent.id ? agent.name : 'The team'} took over`;
		const known = await conversationOf(run, by.now);
		const conversation = await store.decide(known.id, (view) =>
			taken(view, { owner, queue, reason }, by),
		);
		return { json: ledBy(handoffItem(conversation), item) };
	},
};

/** The conversation that is meant; begun if the customer has none. Throws StoreError. */
async function conversationOf(run: OperationRun, now: string): Promise<Conversation> {
	const { context, index, store } = run;
	const whom = String(context.getNodeParameter('whom', index, '') ?? '').trim();
	const byId = whom ? await store.conversation(whom) : undefined;
	if (byId) return byId;
	const identity = customerNamed(whom);
	if (!identity) {
		throw new StoreError(
			whom ? `There is no conversation ${whom}` : 'Conversation or Customer is empty',
			'Give the ID of a conversation, or the customer’s phone number with its country code.',
		);
	}
	const channelId = await channelOf(run);
	const known = await store.findConversation(channelId, identity);
	if (known) return known;
	const [begun] = await store.intake([beforeFirstMessage(channelId, identity, now)], now);
	return begun!.conversation;
}

/** A number or a user id; any other text may be a mistyped conversation. */
function customerNamed(whom: string): CustomerIdentity | undefined {
	const address = readAddress(whom);
	if (address.kind !== 'person') return undefined;
	return address.identity.keys.some(({ kind }) => kind !== 'external')
		? address.identity
		: undefined;
}

async function channelOf({ context, index }: OperationRun): Promise<string> {
	const named = String(context.getNodeParameter('takeOverChannel', index, '')).trim();
	if (named) return channelNamed(named);
	const chosen = context.getNode().credentials?.[WHATSAPP_CREDENTIAL] !== undefined;
	const { phoneNumberId } = chosen
		? await whatsAppCredential(context, index)
		: { phoneNumberId: '' };
	if (phoneNumberId) return phoneNumberId;
	throw new StoreError(
		'Which of your numbers the customer is to be taken over on is not known',
		'Fill in Channel, or choose a WhatsApp credential in this node.',
	);
}
