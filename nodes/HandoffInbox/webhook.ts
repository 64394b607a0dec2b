import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { handleAction } from './actions';
import { receiveChatwoot } from './chatwoot';
import { isChatwoot } from './isChatwoot';
import { servePage } from './pages';
import { sendText } from './respond';

/** Answers whatever comes in at the node's address: what agents see and do on its page, or what Chatwoot tells. */
export async function answer(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const isSetup = context.getWebhookName() === 'setup';
	if (isChatwoot(context)) {
		return isSetup
			? sendText(context, 200, 'Enter this address in Chatwoot as the address of a webhook.')
			: receiveChatwoot(context);
	}
	return isSetup ? servePage(context) : handleAction(context);
}
