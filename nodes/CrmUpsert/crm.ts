import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import { HubspotCrm } from '../../adapters/crm/hubspot/hubspot';
import { n8nHttp } from '../../adapters/http/n8n';
import type { CrmPort } from '../../core/ports/crm';

/** The account that the node is connected to, and the id by which it is told from others. */
export function openCrm(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	baseUrl: string | undefined,
): { crm: CrmPort; account: string } {
	const type =
		context.getNodeParameter('authentication', 0) === 'oAuth2'
			? 'hubspotOAuth2Api'
			: 'hubspotAppToken';
	const account = context.getNode().credentials?.[type]?.id ?? 'hubspot';
	const send = n8nHttp(context as IExecuteFunctions, type);
	return {
		crm: new HubspotCrm({ send, account, ...(baseUrl ? { baseUrl } : {}) }),
		account,
	};
}
