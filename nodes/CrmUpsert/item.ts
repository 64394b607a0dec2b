import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { Conversation } from '../../core/conversation/conversation';
import { SIMULATION_CHANNEL } from '../../core/conversation/simulation';
import { dealKey, followUpKey, noteKey, outcomeKey, splitName, taskKey } from '../../core/crm';
import type { CrmContactInput } from '../../core/ports/crm';
import { CrmError } from '../../core/ports/crm';
import type { HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import { dayIn, timeIn } from '../shared/time';

/** What nodes before this one say of the customer; see {@link HandoffItem}. */
interface Given {
	conversation?: { id?: string; channelId?: string };
	customer?: { waId?: string; userId?: string; company?: string };
	handoff?: { dueAt?: string };
	agent?: { name?: string };
}

/** Options that several operations have. */
interface Options {
	baseUrl?: string;
	company?: string;
	externalId?: string;
	handoffFields?: boolean;
	occasion?: string;
	reference?: string;
}

/** One item with the parameters that it is to be handled by. */
export class CrmItem {
	readonly json: IDataObject;
	readonly given: Given;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly index: number,
		/** Unknown to the store where the item comes from elsewhere. */
		readonly conversation: Conversation | undefined,
		readonly conversationId: string,
	) {
		this.json = context.getInputData()[index]!.json;
		this.given = this.json;
	}

	/** `names` is false for operations on the account, which belong to no conversation. */
	static async read(
		context: IExecuteFunctions,
		index: number,
		store: HandoffStore,
		names = true,
	): Promise<CrmItem> {
		const id = names
			? String(context.getNodeParameter('conversationId', index, '') ?? '').trim()
			: '';
		return new CrmItem(context, index, id ? await store.conversation(id) : undefined, id);
	}

	/** Undefined where the operation does not have this parameter: n8n throws then, unless there is something to fall back on. */
	value<T>(name: string): T | undefined {
		return (this.context.getNodeParameter(name, this.index, null) as T | null) ?? undefined;
	}

	/** An expression may give the word in place of the value. */
	flag(name: string): boolean {
		return !['', 'false'].includes(this.text(name).toLowerCase());
	}

	text(name: string): string {
		return String(this.value(name) ?? '').trim();
	}

	options<T extends object = object>(): Options & T {
		return this.context.getNodeParameter('options', this.index, {}) as Options & T;
	}

	/** Sample customers never reach a real CRM. */
	get simulated(): boolean {
		const channel = this.conversation?.channelId ?? this.given.conversation?.channelId;
		return channel === SIMULATION_CHANNEL;
	}

	get contact(): CrmContactInput {
		const { identity, profile } = this.conversation ?? {};
		const { customer } = this.given;
		const options = this.options();
		const phone = this.text('phone') || identity?.phone;
		const email = this.text('email') || profile?.email;
		const waId = identity?.waId ?? customer?.waId;
		const userId = identity?.userId ?? customer?.userId;
		const externalId = options.externalId?.trim();
		const company = options.company?.trim() || profile?.company || customer?.company;
		return {
			...splitName(this.text('contactName')),
			...(phone ? { phone } : {}),
			...(email ? { email } : {}),
			...(waId ? { waId } : {}),
			...(userId ? { userId } : {}),
			...(externalId ? { externalId } : {}),
			...(company ? { company } : {}),
		};
	}

	/** By e-mail, or by the id that the CRM gave the person. */
	get owner(): { email?: string; id?: string } | undefined {
		const owner = this.text('ownerEmail');
		if (!owner) return undefined;
		return owner.includes('@') ? { email: owner } : { id: owner };
	}

	/** What the records of this item are kept apart by: episode and handoff, or what staff named. */
	get keys() {
		const subject = this.options().reference?.trim() || this.conversationId;
		if (!subject) {
			throw new CrmError(
				'The item names no conversation, so it cannot be told whether its record is there already',
				'invalid',
				'Fill in Conversation, or add the option Reference with what names this case, e.g. an order number.',
			);
		}
		const known = this.conversation?.id === subject ? this.conversation : undefined;
		const deal = known ? dealKey(known.id, known.episode) : subject;
		// Without a handoff (an order that the bot took by itself) note and task belong to the deal.
		const named = this.options().occasion?.trim();
		const occasion = `${known?.handoff?.id ?? deal}${named ? `:${named}` : ''}`;
		return {
			deal,
			/** Those of the conversation's earlier episodes, the newest first. */
			earlier: known
				? Array.from({ length: known.episode - 1 }, (_, back) =>
						dealKey(known.id, known.episode - 1 - back),
					)
				: [],
			note: noteKey(occasion),
			task: taskKey(occasion),
			outcome: outcomeKey(deal),
			followUp: followUpKey(deal),
		};
	}

	/** When the answer was promised: as the router said, else as the conversation's clock says. */
	async dueAt(store: HandoffStore): Promise<string> {
		const { dueAt } = this.given.handoff ?? {};
		if (dueAt) return dueAt;
		const clocks = this.conversation ? await store.clocks(this.conversation.id) : [];
		const promised = clocks
			.filter(({ status }) => status === 'running')
			.map((clock) => clock.dueAt)
			.sort();
		return promised[0] ?? isoTime(systemClock.now());
	}

	/** A time as the editor's picker or an expression gives it; without an offset it is the workflow's. */
	time(value: unknown, label: string): string {
		return timeIn(this.context.getTimezone(), value) ?? noTime(value, label);
	}

	/** The day of such a time where the workflow is. */
	day(value: unknown, label: string): string {
		return dayIn(this.context.getTimezone(), value) ?? noTime(value, label);
	}
}

function noTime(value: unknown, label: string): never {
	throw new CrmError(
		`${label} is no time: ${String(value)}`,
		'invalid',
		'Choose a date and time, or give one as in 2026-12-31T10:00.',
	);
}
