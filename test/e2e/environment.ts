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
	intakeId: string;
	intakeUrl: string;
	inboxId: string;
	inboxUrl: string;
	watchdogId: string;
	inboxSecret: string;
	appSecret: string;
	verifyToken: string;
	phoneNumberId: string;
	/** n8n's user folder. */
	folder: string;
}

export const ENVIRONMENT_VARIABLE = 'HANDOFF_E2E';

/** Of the stand-ins that the CRM suite signs in to. */
export const PIPEDRIVE_TOKEN = 'local-pipedrive-token';
export const SALESFORCE_USER = 'integration@shop.example';
