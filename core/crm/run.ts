import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmField,
	CrmObject,
	CrmOwner,
	CrmPipeline,
	CrmPlace,
	CrmPort,
	CrmProperties,
	CrmRecordKind,
} from '../ports/crm';
import { CRM_TITLES, CrmError } from '../ports/crm';
import { isoTime } from '../time';
import { companyQuery } from './company';
import { contactChanges, dealChanges, propertyChanges } from './fill';
import type { HandoffValues } from './handoffFields';
import { asAccountFields } from './handoffFields';
import { safeHtml } from './html';
import { contactKeys } from './keys';
import type { MatchedBy } from './match';
import { matchContact } from './match';
import type { StepEnvironment } from './once';
import { createOnce, findOrCreate, onceOnly, recorded } from './once';
import { comparablePhone } from './phone';
import type { StageTarget } from './stages';
import { resolveStage, stageMove } from './stages';

/** What messages call a record of each kind. */
export const RECORD_TITLES: Readonly<Record<CrmRecordKind, string>> = {
	deal: 'deal',
	ticket: 'ticket',
	lead: 'lead',
};

/** What every operation on a CRM is told. */
export interface RunInput {
	/** Tells accounts apart that share a store, e.g. the id of the credential. */
	account: string;
	contact: CrmContactInput;
	/** Values of our own fields; always up to date, whatever stood there. */
	handoff?: Partial<Record<CrmObject, HandoffValues>>;
	/** Whether filled fields are replaced. */
	overwrite?: boolean;
	/** Whether a deal may move back, reopen, or change its pipeline. */
	allowBackwards?: boolean;
}

export interface ContactResult {
	id: string;
	created: boolean;
	matchedBy: MatchedBy;
	updated: string[];
	name?: string;
	url?: string;
}

export interface DealResult {
	id: string;
	created: boolean;
	name: string;
	pipeline: string;
	pipelineName?: string;
	stage: string;
	stageName?: string;
	moved: boolean;
	/** What it is worth, as the CRM has it now. */
	amount?: number;
	url?: string;
}

/**
 * The steps that the operations are made of, at one account, for one customer. Every record has a key that follows from the
 * conversation; every creation is recorded in the store and looks before it writes, so that a run that broke off is completed by
 * the next.
 */
export class CrmRun {
	/** What staff should know although the run went well. */
	readonly warnings: string[] = [];
	readonly title: string;
	/** What messages call the case, e.g. "deal". */
	readonly what: string;

	/** Without what is no number: it finds nobody, and would stand in the way of the right one. */
	private readonly customer: CrmContactInput;
	/** Why the number is not used, if it is none. */
	private readonly wrongPhone: string | undefined;

	constructor(
		readonly port: CrmPort,
		private readonly environment: StepEnvironment,
		private readonly input: RunInput,
	) {
		this.title = CRM_TITLES[port.crm];
		this.what = RECORD_TITLES[port.recordKind];
		const { phone, ...others } = input.contact;
		const wrong = phone !== undefined && !comparablePhone(phone);
		this.customer = wrong ? others : input.contact;
		this.wrongPhone = wrong ? `“${phone}” is no phone number with a country code` : undefined;
		if (this.wrongPhone) this.warnings.push(`${this.wrongPhone}, and was left out`);
	}

	async owner(wanted: { email?: string; id?: string } = {}): Promise<CrmOwner | undefined> {
		if (!wanted.email && !wanted.id) return undefined;
		const owner = await this.port.findOwner(wanted);
		if (!owner) {
			this.warnings.push(
				`${this.title} has no user ${wanted.id ?? wanted.email}, so no owner was set`,
			);
		}
		return owner;
	}

	/** The customer's contact, made if there is none. */
	async contact(ownerId?: string): Promise<ContactResult> {
		const wanted = { ...this.customer, ...(ownerId ? { ownerId } : {}) };
		const keys = this.keys();
		const key = keys[0]!;
		const ours = await this.ownValues('contact');
		const fields = [...Object.keys(wanted.properties ?? {}), ...Object.keys(ours)];
		const { result, earlier, record } = await this.lasting(
			'contact',
			key,
			async () => {
				const { contact, ...how } = await this.findOrCreateContact(
					{ ...wanted, ...properties({ ...wanted.properties, ...ours }) },
					keys,
					fields,
				);
				return { id: contact.id, ...how };
			},
			(id) => this.port.readContact(id, fields),
		);
		if (!earlier) this.warnings.push(...result.warnings);
		const matchedBy = earlier ? 'key' : result.matchedBy;
		const changes = withProperties(
			contactChanges(record, wanted, this.input.overwrite ?? false),
			propertyChanges(record.properties, ours, true),
		);
		const mark = record.key ? undefined : key;
		if (changes || mark) await this.port.updateContact(record.id, changes ?? {}, mark);
		return {
			id: record.id,
			created: matchedBy === 'created',
			matchedBy,
			updated: matchedBy === 'created' ? [] : namesOf(changes),
			...(record.name ? { name: record.name } : {}),
			...(record.url ? { url: record.url } : {}),
		};
	}

	/** The customer's contact if there is one; nothing is written. */
	async knownContact(
		fields: string[] = [],
	): Promise<{ contact: CrmContact; matchedBy: MatchedBy } | undefined> {
		const keys = this.keys();
		const own = await this.recordedRecord<{ id: string }, CrmContact>('contact', keys[0]!, (id) =>
			this.port.readContact(id, fields),
		);
		if (own) return { contact: own, matchedBy: 'key' };
		const found = await this.lookForContact(this.customer, keys, fields);
		this.warnings.push(...(found?.warnings ?? []));
		return found;
	}

	/** The deal of this key, made if there is none. */
	async deal(
		asked: CrmDealInput,
		contactId: string,
		ownerId: string | undefined,
		options: { useOpenDeal?: boolean; reopen?: readonly string[] } = {},
	): Promise<DealResult> {
		const pipelines = await this.port.listPipelines();
		const target = this.target(pipelines, asked);
		const wanted: CrmDealInput = {
			...asked,
			pipelineId: target.pipeline.id,
			stageId: target.stage.id,
			...(ownerId ? { ownerId } : {}),
		};
		const ours = await this.ownValues('deal');
		const fields = [...Object.keys(wanted.properties ?? {}), ...Object.keys(ours)];
		const find = () => this.port.findDealByKey(wanted.key, contactId, fields);
		const create = async () => {
			const known = await find();
			if (known) return { id: known.id, created: false };
			for (const earlier of options.reopen ?? []) {
				const before = await this.knownDeal({ key: earlier }, contactId);
				if (!before) continue;
				// Here, and so once: a deal that staff close after that stays closed, however often the workflow runs.
				if (before.closed) {
					const { pipeline, stage } = target;
					await this.port.updateDeal(before.id, { pipelineId: pipeline.id, stageId: stage.id });
				}
				return { id: before.id, created: false, reopened: before.closed };
			}
			const open = options.useOpenDeal
				? (await this.port.openDeals(contactId)).find(
						({ pipelineId }) => pipelineId === target.pipeline.id,
					)
				: undefined;
			if (open) return { id: open.id, created: false };
			const { record, created } = await createOnce(this.environment.sleep, find, () =>
				this.port.createDeal(
					{ ...wanted, ...properties({ ...wanted.properties, ...ours }) },
					contactId,
				),
			);
			return { id: record.id, created };
		};
		const { result, earlier, record } = await this.lasting<MadeDeal, CrmDeal>(
			'deal',
			wanted.key,
			create,
			(id) => this.port.readDeal(id, fields),
		);
		const moved = await this.settleDeal(record, {
			target,
			pipelines,
			changes: dealChanges(record, wanted, this.input.overwrite ?? false),
			ours,
			key: wanted.key,
		});
		const created = result.created && !earlier;
		const reopened = Boolean(result.reopened) && !earlier;
		return { ...moved, created, moved: (moved.moved && !created) || reopened };
	}

	/** The deal that stands under this key or id; undefined if there is none. */
	async knownDeal(
		wanted: { key: string; id?: string },
		contactId: string | undefined,
		fields: string[] = [],
	): Promise<CrmDeal | undefined> {
		if (wanted.id) return this.port.readDeal(wanted.id, fields);
		const own = await this.recordedRecord<{ id: string }, CrmDeal>('deal', wanted.key, (id) =>
			this.port.readDeal(id, fields),
		);
		if (own) return own;
		return contactId ? this.port.findDealByKey(wanted.key, contactId, fields) : undefined;
	}

	/** Brings a deal to its stage, if that is allowed, and our fields up to date. */
	async moveDeal(
		deal: CrmDeal,
		wanted: { pipelineId?: string; stageId?: string },
		ours: CrmProperties = {},
	): Promise<DealResult> {
		const pipelines = await this.port.listPipelines();
		const target = wanted.stageId || wanted.pipelineId ? this.target(pipelines, wanted) : undefined;
		return {
			...(await this.settleDeal(deal, { ...(target ? { target } : {}), pipelines, ours })),
			created: false,
		};
	}

	/** Values of our fields by the account's names of them; empty where the account has none of them. */
	async ownValues(object: CrmObject): Promise<CrmProperties> {
		const values = this.input.handoff?.[object];
		if (!values || Object.values(values).every((value) => value === undefined)) return {};
		try {
			return asAccountFields(object, await fieldsOf(this.port, object), values);
		} catch (error) {
			if (!(error instanceof CrmError) || error.kind !== 'auth') throw error;
			this.warnings.push(`The handoff fields were not filled: ${error.message}`);
			return {};
		}
	}

	/** Contact and deal are linked with the customer's company, where the CRM knows it. */
	async company(place: CrmPlace): Promise<{ id: string; name: string; url?: string } | undefined> {
		const query = companyQuery(this.customer);
		const { port } = this;
		if (!query || !port.findCompany || !port.linkCompany) return undefined;
		try {
			const { result } = await this.step(
				'company',
				`${place.contactId}>${place.dealId ?? ''}`,
				async () => {
					const company = await port.findCompany!(query);
					if (company) await port.linkCompany!(company.id, place);
					return { company };
				},
			);
			const { company } = result;
			return company && { id: company.id, name: company.name, ...urlOf(company) };
		} catch (error) {
			if (!(error instanceof CrmError) || error.kind !== 'auth') throw error;
			this.warnings.push(`No company was linked: ${error.message}`);
			return undefined;
		}
	}

	async note(note: { key: string; html: string }, place: CrmPlace) {
		const { result, earlier } = await this.step('note', note.key, () =>
			findOrCreate(
				this.environment.sleep,
				() => this.port.findNoteByKey(note.key, place),
				() =>
					this.port.createNote({
						key: note.key,
						html: safeHtml(note.html),
						...place,
						at: isoTime(this.environment.clock.now()),
					}),
			),
		);
		return { id: result.id, created: result.created && !earlier };
	}

	async task(
		task: { key: string; title: string; html?: string; dueAt: string },
		place: CrmPlace,
		ownerId: string | undefined,
	) {
		const { result, earlier } = await this.step('task', task.key, () =>
			findOrCreate(
				this.environment.sleep,
				() => this.port.findTaskByKey(task.key, place),
				() =>
					this.port.createTask({
						...task,
						...(task.html ? { html: safeHtml(task.html) } : {}),
						...place,
						...(ownerId ? { ownerId } : {}),
					}),
			),
		);
		return { id: result.id, created: result.created && !earlier };
	}

	/** The task of this key is done; once, so that one that staff opened again stays open. Undefined if there is none. */
	async completeTask(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		const { result } = await this.step('task done', key, async () => {
			const own = await recorded<{ id: string }>(this.environment, this.ledgerKey('task', key));
			const task = own ?? (await this.port.findTaskByKey(key, place));
			if (task) await this.port.completeTask(task.id);
			return { id: task?.id };
		});
		return result.id === undefined ? undefined : { id: result.id };
	}

	private keys(): string[] {
		const keys = contactKeys(this.customer);
		if (keys.length === 0) {
			throw new CrmError(
				this.wrongPhone ??
					'The customer has neither phone number nor other identity, so no contact can be found or created',
				'invalid',
				this.wrongPhone
					? 'Give Phone as in +16505551234, or fill in Email.'
					: 'Fill in Phone or Email, or add the option External ID.',
			);
		}
		return keys;
	}

	private async lookForContact(
		wanted: CrmContactInput,
		keys: string[],
		fields: string[],
	): Promise<{ contact: CrmContact; matchedBy: MatchedBy; warnings: string[] } | undefined> {
		const known = await this.byKey(keys, fields);
		if (known) return { contact: known, matchedBy: 'key', warnings: [] };
		const match = matchContact(wanted, await this.port.findContacts(wanted, fields));
		if (!match) return undefined;
		const { contact, matchedBy, others } = match;
		const warnings =
			others.length > 0
				? [
						`${others.length + 1} contacts in ${this.title} fit this customer; ${contact.id} was used (matched by ${matchedBy}, the oldest). Others: ${others.map(({ id }) => id).join(', ')}`,
					]
				: [];
		return { contact, matchedBy, warnings };
	}

	private async findOrCreateContact(
		wanted: CrmContactInput,
		keys: string[],
		fields: string[],
	): Promise<{ contact: CrmContact; matchedBy: MatchedBy; warnings: string[] }> {
		const found = await this.lookForContact(wanted, keys, fields);
		if (found) return found;
		try {
			const { record, created } = await createOnce(
				this.environment.sleep,
				() => this.byKey(keys, fields),
				() => this.port.createContact(wanted, keys[0]!),
			);
			return { contact: record, matchedBy: created ? 'created' : 'key', warnings: [] };
		} catch (error) {
			// The CRM names a contact with this address that its search does not show yet.
			const existing =
				error instanceof CrmError && error.kind === 'conflict' && error.details.existingId
					? await this.port.readContact(error.details.existingId, fields)
					: undefined;
			if (!existing) throw error;
			return { contact: existing, matchedBy: 'email', warnings: [] };
		}
	}

	private async byKey(keys: string[], fields: string[]): Promise<CrmContact | undefined> {
		for (const key of keys) {
			const found = await this.port.findContactByKey(key, fields);
			if (found) return found;
		}
		return undefined;
	}

	/** Where a deal is to stand. */
	private target(
		pipelines: readonly CrmPipeline[],
		wanted: { pipelineId?: string; stageId?: string },
	): StageTarget {
		const resolved = resolveStage(pipelines, wanted);
		if ('target' in resolved) return resolved.target;
		throw new CrmError(
			`${resolved.missing} in ${this.title}`,
			'invalid',
			'Choose pipeline and stage from the lists in the node.',
		);
	}

	private async settleDeal(
		deal: CrmDeal,
		to: {
			target?: StageTarget;
			pipelines: readonly CrmPipeline[];
			changes?: Partial<CrmDealInput> | undefined;
			ours: CrmProperties;
			key?: string;
		},
	): Promise<Omit<DealResult, 'created'>> {
		const { target, pipelines } = to;
		const step = target
			? stageMove(deal, target, pipelines, this.input.allowBackwards ?? false, this.what)
			: { move: false as const };
		if (!step.move && 'warning' in step && step.warning) this.warnings.push(step.warning);
		const moved = step.move && target !== undefined;
		const changes: Partial<CrmDealInput> = {
			...withProperties(to.changes, propertyChanges(deal.properties, to.ours, true)),
			...(moved ? { pipelineId: target.pipeline.id, stageId: target.stage.id } : {}),
			...(to.key && !deal.key ? { key: to.key } : {}),
		};
		if (Object.keys(changes).length > 0) await this.port.updateDeal(deal.id, changes);
		const amount = changes.amount ?? deal.amount;
		return {
			id: deal.id,
			name: deal.name,
			...standing(
				pipelines,
				moved ? target.pipeline.id : deal.pipelineId,
				moved ? target.stage.id : deal.stageId,
			),
			moved,
			...(amount ? { amount } : {}),
			...urlOf(deal),
		};
	}

	/** A step whose record staff may delete or merge later: it is then done anew, under a name of its own. */
	private async lasting<T extends { id: string }, R>(
		what: string,
		key: string,
		work: () => Promise<T>,
		read: (id: string) => Promise<R | undefined>,
	): Promise<{ result: T; earlier: boolean; record: R }> {
		let name = key;
		for (let replacement = 0; replacement < MOST_REPLACEMENTS; replacement++) {
			const { result, earlier } = await this.step(what, name, work);
			const record = await read(result.id);
			if (record) return { result, earlier, record };
			name = insteadOf(key, result.id);
		}
		throw new CrmError(
			`${this.title} loses the ${what} again and again`,
			'not_found',
			`The ${what} is deleted or merged whenever it has been made. Look for an automation in ${this.title} that does so.`,
		);
	}

	/** The record that an earlier run made or found, if it is still there. */
	private async recordedRecord<T extends { id: string }, R>(
		what: string,
		key: string,
		read: (id: string) => Promise<R | undefined>,
	): Promise<R | undefined> {
		let name = key;
		for (let replacement = 0; replacement < MOST_REPLACEMENTS; replacement++) {
			const earlier = await recorded<T>(this.environment, this.ledgerKey(what, name));
			if (!earlier) return undefined;
			const record = await read(earlier.id);
			if (record) return record;
			name = insteadOf(key, earlier.id);
		}
		return undefined;
	}

	private step<T>(what: string, key: string, work: () => Promise<T>) {
		return onceOnly(
			this.environment,
			this.ledgerKey(what, key),
			`this ${what} to ${this.title}`,
			work,
		);
	}

	/** Deals keep the name that they had before there were other kinds. */
	private ledgerKey(what: string, key: string): string {
		const { crm, recordKind } = this.port;
		const kind = recordKind === 'deal' ? '' : `:${recordKind}`;
		return `crm:${crm}${kind}:${this.input.account}:${what}:${key}`;
	}
}

/** What the ledger keeps of a deal. */
interface MadeDeal {
	id: string;
	created: boolean;
	/** It was closed, and was opened again. */
	reopened?: boolean;
}

/** So often one record is made anew after it was deleted; each time is a deletion by staff. */
const MOST_REPLACEMENTS = 20;

function insteadOf(key: string, id: string): string {
	return `${key} instead of ${id}`;
}

const fieldLists = new WeakMap<CrmPort, Map<CrmObject, Promise<CrmField[]>>>();

/** The account's fields, asked for once per connection. */
export function fieldsOf(port: CrmPort, object: CrmObject): Promise<CrmField[]> {
	const lists = fieldLists.get(port) ?? new Map<CrmObject, Promise<CrmField[]>>();
	fieldLists.set(port, lists);
	const known = lists.get(object);
	if (known) return known;
	const asking = port.listFields(object);
	lists.set(object, asking);
	asking.catch(() => lists.delete(object));
	return asking;
}

/** Where a deal stands, with the names that staff know. */
export function standing(pipelines: readonly CrmPipeline[], pipelineId: string, stageId: string) {
	const pipeline = pipelines.find(({ id }) => id === pipelineId);
	const stage = pipeline?.stages.find(({ id }) => id === stageId);
	return {
		pipeline: pipelineId,
		...(pipeline ? { pipelineName: pipeline.name } : {}),
		stage: stageId,
		...(stage ? { stageName: stage.name } : {}),
	};
}

function withProperties<T extends { properties?: CrmProperties }>(
	changes: T | undefined,
	ours: CrmProperties | undefined,
): T | undefined {
	if (!ours) return changes;
	return { ...changes, properties: { ...changes?.properties, ...ours } } as T;
}

function properties(values: CrmProperties): { properties?: CrmProperties } {
	return Object.keys(values).length > 0 ? { properties: values } : {};
}

function urlOf({ url }: { url?: string }): { url?: string } {
	return url ? { url } : {};
}

function namesOf(changes: CrmContactInput | undefined): string[] {
	if (!changes) return [];
	const { properties: fields, ...rest } = changes;
	return [...Object.keys(rest), ...Object.keys(fields ?? {})];
}
