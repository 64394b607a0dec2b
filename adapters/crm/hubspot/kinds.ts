import type { CrmRecordKind } from '../../../core/ports/crm';

/** HubSpot's types of associations between its own objects. */
export const ASSOCIATION = {
	dealToContact: 3,
	ticketToContact: 16,
	noteToContact: 202,
	noteToDeal: 214,
	noteToTicket: 228,
	taskToContact: 204,
	taskToDeal: 216,
	taskToTicket: 230,
} as const;

/** How HubSpot names the parts of a case. */
export interface Kind {
	/** Type of the records in the API. */
	objects: 'deals' | 'tickets';
	/** As messages call one. */
	title: 'deal' | 'ticket';
	/** Type of the object in the addresses of HubSpot's pages. */
	pageType: '0-3' | '0-5';
	group: string;
	toContact: number;
	fromNote: number;
	fromTask: number;
	properties: {
		name: string;
		pipeline: string;
		stage: string;
		/** A ticket has neither amount nor expected close. */
		amount?: string;
		currency?: string;
		closeDate?: string;
	};
}

const DEAL: Kind = {
	objects: 'deals',
	title: 'deal',
	pageType: '0-3',
	group: 'dealinformation',
	toContact: ASSOCIATION.dealToContact,
	fromNote: ASSOCIATION.noteToDeal,
	fromTask: ASSOCIATION.taskToDeal,
	properties: {
		name: 'dealname',
		pipeline: 'pipeline',
		stage: 'dealstage',
		amount: 'amount',
		currency: 'deal_currency_code',
		closeDate: 'closedate',
	},
};

const TICKET: Kind = {
	objects: 'tickets',
	title: 'ticket',
	pageType: '0-5',
	group: 'ticketinformation',
	toContact: ASSOCIATION.ticketToContact,
	fromNote: ASSOCIATION.noteToTicket,
	fromTask: ASSOCIATION.taskToTicket,
	properties: { name: 'subject', pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' },
};

/** HubSpot keeps leads only in some editions, behind a contact; a case is a deal or a ticket there. */
export const KINDS: Partial<Record<CrmRecordKind, Kind>> = { deal: DEAL, ticket: TICKET };
export const DEALS = DEAL;
