import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { KEPT, pageFile, pageWith } from '../../adapters/inbox/assets';
import { claimByLink } from './actions';
import { firstOf, serveData } from './data';
import { send, sendText } from './respond';
import { signIn, signedIn, withinLimits } from './session';

/** GET: the page, its files, its data, and sign-in by link. */
export async function servePage(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const query = context.getQueryData() as Record<string, string | undefined>;
	if (query.data !== undefined) return serveData(context, query);
	if (!withinLimits(context)) return sendText(context, 429, 'Too many requests. Wait a minute.');
	if (query.link !== undefined) {
		return signIn(context, query.link, (user, id) => claimByLink(context, user, id));
	}

	if (query.asset === undefined) {
		const user = await signedIn(context);
		if (!user) {
			return sendText(
				context,
				401,
				'You are not signed in. Open the sign-in link from your notification, or ask whoever runs the workflow for a new one.',
			);
		}
		const page = pageWith(await firstOf(context, user));
		return send(context, 200, page.type, page.body);
	}
	const file = pageFile(query.asset);
	if (!file) return sendText(context, 404, 'There is no such file.');
	return send(context, 200, file.type, file.body, file.isOf(query.v) ? KEPT : {});
}
