import type { CrmDealInput, CrmName, CrmPort, CrmRecordKind } from '../ports/crm';
import type { StepEnvironment } from './once';
import type { ContactResult, DealResult, RunInput } from './run';
import { CrmRun } from './run';

/** What one item asks for. Parts that are left out are not touched. */
export interface UpsertInput extends RunInput {
	/** Who is to own contact, deal and task; a person who is not in the CRM is reported, not an error. */
	owner?: { email?: string; id?: string };
	deal?: CrmDealInput;
	note?: { key: string; html: string };
	task?: { key: string; title: string; html?: string; dueAt: string };
	/** Whether a deal that the contact has open is used in place of a new one. */
	useOpenDeal?: boolean;
	/**
	 * Keys of earlier deals of this conversation, the newest first: such a deal is opened again in place of a new one. Left out, a
	 * conversation that was closed and comes back gets a new deal.
	 */
	reopen?: string[];
	/** Whether contact and deal are linked with the customer's company, where the CRM knows it. */
	linkCompany?: boolean;
}

export interface UpsertResult {
	crm: CrmName;
	recordKind: CrmRecordKind;
	contact: ContactResult;
	/** Also a ticket or a lead, as `recordKind` says. */
	deal?: DealResult;
	company?: { id: string; name: string; url?: string };
	note?: { id: string; created: boolean };
	task?: { id: string; created: boolean };
	owner?: { id: string; name: string; email?: string };
	/** What staff should know although the run went well. */
	warnings: string[];
}

/**
 * Brings one customer into the CRM: one contact, one deal, one note, one task, however often and by however many workers it is run.
 * Throws {@link CrmError}.
 */
export async function upsert(
	port: CrmPort,
	environment: StepEnvironment,
	input: UpsertInput,
): Promise<UpsertResult> {
	const run = new CrmRun(port, environment, input);
	const owner = await run.owner(input.owner);
	const contact = await run.contact(owner?.id);
	const deal =
		input.deal &&
		(await run.deal(input.deal, contact.id, owner?.id, {
			useOpenDeal: input.useOpenDeal ?? false,
			reopen: input.reopen ?? [],
		}));
	const place = { contactId: contact.id, ...(deal ? { dealId: deal.id } : {}) };
	const company = input.linkCompany ? await run.company(place) : undefined;
	const note = input.note && (await run.note(input.note, place));
	const task = input.task && (await run.task(input.task, place, owner?.id));
	return {
		crm: port.crm,
		recordKind: port.recordKind,
		contact,
		...(deal ? { deal } : {}),
		...(company ? { company } : {}),
		...(note ? { note } : {}),
		...(task ? { task } : {}),
		...(owner ? { owner } : {}),
		warnings: run.warnings,
	};
}
