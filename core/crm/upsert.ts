import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmName,
	CrmOwner,
	CrmPipeline,
	CrmPlace,
	CrmPort,
} from '../ports/crm';
import { CRM_TITLES, CrmError } from '../ports/crm';
import { isoTime } from '../time';
import { contactChanges, dealChanges } from './fill';
import { safeHtml } from './html';
import { contactKeys } from './keys';
import type { MatchedBy } from './match';
import { matchContact } from './match';
import type { StepEnvironment } from './once';
import { createOnce, findOrCreate, onceOnly } from './once';
import { resolveStage, stageMove } from './stages';

/** What one item asks for. Parts that are left out are not touched. */
export interface UpsertInput {
	/** Tells accounts apart that share a store, e.g. the id of the credential. */
	account: string;
	contact: CrmContactInput;
	/** Who is to own contact, deal and task; a person who is not in the CRM is reported, not an error. */
	owner?: { email?: string; id?: string };
	deal?: CrmDealInput;
	note?: { key: string; html: string };
	task?: { key: string; title: string; html?: string; dueAt: string };
	/** Whether filled fields are replaced. */
	overwrite?: boolean;
	/** Whether a deal may move back, reopen, or change its pipeline. */
	allowBackwards?: boolean;
	/** Whether a deal that the contact has open is used in place of a new one. */
	useOpenDeal?: boolean;
}

export interface UpsertResult {
	crm: CrmName;
	contact: { id: string; created: boolean; matchedBy: MatchedBy; updated: string[]; url?: string };
	deal?: {
		id: string;
		created: boolean;
		name: string;
		pipeline: string;
		pipelineName?: string;
		stage: string;
		stageName?: string;
		moved: boolean;
		url?: string;
	};
	note?: { id: string; created: boolean };
	task?: { id: string; created: boolean };
	owner?: { id: string; name: string; email?: string };
	/** What staff should know although the run went well. */
	warnings: string[];
}

/**
 * Brings one customer into the CRM: one contact, one deal, one note, one task, however often and by however many workers it is run.
 * Every record has a key that follows from the conversation; every creation is recorded in the store and looks before it writes. A
 * run that broke off is completed by the next. Throws {@link CrmError}.
 */
export async function upsert(
	port: CrmPort,
	environment: StepEnvironment,
	input: UpsertInput,
): Promise<UpsertResult> {
	const run = new Run(port, environment, input);
	return run.all();
}

class Run {
	private readonly warnings: string[] = [];
	private readonly title: string;

	constructor(
		private readonly port: CrmPort,
		private readonly environment: StepEnvironment,
		private readonly input: UpsertInput,
	) {
		this.title = CRM_TITLES[port.crm];
	}

	async all(): Promise<UpsertResult> {
		const { input } = this;
		const owner = await this.owner();
		const contact = await this.contact(owner?.id);
		const deal = input.deal && (await this.deal(input.deal, contact.id, owner?.id));
		const place = { contactId: contact.id, ...(deal ? { dealId: deal.id } : {}) };
		const note = input.note && (await this.note(input.note, place));
		const task = input.task && (await this.task(input.task, place, owner?.id));
		return {
			crm: this.port.crm,
			contact,
			...(deal ? { deal } : {}),
			...(note ? { note } : {}),
			...(task ? { task } : {}),
			...(owner ? { owner } : {}),
			warnings: this.warnings,
		};
	}

	private async owner(): Promise<CrmOwner | undefined> {
		const wanted = this.input.owner;
		if (!wanted?.email && !wanted?.id) return undefined;
		const owner = await this.port.findOwner(wanted);
		if (!owner) {
			this.warnings.push(
				`${this.title} has no user ${wanted.id ?? wanted.email}, so no owner was set`,
			);
		}
		return owner;
	}

	private async contact(ownerId: string | undefined): Promise<UpsertResult['contact']> {
		const wanted = { ...this.input.contact, ...(ownerId ? { ownerId } : {}) };
		const keys = contactKeys(wanted);
		const key = keys[0];
		if (!key) {
			throw new CrmError(
				'The customer has neither phone number nor other identity, so no contact can be found or created',
				'invalid',
				'Fill in Phone, Email, WhatsApp ID, User ID or External ID.',
			);
		}
		const fields = Object.keys(wanted.properties ?? {});
		const { result, earlier, record } = await this.lasting(
			'contact',
			key,
			async () => {
				const { contact, ...how } = await this.findOrCreateContact(wanted, keys, fields);
				return { id: contact.id, ...how };
			},
			(id) => this.port.readContact(id, fields),
		);
		if (!earlier) this.warnings.push(...result.warnings);
		return this.filled(record, wanted, key, earlier ? 'key' : result.matchedBy);
	}

	private async filled(
		current: CrmContact,
		wanted: CrmContactInput,
		key: string,
		matchedBy: MatchedBy,
	): Promise<UpsertResult['contact']> {
		const changes = contactChanges(current, wanted, this.input.overwrite ?? false);
		const mark = current.key ? undefined : key;
		if (changes || mark) await this.port.updateContact(current.id, changes ?? {}, mark);
		return {
			id: current.id,
			created: matchedBy === 'created',
			matchedBy,
			updated: matchedBy === 'created' ? [] : namesOf(changes),
			...(current.url ? { url: current.url } : {}),
		};
	}

	private async findOrCreateContact(
		wanted: CrmContactInput,
		keys: string[],
		fields: string[],
	): Promise<{ contact: CrmContact; matchedBy: MatchedBy; warnings: string[] }> {
		const byKey = async () => {
			for (const key of keys) {
				const found = await this.port.findContactByKey(key, fields);
				if (found) return found;
			}
			return undefined;
		};
		const known = await byKey();
		if (known) return { contact: known, matchedBy: 'key', warnings: [] };
		const match = matchContact(wanted, await this.port.findContacts(wanted, fields));
		if (match) {
			const { contact, matchedBy, others } = match;
			const warnings =
				others.length > 0
					? [
							`${others.length + 1} contacts in ${this.title} fit this customer; ${contact.id} was used (matched by ${matchedBy}, the oldest). Others: ${others.map(({ id }) => id).join(', ')}`,
						]
					: [];
			return { contact, matchedBy, warnings };
		}
		try {
			const { record, created } = await createOnce(this.environment.sleep, byKey, () =>
				this.port.createContact(wanted, keys[0]!),
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

	private async deal(
		asked: CrmDealInput,
		contactId: string,
		ownerId: string | undefined,
	): Promise<NonNullable<UpsertResult['deal']>> {
		const pipelines = await this.port.listPipelines();
		const resolved = resolveStage(pipelines, asked);
		if ('missing' in resolved) {
			throw new CrmError(
				`${resolved.missing} in ${this.title}`,
				'invalid',
				'Choose pipeline and stage from the lists in the node.',
			);
		}
		const { target } = resolved;
		const wanted: CrmDealInput = {
			...asked,
			pipelineId: target.pipeline.id,
			stageId: target.stage.id,
			...(ownerId ? { ownerId } : {}),
		};
		const fields = Object.keys(wanted.properties ?? {});
		const find = () => this.port.findDealByKey(wanted.key, contactId, fields);
		const create = async () => {
			const known = await find();
			if (known) return { id: known.id, created: false };
			const open = this.input.useOpenDeal
				? (await this.port.openDeals(contactId)).find(
						({ pipelineId }) => pipelineId === target.pipeline.id,
					)
				: undefined;
			if (open) return { id: open.id, created: false };
			const { record, created } = await createOnce(this.environment.sleep, find, () =>
				this.port.createDeal(wanted, contactId),
			);
			return { id: record.id, created };
		};
		const {
			result,
			earlier,
			record: current,
		} = await this.lasting('deal', wanted.key, create, (id) => this.port.readDeal(id, fields));
		const created = result.created && !earlier;
		const move = stageMove(current, target, pipelines, this.input.allowBackwards ?? false);
		if (!move.move && move.warning) this.warnings.push(move.warning);
		const changes: Partial<CrmDealInput> = {
			...dealChanges(current, wanted, this.input.overwrite ?? false),
			...(move.move ? { pipelineId: target.pipeline.id, stageId: target.stage.id } : {}),
			...(current.key ? {} : { key: wanted.key }),
		};
		if (Object.keys(changes).length > 0) await this.port.updateDeal(current.id, changes);
		return {
			...shownDeal(
				current,
				move.move ? target.stage.id : current.stageId,
				pipelines,
				move.move ? target.pipeline.id : current.pipelineId,
			),
			created,
			moved: move.move && !created,
		};
	}

	private async note(note: NonNullable<UpsertInput['note']>, place: CrmPlace) {
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

	private async task(
		task: NonNullable<UpsertInput['task']>,
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
			name = `${key} instead of ${result.id}`;
		}
		throw new CrmError(
			`${this.title} loses the ${what} again and again`,
			'not_found',
			`The ${what} is deleted or merged whenever it has been made. Look for an automation in ${this.title} that does so.`,
		);
	}

	private step<T>(what: string, key: string, work: () => Promise<T>) {
		return onceOnly(
			this.environment,
			`crm:${this.port.crm}:${this.input.account}:${what}:${key}`,
			`this ${what} to ${this.title}`,
			work,
		);
	}
}

/** So often one record is made anew after it was deleted; each time is a deletion by staff. */
const MOST_REPLACEMENTS = 20;

function shownDeal(
	deal: CrmDeal,
	stageId: string,
	pipelines: readonly CrmPipeline[],
	pipelineId: string,
) {
	const pipeline = pipelines.find(({ id }) => id === pipelineId);
	const stage = pipeline?.stages.find(({ id }) => id === stageId);
	return {
		id: deal.id,
		name: deal.name,
		pipeline: pipelineId,
		...(pipeline ? { pipelineName: pipeline.name } : {}),
		stage: stageId,
		...(stage ? { stageName: stage.name } : {}),
		...(deal.url ? { url: deal.url } : {}),
	};
}

function namesOf(changes: CrmContactInput | undefined): string[] {
	if (!changes) return [];
	const { properties, ...rest } = changes;
	return [...Object.keys(rest), ...Object.keys(properties ?? {})];
}
