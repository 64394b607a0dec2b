import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmField,
	CrmFieldDefinition,
	CrmObject,
	CrmOrder,
	CrmPort,
	CrmRecordKind,
} from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';

/** A CRM in memory whose keys are unique and whose search finds every contact, as a port's contract asks. */
export class MemoryCrm implements CrmPort {
	readonly crm = 'hubspot';
	readonly contacts: CrmContact[] = [];
	readonly deals: CrmDeal[] = [];
	readonly notes: Array<{ id: string; key: string; html: string }> = [];
	readonly tasks: Array<{
		id: string;
		key: string;
		title: string;
		dueAt: string;
		done?: boolean;
	}> = [];
	readonly orders: CrmOrder[] = [];
	readonly fields: Record<CrmObject, CrmField[]> = { contact: [], deal: [] };
	recordKind: CrmRecordKind = 'deal';
	/** Called before every call; throws to make it fail. */
	before: (call: string) => void = () => undefined;
	/** Called after the work of every call was done; throws to lose the answer. */
	after: (call: string) => void = () => undefined;
	private last = 0;

	findContacts = () => this.call('findContacts', () => structuredClone(this.contacts));
	findContactByKey = (key: string) =>
		this.call('findContactByKey', () => this.contacts.find((one) => one.key === key));
	readContact = (id: string) =>
		this.call('readContact', () => this.contacts.find((one) => one.id === id));
	createContact = (input: CrmContactInput, key: string) =>
		this.call('createContact', () => {
			if (this.contacts.some((one) => one.key === key)) throw conflict();
			const { phone, ...rest } = input;
			const contact: CrmContact = { id: this.id(), phones: phone ? [phone] : [], key, ...rest };
			this.contacts.push(contact);
			return { ...contact };
		});
	updateContact = (id: string, { phone, ...changes }: CrmContactInput, key?: string) =>
		this.call('updateContact', () => {
			const contact = this.contacts.find((one) => one.id === id)!;
			Object.assign(contact, changes, phone ? { phones: [phone] } : {}, key ? { key } : {});
		});
	findDealByKey = (key: string) =>
		this.call('findDealByKey', () => this.deals.find((one) => one.key === key));
	readDeal = (id: string) => this.call('readDeal', () => this.deals.find((one) => one.id === id));
	createDeal = (input: CrmDealInput) =>
		this.call('createDeal', () => {
			if (this.deals.some((one) => one.key === input.key)) throw conflict();
			const deal = { id: this.id(), pipelineId: '', stageId: '', closed: false, ...input };
			this.deals.push(deal);
			return { ...deal };
		});
	updateDeal = (id: string, changes: Partial<CrmDealInput>) =>
		this.call('updateDeal', () => {
			Object.assign(
				this.deals.find((one) => one.id === id)!,
				changes,
			);
		});
	openDeals = () => this.call('openDeals', () => this.deals.filter(({ closed }) => !closed));
	findNoteByKey = (key: string) =>
		this.call('findNoteByKey', () => this.notes.find((one) => one.key === key));
	createNote = ({ key, html }: { key: string; html: string }) =>
		this.call('createNote', () => {
			const note = { id: this.id(), key, html };
			this.notes.push(note);
			return note;
		});
	findTaskByKey = (key: string) =>
		this.call('findTaskByKey', () => this.tasks.find((one) => one.key === key));
	createTask = ({ key, title, dueAt }: { key: string; title: string; dueAt: string }) =>
		this.call('createTask', () => {
			const task = { id: this.id(), key, title, dueAt };
			this.tasks.push(task);
			return task;
		});
	findOwner = ({ email }: { email?: string }) =>
		this.call('findOwner', () =>
			email === 'ana@shop.example' ? { id: '7', name: 'Ana', email } : undefined,
		);
	listOwners = () => this.call('listOwners', () => [{ id: '7', name: 'Ana' }]);
	listPipelines = () =>
		this.call('listPipelines', () => [
			{
				id: 'sales',
				name: 'Sales',
				stages: [
					{ id: 'new', name: 'New', order: 0, closed: false },
					{ id: 'offer', name: 'Offer', order: 1, closed: false },
					{ id: 'won', name: 'Won', order: 2, closed: true },
				],
			},
		]);

	recentOrders = () => this.call('recentOrders', () => this.orders);
	completeTask = (id: string) =>
		this.call('completeTask', () => {
			const task = this.tasks.find((one) => one.id === id);
			if (task) task.done = true;
		});
	listFields = (object: CrmObject) => this.call('listFields', () => [...this.fields[object]]);
	createFields = (object: CrmObject, definitions: CrmFieldDefinition[]) =>
		this.call('createFields', () =>
			definitions.map(({ name, label, type }) => {
				const known = this.fields[object].some((field) => field.name === name);
				if (!known) this.fields[object].push({ name, label, type, readOnly: false });
				return { name, label, created: !known };
			}),
		);

	private id(): string {
		this.last += 1;
		return String(this.last);
	}

	private async call<T>(name: string, work: () => T): Promise<T> {
		await Promise.resolve();
		this.before(name);
		const result = work();
		this.after(name);
		return result;
	}
}

function conflict(): CrmError {
	return new CrmError('There is one with this key', 'conflict', 'Use that one.');
}
