import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { sleep } from '../../../adapters/clock/sleep';
import { systemClock } from '../../../adapters/clock/system';
import type { Actor } from '../../../core/conversation/audit';
import type { HandoffValues, PlannedWrite, RecordsTold, StepEnvironment } from '../../../core/crm';
import { handoffValues, planningCrm, recordsNoted } from '../../../core/crm';
import type { CrmObject, CrmPort } from '../../../core/ports/crm';
import { CRM_TITLES } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import { ledBy, toJson } from '../../shared/item';
import type { Chosen } from '../account';
import type { CrmItem } from '../item';

/** One operation of the node: how it is offered, its own fields, and what it does with one item. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** What staff may add. */
	options: INodeProperties[];
	/** False where it is about the account and not about a conversation. */
	ofConversation: boolean;
	execute(run: OperationRun): Promise<IDataObject>;
}

export interface OperationRun {
	item: CrmItem;
	store: HandoffStore;
	chosen: Chosen;
	/** The account; opened once for all items, on first use. Rejects where no credential is chosen. */
	open(): Promise<CrmPort>;
}

/** Where an item goes: to the account, or onto a list of what would be written there. */
export interface Destination {
	port: CrmPort;
	environment: StepEnvironment;
	/** Undefined where it is really written. */
	writes?: PlannedWrite[];
	/** There is no account to look things up in. */
	blind: boolean;
	warnings: string[];
}

export async function destination(
	{ item, store, chosen, open }: OperationRun,
	asked: { pipelineId?: string; stageId?: string } = {},
): Promise<Destination> {
	const environment = { once: store, clock: systemClock, sleep };
	if (!item.simulated && !item.flag('planOnly')) {
		return { port: await open(), environment, blind: false, warnings: [] };
	}
	const { crm, recordKind, connected } = chosen;
	// A sample customer is nobody whom the account could know.
	const account = connected && !item.simulated ? await open() : undefined;
	const plan = planningCrm(crm, recordKind, account, asked);
	return {
		port: plan.port,
		environment: { ...environment, once: plan.once },
		writes: plan.writes,
		blind: !account,
		warnings: account ? [] : [withoutAccount(item.simulated, CRM_TITLES[crm])],
	};
}

function withoutAccount(simulated: boolean, title: string): string {
	return simulated
		? `A sample customer: ${title} is not asked, and taken to be empty`
		: `No ${title} credential is chosen, so the account is taken to be empty`;
}

/** What an operation gives back, as the item shows it. */
type Result = RecordsTold & { warnings?: string[] };

/**
 * The item with what became of it under `crm`, beside what an earlier node read from the same CRM. What was really written, or read,
 * is noted at the conversation, so that agents see it beside the chat.
 */
export async function withResult(
	{ item, store }: OperationRun,
	result: Result,
	{ writes, warnings }: Pick<Destination, 'writes' | 'warnings'>,
): Promise<IDataObject> {
	if (item.conversation && !item.simulated && !writes) {
		const by = { actor: BY, now: isoTime(systemClock.now()) };
		await store.decide(item.conversation.id, (view) =>
			recordsNoted(view, result, by, budgetOf(item.json)),
		);
	}
	const { planned: _planned, writes: _writes, ...earlier } = (item.json.crm ?? {}) as IDataObject;
	const url = result.deal?.url ?? result.contact?.url;
	const crm = {
		...toJson({
			...result,
			...(url ? { url } : {}),
			...(writes ? { planned: true, writes } : {}),
			warnings: [...warnings, ...(result.warnings ?? [])],
		}),
	};
	return ledBy({ crm: ledBy(crm, earlier.crm === result.crm ? earlier : {}) }, item.json);
}

/** The budget that the customer named, as Context Summarizer has found it. */
function budgetOf({ brief }: IDataObject): string | undefined {
	const { budget } = (brief ?? {}) as { budget?: { value?: unknown } };
	return typeof budget?.value === 'string' ? budget.value : undefined;
}

/** Whom the audit log names. */
export const BY: Actor = { kind: 'workflow', name: 'CRM Upsert' };

/** What our fields say of the item's conversation, unless staff do not want them. */
export async function fieldsOfHandoff({
	item,
	store,
}: OperationRun): Promise<Record<CrmObject, HandoffValues> | undefined> {
	if (!item.conversation || item.options().handoffFields === false) return undefined;
	return handoffValues(item.conversation, {
		inboxUrl: await store.getSetting<string>('inbox.url'),
	});
}

/** Pipeline and stage as chosen in the node; those left open are left out. */
export function stageOf(item: CrmItem): { pipelineId?: string; stageId?: string } {
	const pipelineId = item.text('pipeline');
	const stageId = item.text('stage');
	return { ...(pipelineId ? { pipelineId } : {}), ...(stageId ? { stageId } : {}) };
}
