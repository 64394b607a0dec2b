import type { CrmDeal, CrmDealInput, CrmPipeline } from '../../../core/ports/crm';
import type { PipedriveAccount } from './account';
import type { Values } from './connection';
import { unlessMissing } from './connection';
import { flatValues } from './fields';
import {
	LEADS,
	convertedLeadOf,
	customOf,
	dealOf,
	filled,
	isLeadId,
	isNumber,
	leadOf,
	textOf,
} from './records';

/** What a case is kept as. */
export interface Cases {
	/** As messages call one. */
	readonly title: string;
	pipelines(): Promise<CrmPipeline[]>;
	findByKey(key: string, personId: number, names: string[]): Promise<CrmDeal | undefined>;
	read(id: string, names: string[]): Promise<CrmDeal | undefined>;
	create(input: CrmDealInput, personId: number): Promise<CrmDeal>;
	update(id: string, changes: Partial<CrmDealInput>): Promise<void>;
	open(personId: number): Promise<CrmDeal[]>;
	/** Links with an organization, unless there is one already. */
	link(id: string, organizationId: number): Promise<void>;
}

export class Deals implements Cases {
	readonly title = 'deal';

	constructor(private readonly account: PipedriveAccount) {}

	pipelines(): Promise<CrmPipeline[]> {
		const { connection } = this.account;
		return this.account.once('pipelines', async () => {
			const [pipelines, stages] = await Promise.all([
				connection.list('list the pipelines', (sdk, page) => sdk.pipelines.getPipelines(page)),
				connection.list('list the stages', (sdk, page) => sdk.stages.getStages(page)),
			]);
			return pipelines
				.filter((one) => one.is_deleted !== true)
				.sort(byOrder)
				.map((pipeline) => {
					const id = String(pipeline.id);
					const own = stages
						.filter((one) => one.pipeline_id === pipeline.id && one.is_deleted !== true)
						.sort(byOrder)
						.map((one, order) => ({
							id: String(one.id),
							name: textOf(one.name) ?? String(one.id),
							order,
							closed: false,
						}));
					return {
						id,
						name: textOf(pipeline.name) ?? id,
						stages: [
							...own,
							{ id: `${id}:won`, name: 'Won', order: own.length, closed: true, won: true },
							{ id: `${id}:lost`, name: 'Lost', order: own.length + 1, closed: true },
						],
					};
				});
		});
	}

	async findByKey(key: string, personId: number, names: string[]) {
		const found = await this.recordByKey(key, personId);
		return found && this.shown(found, names);
	}

	/** The record of version 2 that carries this key; the list of a person's deals knows of a write at once. */
	async recordByKey(key: string, personId: number): Promise<Values | undefined> {
		const { keyField } = await this.account.reading('deal');
		if (!keyField) return undefined;
		return (await this.of(personId)).find((one) => customOf(one)[keyField] === key);
	}

	async read(id: string, names: string[]) {
		const found = await this.record(id);
		return found && this.shown(found, names);
	}

	async record(id: string): Promise<Values | undefined> {
		if (!isNumber(id)) return undefined;
		const answer = await unlessMissing(
			this.account.connection.call('read the deal', ({ deals }) =>
				deals.getDeal({ id: Number(id) }),
			),
		);
		const found = answer?.data as unknown as Values | undefined;
		return found && found.is_deleted !== true ? found : undefined;
	}

	async create(input: CrmDealInput, personId: number): Promise<CrmDeal> {
		const body = await this.values(input);
		const { data } = await this.account.connection.call('create the deal', ({ deals }) =>
			deals.addDeal({ AddDealRequest: { ...body, title: input.name, person_id: personId } }),
		);
		return this.shown(data as unknown as Values, Object.keys(input.properties ?? {}));
	}

	async update(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		const body = await this.values(changes);
		if (Object.keys(body).length === 0) return;
		await this.account.connection.call('update the deal', ({ deals }) =>
			deals.updateDeal({ id: Number(id), UpdateDealRequest: body }),
		);
	}

	async open(personId: number): Promise<CrmDeal[]> {
		const found = await this.of(personId, 'open');
		return Promise.all(found.map((one) => this.shown(one, [])));
	}

	of(personId: number, status?: 'open' | 'won'): Promise<Values[]> {
		return this.account.connection.list('list the deals', ({ deals }, page) =>
			deals.getDeals({ person_id: personId, ...(status ? { status } : {}), ...page }),
		);
	}

	async link(id: string, organizationId: number): Promise<void> {
		const deal = await this.record(id);
		if (!deal || deal.org_id) return;
		await this.account.connection.call('link the organization', ({ deals }) =>
			deals.updateDeal({ id: Number(id), UpdateDealRequest: { org_id: organizationId } }),
		);
	}

	async shown(one: Values, names: string[]): Promise<CrmDeal> {
		return dealOf(one, names, await this.account.reading('deal'));
	}

	private async values(input: Partial<CrmDealInput>) {
		const [pipeline, status] = input.stageId?.includes(':') ? input.stageId.split(':') : [];
		const pipelineId = pipeline ?? input.pipelineId;
		const custom = await customValues(this.account, input);
		return {
			...(input.name ? { title: input.name } : {}),
			...(pipelineId ? { pipeline_id: Number(pipelineId) } : {}),
			...(status ? { status } : {}),
			// A deal that was closed is open again in a stage.
			...(input.stageId && !status ? { stage_id: Number(input.stageId), status: 'open' } : {}),
			...(input.amount === undefined ? {} : { value: input.amount }),
			...(input.currency ? { currency: input.currency } : {}),
			...(input.ownerId ? { owner_id: Number(input.ownerId) } : {}),
			...(input.closeDate ? { expected_close_date: input.closeDate } : {}),
			...(custom ? { custom_fields: custom } : {}),
		};
	}
}

/**
 * Leads of the inbox. They have the fields of deals, and when staff make a deal of one, the deal has its values: our key among them, by
 * which the deal is then known in the lead's place.
 */
export class Leads implements Cases {
	readonly title = 'lead';

	constructor(
		private readonly account: PipedriveAccount,
		private readonly deals: Deals,
	) {}

	pipelines(): Promise<CrmPipeline[]> {
		return Promise.resolve([{ ...LEADS, stages: [...LEADS.stages] }]);
	}

	async findByKey(key: string, personId: number, names: string[]) {
		const reading = await this.account.reading('deal');
		const { keyField } = reading;
		if (!keyField) return undefined;
		for (const archived of [false, true]) {
			const found = (await this.of(personId, archived)).find((one) => one[keyField] === key);
			if (found) return leadOf(found, names, reading);
		}
		const deal = await this.deals.recordByKey(key, personId);
		return deal && convertedLeadOf(deal, names, reading);
	}

	async read(id: string, names: string[]) {
		const reading = await this.account.reading('deal');
		if (isNumber(id)) {
			const deal = await this.deals.record(id);
			return deal && convertedLeadOf(deal, names, reading);
		}
		const lead = await this.record(id);
		return lead && leadOf(lead, names, reading);
	}

	async create(input: CrmDealInput, personId: number): Promise<CrmDeal> {
		const body = await this.values(input);
		const { data } = await this.account.connection.call('create the lead', ({ leads }) =>
			leads.addLead({ AddLeadRequest: { ...body, title: input.name, person_id: personId } }),
		);
		const reading = await this.account.reading('deal');
		return leadOf(data as unknown as Values, Object.keys(input.properties ?? {}), reading);
	}

	async update(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		// The deal that a lead has become: its stage is the sales team's.
		if (isNumber(id)) {
			const { stageId: _stage, pipelineId: _pipeline, ...rest } = changes;
			return this.deals.update(id, rest);
		}
		const body = await this.values(changes, id);
		if (Object.keys(body).length === 0) return;
		await this.account.connection.call('update the lead', ({ leads }) =>
			leads.updateLead({ id, UpdateLeadRequest: body }),
		);
	}

	async open(personId: number): Promise<CrmDeal[]> {
		const [leads, reading] = await Promise.all([
			this.of(personId, false),
			this.account.reading('deal'),
		]);
		return leads.map((one) => leadOf(one, [], reading));
	}

	async link(id: string, organizationId: number): Promise<void> {
		if (isNumber(id)) return this.deals.link(id, organizationId);
		const lead = await this.record(id);
		if (!lead || lead.organization_id) return;
		await this.account.connection.call('link the organization', ({ leads }) =>
			leads.updateLead({ id, UpdateLeadRequest: { organization_id: organizationId } }),
		);
	}

	private async record(id: string): Promise<Values | undefined> {
		if (!isLeadId(id)) return undefined;
		const answer = await unlessMissing(
			this.account.connection.call('read the lead', ({ leads }) => leads.getLead({ id })),
		);
		return answer?.data as unknown as Values | undefined;
	}

	private of(personId: number, archived: boolean): Promise<Values[]> {
		return this.account.connection.listFrom('list the leads', ({ leads }, page) =>
			archived
				? leads.getArchivedLeads({ person_id: personId, ...page })
				: leads.getLeads({ person_id: personId, ...page }),
		);
	}

	private async values(input: Partial<CrmDealInput>, id?: string) {
		const custom = await customValues(this.account, input);
		return {
			...(input.name ? { title: input.name } : {}),
			...(input.stageId && id ? { is_archived: input.stageId === 'archived' } : {}),
			...(await this.amount(input, id)),
			...(input.ownerId ? { owner_id: Number(input.ownerId) } : {}),
			...(input.closeDate ? { expected_close_date: input.closeDate } : {}),
			...flatValues(custom ?? {}),
		};
	}

	/** Amount and currency of a lead go together: what is left out is what it has, or the account's currency. */
	private async amount({ amount, currency }: Partial<CrmDealInput>, id: string | undefined) {
		if (amount === undefined && !currency) return {};
		const lead = id && !(amount !== undefined && currency) ? await this.record(id) : undefined;
		const has = (lead?.value ?? {}) as { amount?: number; currency?: string };
		const value = filled({
			amount: amount ?? has.amount,
			currency: currency ?? has.currency ?? (await this.account.currency()),
		});
		return value.amount !== undefined && value.currency
			? { value: { amount: value.amount, currency: value.currency } }
			: {};
	}
}

async function customValues(account: PipedriveAccount, input: Partial<CrmDealInput>) {
	const own = await account.ownValues('deal', input);
	return account.written('deal', { ...input.properties, ...own });
}

function byOrder(a: Values, b: Values): number {
	return Number(a.order_nr ?? 0) - Number(b.order_nr ?? 0);
}
