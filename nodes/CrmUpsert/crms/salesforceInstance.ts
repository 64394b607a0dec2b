import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { HttpSend } from '../../../core/ports/http';

/** What n8n's two credential types of Salesforce hold of the org's address. */
interface SalesforceCredential {
	/** OAuth2: what Salesforce answered when the account was connected. */
	oauthTokenData?: { instance_url?: string };
	/** JWT: kept from the latest sign-in; empty before the first. */
	instanceUrl?: string;
	myDomainUrl?: string;
}

/**
 * The org's own address, which all calls go to. Salesforce tells it with each sign-in. With JWT there may have been none yet: one
 * small call makes n8n sign in and keep the answer with the credential.
 */
export async function salesforceInstance(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	credential: string,
	send: HttpSend,
): Promise<string> {
	const read = async () =>
		addressIn(await context.getCredentials<SalesforceCredential>(credential));
	const known = await read();
	if (known) return known;
	if (credential === 'salesforceJwtApi') {
		// Without a host: n8n's credential puts the org's address before it.
		await send({ method: 'GET', url: '/services/data/' });
		const signedIn = await read();
		if (signedIn) return signedIn;
	}
	throw new NodeOperationError(
		context.getNode(),
		'The Salesforce credential does not say which org it belongs to',
		{ description: 'Connect the credential again, or fill in its My Domain URL.' },
	);
}

function addressIn(credential: SalesforceCredential): string | undefined {
	const { oauthTokenData, instanceUrl, myDomainUrl } = credential;
	const address = oauthTokenData?.instance_url || instanceUrl || myDomainUrl;
	return address?.replace(/\/+$/, '') || undefined;
}
