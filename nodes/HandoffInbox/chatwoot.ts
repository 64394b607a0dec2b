import type {
	BinaryHelperFunctions,
	IAllExecuteFunctions,
	IBinaryKeyData,
	IHookFunctions,
	INode,
	ITriggerFunctions,
	IWebhookFunctions,
	IWebhookResponseData,
	Logger,
} from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { startLoop } from '../../adapters/clock/loop';
import type { Loop } from '../../adapters/clock/loop';
import { systemClock } from '../../adapters/clock/system';
import { systemTimers } from '../../adapters/clock/timers';
import { n8nHttp } from '../../adapters/http/n8n';
import { fetchAttachment } from '../../adapters/inbox/chatwoot/attachments';
import type { ChatwootChange } from '../../adapters/inbox/chatwoot/changes';
import { takeChanges } from '../../adapters/inbox/chatwoot/changes';
import { ChatwootInbox } from '../../adapters/inbox/chatwoot/chatwoot';
import { ChatwootError } from '../../adapters/inbox/chatwoot/errors';
import type { ChatwootEvent } from '../../adapters/inbox/chatwoot/events';
import { readEvent } from '../../adapters/inbox/chatwoot/events';
import { activeSince } from '../../adapters/inbox/chatwoot/missed';
import type { ChatwootCredential } from '../../adapters/inbox/chatwoot/open';
import { CHATWOOT_CREDENTIAL, openChatwoot } from '../../adapters/inbox/chatwoot/open';
import type { ChatwootRefusal } from '../../adapters/inbox/chatwoot/signature';
import { checkSignature, REFUSALS, secretsOf } from '../../adapters/inbox/chatwoot/signature';
import {
	registerWebhook,
	removeWebhook,
	webhookSecret,
} from '../../adapters/inbox/chatwoot/webhook';
import type { KnownAgent } from '../../core/inbox/directory';
import { ROSTER, SIGNED_IN, withAgent } from '../../core/inbox/directory';
import { performElsewhere } from '../../core/inbox/elsewhere';
import type { HandoffStore } from '../../core/ports/store';
import { DEFAULT_POLICIES } from '../../core/sla';
import type { SlaPolicy } from '../../core/sla/policy';
import { isoTime } from '../../core/time';
import { toNodeError } from '../shared/errors';
import { recentCredentials } from '../shared/recentCredentials';
import { storeFor } from '../shared/store';
import type { Told } from './outputs';
import { FILE, outputsOf } from './outputs';
import { DONE, sendText } from './respond';

/** Chatwoot waits five seconds; what takes longer goes on after the answer. */
const ANSWER_WITHIN_MS = 4_000;
const CALL_TIMEOUT_MS = 15_000;
/** How often events are looked for that did not arrive. */
const LOOK_EVERY_MS = 60_000;

const NAME = 'Chatwoot';
/** Who acts where Chatwoot does by itself. */
const AUTOMATION = { id: 'chatwoot', name: NAME };

interface Context {
	helpers: IAllExecuteFunctions['helpers'] & Pick<BinaryHelperFunctions, 'prepareBinaryData'>;
	logger: Logger;
	getNode(): INode;
	getWorkflow(): { id?: string };
	getCredentials<T extends object>(type: string): Promise<T>;
	getNodeParameter(name: string, fallback?: unknown): unknown;
}

interface IncomingRequest {
	body?: unknown;
	rawBody?: Buffer;
	headers: Record<string, string | undefined>;
	readRawBody?: () => Promise<void>;
}

/** POST: something has happened in Chatwoot. Answered when it is in the store, so that a failure is seen on Chatwoot's side. */
export async function receiveChatwoot(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const credential = await recentCredentials<ChatwootCredential>(context, CHATWOOT_CREDENTIAL);
	const request = context.getRequestObject() as unknown as IncomingRequest;
	if (!request.rawBody) await request.readRawBody?.();
	if (context.getNodeParameter('verifySignature', true) !== false) {
		const refusal = await refusalOf(context, credential, request);
		if (refusal) {
			context.logger.warn(`Handoff Inbox refused a call of Chatwoot: ${REFUSALS[refusal]}`, {
				node: context.getNode().name,
			});
			return sendText(context, 401, 'Refused');
		}
	}
	const event = readEvent(bodyOf(request), Number(credential.accountId));
	if (!event) return sendText(context, 200, 'Nothing to do');
	const delivery = request.headers['x-chatwoot-delivery'];
	return answerInTime(context, credential, { ...event, ...(delivery ? { delivery } : {}) });
}

/** Why a call is refused, if it is: by the secrets of the credential, then by that of the webhook that the node has made. */
async function refusalOf(
	context: IWebhookFunctions,
	credential: ChatwootCredential,
	{ rawBody, headers }: IncomingRequest,
): Promise<ChatwootRefusal | undefined> {
	const now = systemClock.now().getTime();
	const secrets = secretsOf(credential.webhookSecrets);
	let refusal = checkSignature(rawBody, headers, secrets, now);
	const url = registersWebhook(context) && context.getNodeWebhookUrl('default');
	if (!url) return refusal;
	for (const anew of [false, true]) {
		if (refusal !== 'no_secret' && refusal !== 'mismatch') return refusal;
		const api = openChatwoot(context as unknown as Context, credential, ANSWER_WITHIN_MS);
		const own = await webhookSecret(api, url, now, anew).catch((error: unknown) => {
			context.logger.warn('Handoff Inbox could not ask Chatwoot for the secret of its webhook', {
				reason: (error as Error).message,
			});
			return undefined;
		});
		if (own) refusal = checkSignature(rawBody, headers, [own], now);
	}
	return refusal;
}

/** Whether the node makes the webhook in Chatwoot itself. */
function registersWebhook(context: Pick<Context, 'getNodeParameter'>): boolean {
	return context.getNodeParameter('registerWebhook', true) !== false;
}

/** While the workflow is published, or listens for a test: Chatwoot tells this node. */
export async function beginWebhook(context: IHookFunctions): Promise<void> {
	const url = context.getNodeWebhookUrl('default');
	if (!url || !registersWebhook(context)) return;
	try {
		await registerWebhook(await chatwootOf(context), url);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** Afterwards no more: what happens meanwhile is looked for when the workflow is published again. */
export async function endWebhook(context: IHookFunctions): Promise<void> {
	const url = context.getNodeWebhookUrl('default');
	if (!url || !registersWebhook(context)) return;
	try {
		await removeWebhook(await chatwootOf(context), url);
	} catch (error) {
		// A Chatwoot that is out of reach must keep nobody from unpublishing.
		context.logger.warn('Handoff Inbox could not remove its webhook from Chatwoot', {
			reason: (error as Error).message,
		});
	}
}

async function chatwootOf(context: IHookFunctions) {
	const credential = await context.getCredentials<ChatwootCredential>(CHATWOOT_CREDENTIAL);
	return openChatwoot(context as unknown as Context, credential, CALL_TIMEOUT_MS);
}

async function answerInTime(
	context: IWebhookFunctions,
	credential: ChatwootCredential,
	event: ChatwootEvent & { delivery?: string },
): Promise<IWebhookResponseData> {
	const told: Told[] = [];
	let answered = false;
	const answer = (status: number, text: string) => {
		if (!answered) sendText(context, status, text);
		answered = true;
	};
	const work = take(context as unknown as Context, credential, event, told);
	const timer = systemTimers.after(ANSWER_WITHIN_MS, () => answer(200, 'Accepted'));
	try {
		await work;
		answer(200, 'Done');
	} catch (error) {
		context.logger.error('Handoff Inbox could not carry out what an agent did in Chatwoot', {
			reason: (error as Error).message,
			conversation: event.threadId,
		});
		answer(503, 'Not done');
	} finally {
		systemTimers.cancel(timer);
	}
	// What was done before a failure is done.
	return told.length === 0 ? DONE : { noWebhookResponse: true, workflowData: outputsOf(told) };
}

/** Looks for what Chatwoot could not tell, e.g. while n8n was down; runs while the workflow is published. */
export function watchForMissed(context: ITriggerFunctions): Loop {
	const own = context as unknown as Context;
	const failed = (error: unknown) => {
		context.logger.warn(
			`Handoff Inbox could not look for missed events: ${(error as Error).message}`,
		);
		return LOOK_EVERY_MS;
	};
	return startLoop(
		async () => {
			const credential = await own.getCredentials<ChatwootCredential>(CHATWOOT_CREDENTIAL);
			const api = openChatwoot(own, credential, CALL_TIMEOUT_MS);
			const { threadIds, done } = await activeSince(api, await storeFor(own), systemClock.now());
			let complete = true;
			for (const threadId of threadIds) {
				const told: Told[] = [];
				try {
					await take(own, credential, { threadId }, told);
				} catch (error) {
					failed(error);
					// One that has been deleted meanwhile must not hold up the others for ever.
					complete &&= error instanceof ChatwootError && error.kind === 'not_found';
				}
				if (told.length > 0) context.emit(outputsOf(told));
			}
			if (complete) await done();
			return LOOK_EVERY_MS;
		},
		failed,
		systemTimers,
	);
}

async function take(
	context: Context,
	credential: ChatwootCredential,
	event: ChatwootEvent & { delivery?: string },
	told: Told[],
): Promise<void> {
	const store = await storeFor(context);
	const api = openChatwoot(context, credential, CALL_TIMEOUT_MS);
	const inbox = new ChatwootInbox(api, store, systemClock, sleep, {
		inboxId: () => Promise.reject(new Error('An event opens no conversation')),
	});
	const { outcomeAttribute = 'outcome', maxFileSize = 16 } = context.getNodeParameter(
		'chatwootOptions',
		{},
	) as { outcomeAttribute?: string; maxFileSize?: number };
	const [roster = [], signedIn = []] = await Promise.all([
		store.getSetting<KnownAgent[]>(ROSTER),
		store.getSetting<KnownAgent[]>(SIGNED_IN),
	]);
	await takeChanges(
		{ api, inbox, store },
		event,
		{
			outcomeAttribute,
			defaultOutcome: 'solved',
			roster: roster.reduce(withAgent, signedIn),
			now: () => systemClock.now(),
		},
		(change) => apply(context, store, change, maxFileSize * 1024 * 1024, told),
	);
}

async function apply(
	context: Context,
	store: HandoffStore,
	{ conversationId, action, file }: ChatwootChange,
	maxBytes: number,
	told: Told[],
): Promise<{ refused?: string }> {
	let fetched: { bytes: Buffer; mimeType: string } | undefined;
	if (file && action.kind === 'reply') {
		const found = await fetchAttachment(n8nHttp(context), file, maxBytes);
		if ('refused' in found) return found;
		fetched = found;
		action.file = {
			fileName: file.fileName,
			mimeType: found.mimeType,
			bytes: found.bytes.length,
		};
	}
	const now = isoTime(systemClock.now());
	const policies = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES;
	const by = { inbox: NAME, now, policies };
	const { done, refused } = await performElsewhere(store, conversationId, action, by);
	for (const one of done) {
		// Holds are nobody's business but the inbox's.
		if (one.event === 'updated') continue;
		const binary =
			one.reply?.file && fetched ? await binaryOf(context, one.reply.file, fetched) : undefined;
		told.push({ done: one, agent: action.agent ?? AUTOMATION, ...(binary ? { binary } : {}) });
	}
	return refused ? { refused } : {};
}

async function binaryOf(
	context: Context,
	{ fileName }: { fileName: string },
	{ bytes, mimeType }: { bytes: Buffer; mimeType: string },
): Promise<IBinaryKeyData> {
	return { [FILE]: await context.helpers.prepareBinaryData(bytes, fileName, mimeType) };
}

function bodyOf({ body, rawBody }: IncomingRequest): unknown {
	if (typeof body === 'object' && body !== null && Object.keys(body).length > 0) return body;
	try {
		return JSON.parse(rawBody?.toString('utf8') ?? '') as unknown;
	} catch {
		return undefined;
	}
}
