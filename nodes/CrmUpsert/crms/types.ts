import type { IExecuteFunctions, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import type { CrmName, CrmPort, CrmRecordKind } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';

/** A way to sign in: n8n's own credential types, since staff have those connected already. */
export interface Authentication {
	name: string;
	value: string;
	/** Name of n8n's credential type. */
	credential: string;
}

/** What is chosen in the node, as an adapter is opened with it. */
export interface Opening {
	/** Sends with the chosen credential. */
	send: HttpSend;
	/** Tells this account from others that share store and limits. */
	account: string;
	recordKind: CrmRecordKind;
	/** Another address of the API; undefined for the vendor's own. */
	baseUrl: string | undefined;
	/** Calls of items that run side by side are gathered for so long into batch calls; 0: each goes by itself. */
	gatherMs: number;
	/** The workflow's time zone, for what a CRM keeps as a day. */
	timeZone: string;
	/** Name of the credential type that is chosen. */
	credential: string;
}

/** A CRM as the node offers it. */
export interface CrmChoice {
	crm: CrmName;
	/** Name of the node's parameter for the way to sign in: one for each CRM, so that none keeps another's choice. */
	parameter: string;
	/** The first is the default. */
	authentications: Authentication[];
	/** What a conversation can become there; one of them is `deal`. */
	kinds: INodePropertyOptions[];
	/** Loads the adapter, and so the vendor's SDK, on first use: n8n starts no slower for it. */
	open(opening: Opening, context: IExecuteFunctions | ILoadOptionsFunctions): Promise<CrmPort>;
}
