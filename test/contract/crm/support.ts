import type { UpsertInput } from '../../../core/crm';
import type { CrmPort, CrmRecordKind } from '../../../core/ports/crm';
import type { HttpRequest, HttpSend } from '../../../core/ports/http';
import type { Fault } from '../../../sandbox/faults';

/** One account of a CRM, at a stand-in. */
export interface Account {
	/** A connection to it, as a worker has one; for deals unless it says otherwise. */
	open(send?: HttpSend, recordKind?: CrmRecordKind): CrmPort;
	/** The other kinds of record that this CRM keeps cases as. */
	otherKinds?: CrmRecordKind[];
	/** What a note is kept as; HTML if left out. */
	notes?: 'text';
	/** Whether a lead is the person, rather than a record beside the contact. */
	leads?: 'people';
	/** What staff do in the CRM itself. */
	staff: {
		deleteContact(id: string): void;
		/** The second goes into the first. */
		mergeContacts(keptId: string, id: string): void;
		/** Gives its id. */
		addCompany(name: string, domain: string): string;
		/** Companies that a contact or a deal is linked with. */
		companiesOf(object: 'contact' | 'deal', id: string): string[];
	};
	/** How the CRM says that the credential may not do it, and what must be in our message then. */
	forbidden: { body: unknown; said: string };
	send: HttpSend;
	/** Where the stand-in is. */
	url?: string;
	fail(fault: Fault): void;
	/** Empties the account. */
	reset(): Promise<void>;
	/** Lets search find what has been written so far. */
	state(): AccountState;
	violations: string[];
	close(): Promise<void>;
}

export interface AccountState {
	contacts: Array<{ id: string; phone?: string; email?: string; firstName?: string }>;
	deals: Array<{ id: string; stageId?: string; contactIds: string[]; ownerId?: string }>;
	notes: Array<{ id: string; body: string; contactIds: string[]; dealIds: string[] }>;
	tasks: Array<{ id: string; contactIds: string[]; dealIds: string[]; done?: boolean }>;
}

/** Longer than any answer of a stand-in on a busy machine takes. */
const ANSWER_MS = 20_000;

/** Sends by fetch with a token, as n8n would with a credential. */
export function sender(headers: () => Record<string, string>): HttpSend {
	return async (request: HttpRequest) => {
		const response = await fetch(request.url, {
			method: request.method,
			headers: { ...request.headers, ...headers() },
			...(request.body === undefined ? {} : { body: request.body as string }),
			signal: AbortSignal.timeout(request.timeoutMs ?? ANSWER_MS),
		});
		return {
			status: response.status,
			headers: Object.fromEntries(response.headers.entries()),
			body: new Uint8Array(await response.arrayBuffer()),
		};
	};
}

/** No limit that a test could reach. */
export const FAST = { calls: 1_000_000, perMs: 1 };

/** Waits are skipped, time goes on. */
export const HURRY = {
	sleep: () => new Promise((resolve) => setImmediate(resolve)),
	now: Date.now,
	random: () => 0.5,
};

/** Everything that a handoff brings into a CRM. */
export function aHandoff(conversationId = 'c1', changes: Partial<UpsertInput> = {}): UpsertInput {
	return {
		account: 'test',
		contact: {
			phone: '+16505551234',
			waId: '16505551234',
			email: 'robin@customer.example',
			firstName: 'Robin',
			lastName: 'Sample',
		},
		owner: { email: 'agent.one@shop.example' },
		deal: { key: `${conversationId}:e1`, name: 'Robin Sample – WhatsApp', amount: 250 },
		note: { key: `${conversationId}:h1:note`, html: '<p>Asked for a person</p>' },
		task: {
			key: `${conversationId}:h1:task`,
			title: 'Answer Robin Sample on WhatsApp',
			dueAt: '2026-11-02T10:15:00.000Z',
		},
		...changes,
	};
}
