import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { readNumber } from '../../adapters/whatsapp/diagnosis';
import type { SubscribedApp } from '../../adapters/whatsapp/registration';
import { clearCallback, subscribe, subscribedApps } from '../../adapters/whatsapp/registration';
import type { WhatsAppCredential } from '../../adapters/whatsapp/open';
import { graphFor, hasOwnKey, whatsAppCredential } from '../../adapters/whatsapp/open';
import { TOKEN_HEADER } from '../../adapters/whatsapp/signature';
import type { TriggerAddress } from '../../core/conversation/intakeLog';
import { isoTime } from '../../core/time';
import { diagnosisOf } from '../shared/diagnosis';
import { toNodeError } from '../shared/errors';
import { storeFor } from '../shared/store';

/** How Meta learns the address: staff enter it in Meta's dashboard, or this node registers it. */
export type SetupMode = 'manual' | 'automatic';

/** The address that stands at Meta for our number, if it is not ours. */
interface Foreign {
	uri: string;
	/** Set for the business account, which we would replace, or for the app, which we would cut off for this account. */
	level: 'business account' | 'app';
}

/**
 * Whether there is nothing to do at Meta. In manual setup nothing there is touched. A test listen has an address of its own, and leaves
 * alone what the published workflow has registered; before it starts, the way from Meta to it is checked, since waiting for what cannot
 * come is the commonest complaint there is.
 */
export async function isRegistered(context: IHookFunctions): Promise<boolean> {
	await noteAddress(context);
	if (context.getNodeParameter('setup', 'manual') !== 'automatic') {
		if (isTest(context)) await checkBeforeListening(context);
		return true;
	}
	let found: Awaited<ReturnType<typeof look>>;
	try {
		found = await look(context);
	} catch (error) {
		if (!isRestart(context)) throw toNodeError(context.getNode(), error);
		// It was registered when the workflow was published. Messages come whether or not Meta answers questions at this moment.
		context.logger.warn('WhatsApp Trigger could not ask Meta for its address at n8n’s start', {
			reason: error instanceof Error ? error.message : String(error),
			node: context.getNode().name,
		});
		return true;
	}
	return found.apps.some((app) => app.overrideCallbackUri === found.uri);
}

/** n8n takes published workflows up again: it has started, or this process leads now. */
function isRestart(context: IHookFunctions): boolean {
	return ['init', 'leadershipChange'].includes(context.getActivationMode());
}

/** Registers the address, unless somebody else's stands there. */
export async function register(context: IHookFunctions): Promise<boolean> {
	const { credential, uri, apps } = await look(context);
	const foreign = await foreignAddress(context, credential, uri, apps);
	if (foreign && isTest(context)) {
		throw new NodeOperationError(
			context.getNode(),
			'Meta delivers to another address, so nothing would arrive while listening',
			{
				description: `The address registered for this ${foreign.level} is ${foreign.uri}. It stays, so that production is not cut off. To try the workflow, publish it and write to the number, or pin a sample item.`,
			},
		);
	}
	if (foreign && !mayReplace(context)) {
		// n8n publishes in the background, and shows of a failure there the message alone.
		throw new NodeOperationError(
			context.getNode(),
			`Another webhook address is registered for this ${foreign.level}: ${foreign.uri}`,
			{
				description: `Meta delivers there now. If that is no longer in use for this business account, switch on "Replace Another Address" in this node and publish again.`,
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
	await forgetAddress(context);
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

/**
 * Whose deliveries would end if our address were set for the business account. The app's own address serves the account until then, so it
 * counts too; it is only told with the phone number, and a provider that does not tell it has none. Throws where that cannot be asked, since
 * an address that is not known would be cut off without a word.
 */
async function foreignAddress(
	context: IHookFunctions,
	credential: WhatsAppCredential,
	uri: string,
	apps: SubscribedApp[],
): Promise<Foreign | undefined> {
	const own = apps.filter((app) => isSameApp(app, credential));
	const account = own.find(({ overrideCallbackUri }) => overrideCallbackUri)?.overrideCallbackUri;
	if (account) {
		// A test listen that n8n did not end, as when it was stopped meanwhile, must not keep the workflow from being published.
		const ours = account === uri || (!isTest(context) && isOfSameNode(account, uri));
		return ours ? undefined : { uri: account, level: 'business account' };
	}
	// An app that is not subscribed delivers nothing of this account to anybody.
	if (own.length === 0) return undefined;
	const graph = graphFor(context, credential);
	try {
		const { application } = (await readNumber(graph, credential.phoneNumberId)).callbacks;
		return application && application !== uri ? { uri: application, level: 'app' } : undefined;
	} catch (error) {
		if (!isTest(context) && mayReplace(context)) return undefined;
		throw toNodeError(context.getNode(), error);
	}
}

function mayReplace(context: IHookFunctions): boolean {
	return context.getNodeParameter('replaceCallback', false) === true;
}

/** Refuses to listen where nothing can come, with the broken link and what to do about it. */
async function checkBeforeListening(context: IHookFunctions): Promise<void> {
	const { checkBeforeListening: wanted } = context.getNodeParameter('options', {}) as {
		checkBeforeListening?: boolean;
	};
	if (wanted === false) return;
	const uri = context.getNodeWebhookUrl('default') ?? '';
	const credential = await whatsAppCredential(context);
	const diagnosis = await diagnosisOf(context, credential, {
		listening: [{ uri, workflow: 'this test', phoneNumberIds: [], at: '' }],
		log: undefined,
	});
	if (diagnosis.ok) return;
	const advice =
		diagnosis.broken === 'address'
			? 'While you build, publish the workflow and write to the number: every message then shows in the executions list, and can be pinned. Meta delivers to one address, and the test address is none to leave there.'
			: (diagnosis.mend ?? '');
	throw new NodeOperationError(
		context.getNode(),
		`Nothing would arrive while listening: ${diagnosis.summary}`,
		{
			description: `${advice} To listen all the same, for calls that you make yourself, switch off "Check Before Listening" in the options.`,
		},
	);
}

/** Notes where this trigger listens, for the diagnosis. A help only: publishing does not depend on it. */
async function noteAddress(context: IHookFunctions): Promise<void> {
	const uri = context.getNodeWebhookUrl('default');
	if (isTest(context) || !uri) return;
	const address: TriggerAddress = {
		uri,
		workflow: context.getWorkflow().name ?? '',
		phoneNumberIds: context.getNodeParameter('phoneNumberIds', []) as string[],
		at: isoTime(systemClock.now()),
	};
	await changeAddresses(context, (known) => ({ ...known, [keyOf(context)]: address }));
}

async function forgetAddress(context: IHookFunctions): Promise<void> {
	if (isTest(context)) return;
	await changeAddresses(context, (known) =>
		Object.fromEntries(Object.entries(known).filter(([key]) => key !== keyOf(context))),
	);
}

async function changeAddresses(
	context: IHookFunctions,
	change: (known: Record<string, TriggerAddress>) => Record<string, TriggerAddress>,
): Promise<void> {
	try {
		const store = await storeFor(context);
		await store.updateSetting('intake.triggers', (known) => change(known ?? {}));
	} catch (error) {
		context.logger.warn('WhatsApp Trigger could not note its address for the diagnosis', {
			reason: error instanceof Error ? error.message : String(error),
			node: context.getNode().name,
		});
	}
}

function keyOf(context: IHookFunctions): string {
	return `${context.getWorkflow().id}:${context.getNode().name}`;
}

async function look(
	context: IHookFunctions,
): Promise<{ credential: WhatsAppCredential; uri: string; apps: SubscribedApp[] }> {
	const credential = await whatsAppCredential(context);
	const uri = context.getNodeWebhookUrl('default');
	if (hasOwnKey(credential)) {
		throw new NodeOperationError(
			context.getNode(),
			'A provider in front of Meta has a webhook of its own: enter the address in its settings',
			{
				description: `Set Webhook Setup to "I Enter the Address in Meta’s Dashboard", and enter ${uri ?? 'the production address'} in the provider’s settings, with the header ${TOKEN_HEADER} and the verify token of the credential.`,
			},
		);
	}
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

/** Whether two addresses are a node's for tests and for production: they differ before the webhook's id only, which is the node's own. */
function isOfSameNode(one: string, other: string): boolean {
	const [a, b] = [one, other].map((address) => {
		if (!URL.canParse(address)) return undefined;
		const { host, pathname } = new URL(address);
		return [host, ...pathname.split('/').slice(-2)].join('/');
	});
	return a !== undefined && a === b;
}

/** Addresses belong to apps; one of another app does not stand in our way. */
function isSameApp(app: SubscribedApp, credential: WhatsAppCredential): boolean {
	return !credential.appId || !app.id || app.id === credential.appId;
}

function isTest(context: IHookFunctions): boolean {
	return context.getActivationMode() === 'manual' || context.getMode() === 'manual';
}
