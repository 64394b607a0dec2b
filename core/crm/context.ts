import type {
	CrmDeal,
	CrmName,
	CrmOrder,
	CrmOwner,
	CrmPipeline,
	CrmPort,
	CrmRecordKind,
} from '../ports/crm';
import { CrmError } from '../ports/crm';
import type { MatchedBy } from './match';
import type { StepEnvironment } from './once';
import type { RunInput } from './run';
import { CrmRun, standing } from './run';

export interface ContextInput extends Pick<RunInput, 'account' | 'contact'> {
	/** Fields of the contact that are read along, by the account's names. */
	fields?: string[];
	/** The field that says which group a customer belongs to, e.g. "tier". */
	segmentField?: string;
}

/** A deal as scorer, router and brief read it. */
export interface ContextDeal {
	id: string;
	name: string;
	/** Name of the stage. */
	stage: string;
	stageId: string;
	pipeline: string;
	pipelineId: string;
	amount?: number;
	currency?: string;
	closeDate?: string;
	url?: string;
}

/** An order as the brief reads it. */
export interface ContextOrder extends Omit<CrmOrder, 'name'> {
	/** What staff and customer call it. */
	reference: string;
}

export interface CrmContext {
	crm: CrmName;
	recordKind: CrmRecordKind;
	found: boolean;
	matchedBy?: MatchedBy;
	contact?: {
		id: string;
		name?: string;
		email?: string;
		phones: string[];
		company?: string;
		fields: Record<string, string | number | boolean>;
		url?: string;
	};
	/** Who looks after the customer. */
	owner?: CrmOwner;
	segment?: string;
	openDeals: ContextDeal[];
	/** Those that are not delivered, cancelled or otherwise done. */
	openOrders: ContextOrder[];
	/** The newest first. */
	orders: ContextOrder[];
	/** Sum of the open deals, where all are in one currency. */
	openValue?: number;
	warnings: string[];
}

/**
 * What the CRM knows of a customer; nothing is written. A customer who is not in it is no error: `found` is false and the lists
 * are empty. Throws {@link CrmError}.
 */
export async function getContext(
	port: CrmPort,
	environment: StepEnvironment,
	input: ContextInput,
): Promise<CrmContext> {
	const run = new CrmRun(port, environment, input);
	const fields = [
		...new Set([...(input.fields ?? []), ...(input.segmentField ? [input.segmentField] : [])]),
	];
	const known = await run.knownContact(fields);
	const base = { crm: port.crm, recordKind: port.recordKind, warnings: run.warnings };
	if (!known) return { ...base, found: false, openDeals: [], openOrders: [], orders: [] };

	const { contact, matchedBy } = known;
	const [deals, pipelines, orders, owner] = await Promise.all([
		port.openDeals(contact.id),
		port.listPipelines(),
		unlessForbidden(port.recentOrders(contact.id), run.warnings),
		contact.ownerId ? port.findOwner({ id: contact.ownerId }) : undefined,
	]);
	const openDeals = deals.map((deal) => contextDeal(deal, pipelines));
	const shownOrders = orders.map(({ name, ...rest }) => ({ reference: name, ...rest }));
	const values = plainValues(contact.properties);
	const segment = input.segmentField ? values[input.segmentField] : undefined;
	const openValue = sumOf(openDeals);
	return {
		...base,
		found: true,
		matchedBy,
		contact: {
			id: contact.id,
			phones: contact.phones,
			...defined({
				name: contact.name,
				email: contact.email,
				company: contact.company,
				url: contact.url,
			}),
			fields: values,
		},
		...(owner ? { owner } : {}),
		...(segment === undefined ? {} : { segment: String(segment) }),
		openDeals,
		openOrders: shownOrders.filter(({ status }) => isUnderWay(status)),
		orders: shownOrders,
		...(openValue === undefined ? {} : { openValue }),
	};
}

/** Statuses, in the words of shops and CRMs, after which nobody waits for an order any more. */
const DONE =
	/\b(delivered|fulfilled|complete[d]?|cancell?ed|refunded|returned|closed|won|lost|paid out)\b/i;
const NOT_YET = /\b(un|not |partially |partly )(fulfilled|delivered|complete)/i;

/** Whether somebody may still ask for this order. One without a status is none that one knows of. */
export function isUnderWay(status: string | undefined): boolean {
	if (!status) return false;
	const words = status.replace(/[_-]+/g, ' ');
	return NOT_YET.test(words) || !DONE.test(words);
}

function contextDeal(deal: CrmDeal, pipelines: readonly CrmPipeline[]): ContextDeal {
	const at = standing(pipelines, deal.pipelineId, deal.stageId);
	return {
		id: deal.id,
		name: deal.name,
		stage: at.stageName ?? at.stage,
		stageId: at.stage,
		pipeline: at.pipelineName ?? at.pipeline,
		pipelineId: at.pipeline,
		...defined({
			amount: deal.amount,
			currency: deal.currency,
			closeDate: deal.closeDate,
			url: deal.url,
		}),
	};
}

function sumOf(deals: readonly ContextDeal[]): number | undefined {
	const valued = deals.filter(({ amount }) => amount !== undefined);
	if (valued.length === 0 || new Set(valued.map(({ currency }) => currency)).size > 1) {
		return undefined;
	}
	return valued.reduce((sum, { amount }) => sum + amount!, 0);
}

/** Orders may be closed to the app that reads contacts and deals. */
async function unlessForbidden(
	reading: Promise<CrmOrder[]>,
	warnings: string[],
): Promise<CrmOrder[]> {
	try {
		return await reading;
	} catch (error) {
		if (!(error instanceof CrmError) || error.kind !== 'auth') throw error;
		warnings.push(`Orders were not read: ${error.message}`);
		return [];
	}
}

function plainValues(
	properties: Record<string, unknown> = {},
): Record<string, string | number | boolean> {
	return Object.fromEntries(
		Object.entries(properties).filter(
			(entry): entry is [string, string | number | boolean] =>
				['string', 'number', 'boolean'].includes(typeof entry[1]) && entry[1] !== '',
		),
	);
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: NonNullable<T[K]>;
	};
}
