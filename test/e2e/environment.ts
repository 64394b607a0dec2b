/** What the tests need to know of the one n8n that serves them all. */
export interface Environment {
	n8nUrl: string;
	/** Process that n8n runs in. */
	n8nPid: number;
	graphUrl: string;
	hubspotUrl: string;
	pipedriveUrl: string;
	salesforceUrl: string;
	/** With which the integration user of Salesforce signs in. */
	salesforceKey: string;
	/** The forward proxy that n8n is told to use for {@link BEHIND_PROXY}. */
	proxyUrl: string;
	intakeId: string;
	intakeUrl: string;
	inboxId: string;
	inboxUrl: string;
	watchdogId: string;
	inboxSecret: string;
	appSecret: string;
	verifyToken: string;
	phoneNumberId: string;
	/** Of WhatsApp. */
	accessToken: string;
	/** n8n's user folder. */
	folder: string;
}

export const ENVIRONMENT_VARIABLE = 'HANDOFF_E2E';

/** Addresses at which only the proxy reaches somebody: nobody listens there. */
export const BEHIND_PROXY = {
	graph: '127.0.0.2',
	hubspot: '127.0.0.3',
	pipedrive: '127.0.0.4',
	salesforce: '127.0.0.5',
};
/** A host that the administrator's outbound policy forbids. */
export const FORBIDDEN = 'forbidden.test';

/** Of the stand-ins that the CRM suite signs in to. */
export const PIPEDRIVE_TOKEN = 'local-pipedrive-token';
export const SALESFORCE_USER = 'integration@shop.example';
