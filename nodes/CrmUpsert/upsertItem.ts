import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { systemClock } from '../../adapters/clock/system';
import type { UpsertInput } from '../../core/crm';
import { dealKey, dealName, noteKey, splitName, taskKey, upsert } from '../../core/crm';
import type { Conversation } from '../../core/conversation/conversation';
import type { CrmPort } from '../../core/ports/crm';
import { CrmError } from '../../core/ports/crm';
import { isoTime } from '../../core/time';
import { toJson } from '../shared/item';
import { storeFor } from '../shared/store';

interface Options {
	allowBackwards?: boolean;
	amount?: number;
	baseUrl?: string;
	closeDate?: string;
	company?: string;
	currency?: string;
	overwrite?: boolean;
	reference?: string;
	source?: string;
	task?: boolean;
	useOpenDeal?: boolean;
}

/** What WhatsApp Trigger says of the customer. */
interface Customer {
	waId?: string;
	userId?: string;
}

interface Subject {
	conversationId: string;
	/** Unknown to the store where the item comes from elsewhere. */
	conversation: Conversation | undefined;
	account: string;
}

/** Reads the parameters of one item and brings it into the CRM. */
export async function upsertItem(
	context: IExecuteFunctions,
	{ crm, account }: { crm: CrmPort; account: string },
	index: number,
): Promise<IDataObject> {
	const item = context.getInputData()[index]!.json;
	const store = await storeFor(context);
	const conversationId = context.getNodeParameter('conversationId', index) as string;
	const conversation = conversationId ? await store.conversation(conversationId) : undefined;
	const result = await upsert(
		crm,
		{ once: store, clock: systemClock, sleep },
		requestOf(context, index, { conversationId, conversation, account }),
	);
	return { ...item, crm: toJson(result) };
}

function requestOf(
	context: IExecuteFunctions,
	index: number,
	{ conversationId, conversation, account }: Subject,
): UpsertInput {
	const text = (name: string) => String(context.getNodeParameter(name, index, '') ?? '').trim();
	const options = context.getNodeParameter('options', index, {}) as Options;
	const name = text('contactName');
	const phone = text('phone');
	const note = text('note');
	const ownerEmail = text('ownerEmail');
	const keys = keysOf(options.reference?.trim() || conversationId, conversation);
	const { customer } = context.getInputData()[index]!.json as { customer?: Customer };
	const { waId, userId } = conversation?.identity ?? customer ?? {};
	const now = isoTime(systemClock.now());
	return {
		account,
		contact: {
			...splitName(name),
			...(phone ? { phone } : {}),
			...(text('email') ? { email: text('email') } : {}),
			...(waId ? { waId } : {}),
			...(userId ? { userId } : {}),
			...(options.company ? { company: options.company } : {}),
		},
		...(context.getNodeParameter('withDeal', index)
			? {
					deal: {
						key: keys.deal,
						name: text('dealName') || dealName({ name, phone }),
						...(text('pipeline') ? { pipelineId: text('pipeline') } : {}),
						...(text('stage') ? { stageId: text('stage') } : {}),
						...(options.amount ? { amount: options.amount } : {}),
						...(options.currency ? { currency: options.currency.toUpperCase() } : {}),
						...(options.source ? { source: options.source } : {}),
						...(options.closeDate ? { closeDate: options.closeDate.slice(0, 10) } : {}),
					},
				}
			: {}),
		...(note ? { note: { key: keys.note, html: note } } : {}),
		...(options.task
			? {
					task: {
						key: keys.task,
						title: `Answer ${name || phone || 'the customer'} on WhatsApp`,
						...(note ? { html: note } : {}),
						dueAt: dueAt(context, index) ?? now,
					},
				}
			: {}),
		...(ownerEmail ? { owner: { email: ownerEmail } } : {}),
		overwrite: options.overwrite ?? false,
		allowBackwards: options.allowBackwards ?? false,
		useOpenDeal: options.useOpenDeal ?? false,
	};
}

/** When the answer was promised, from the router's item. */
function dueAt(context: IExecuteFunctions, index: number): string | undefined {
	const { handoff } = context.getInputData()[index]!.json as { handoff?: { dueAt?: string } };
	return handoff?.dueAt;
}

/** What deal, note and task are kept apart by: episode and handoff, or what staff named. */
function keysOf(subject: string, conversation: Conversation | undefined) {
	if (!subject) {
		throw new CrmError(
			'The item names no conversation, so it cannot be told whether its deal is there already',
			'invalid',
			'Fill in Conversation, or add the option Reference with what names this case, e.g. an order number.',
		);
	}
	const known = conversation?.id === subject ? conversation : undefined;
	const deal = known ? dealKey(known.id, known.episode) : subject;
	// Without a handoff (an order that the bot took by itself) note and task belong to the deal.
	const occasion = known?.handoff?.id ?? deal;
	return { deal, note: noteKey(occasion), task: taskKey(occasion) };
}
