import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { SubscribedApp } from '../../adapters/whatsapp/registration';
import { clearCallback, subscribe, subscribedApps } from '../../adapters/whatsapp/registration';
import type { WhatsAppCredential } from '../../adapters/whatsapp/open';
import { graphFor, whatsAppCredential } from '../../adapters/whatsapp/open';
import { toNodeError } from '../shared/errors';

/** How Meta learns the address: staff enter it in Meta's dashboard, or this node registers it. */
export type SetupMode = 'manual' | 'automatic';

/**
 * Whether there is nothing to do at Meta. In manual setup nothing there is looked at or touched. A test listen has an address of its
 * own, and leaves alone what the published workflow has registered.
 */
export async function isRegistered(context: IHookFunctions): Promise<boolean> {
	if (context.getNodeParameter('setup', 'manual') !== 'automatic') return true;
	const { uri, apps } = await look(context);
	return apps.some((app) => app.overrideCallbackUri === uri);
}

/** Registers the address, unless somebody else's stands there. */
export async function register(context: IHookFunctions): Promise<boolean> {
	const { credential, uri, apps } = await look(context);
	const foreign = apps.find(
		(app) =>
			isSameApp(app, credential) && app.overrideCallbackUri && app.overrideCallbackUri !== uri,
	)?.overrideCallbackUri;
	if (foreign && isTest(context)) {
		throw new NodeOperationError(
			context.getNode(),
			'Meta delivers to another address, so nothing would arrive while listening',
			{
				description: `The address registered for this business account is ${foreign}. It stays, so that production is not cut off. To try the workflow, publish it and write to the number, or pin a sample item.`,
			},
		);
	}
	if (foreign && context.getNodeParameter('replaceCallback', false) !== true) {
		throw new NodeOperationError(
			context.getNode(),
			'Another webhook address is registered for this business account',
			{
				description: `Meta delivers to ${foreign} now. If that is no longer in use, switch on "Replace Another Address" in this node and publish again.`,
			},
		);
	}
	if (!credential.verifyToken) {
		throw new NodeOperationError(context.getNode(), 'The credential has no verify token', {
			description: 'Enter any words of your own as the verify token of the WhatsApp credential.',
		});
	}
	try {
		await subscribe(graphFor(context, credential), credential.businessAccountId, {
			uri,
			verifyToken: credential.verifyToken,
		});
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
	return true;
}

/** Takes back the address that this node registered, and no other. The app stays subscribed. */
export async function unregister(context: IHookFunctions): Promise<boolean> {
	if (context.getNodeParameter('setup', 'manual') !== 'automatic') return true;
	const { credential, uri, apps } = await look(context);
	if (!apps.some((app) => app.overrideCallbackUri === uri)) return true;
	try {
		await clearCallback(graphFor(context, credential), credential.businessAccountId);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
	return true;
}

async function look(
	context: IHookFunctions,
): Promise<{ credential: WhatsAppCredential; uri: string; apps: SubscribedApp[] }> {
	const credential = await whatsAppCredential(context);
	const uri = context.getNodeWebhookUrl('default');
	if (!credential.businessAccountId || !uri) {
		throw new NodeOperationError(context.getNode(), 'The business account is not known', {
			description: 'Enter the business account ID in the WhatsApp credential.',
		});
	}
	try {
		const apps = await subscribedApps(graphFor(context, credential), credential.businessAccountId);
		return { credential, uri, apps };
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** Addresses belong to apps; one of another app does not stand in our way. */
function isSameApp(app: SubscribedApp, credential: WhatsAppCredential): boolean {
	return !credential.appId || !app.id || app.id === credential.appId;
}

function isTest(context: IHookFunctions): boolean {
	return context.getActivationMode() === 'manual' || context.getMode() === 'manual';
}
