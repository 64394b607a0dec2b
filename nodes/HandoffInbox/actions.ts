import { readFile, rm, stat } from 'node:fs/promises';
import type {
	IBinaryKeyData,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { feedOf } from '../../adapters/inbox/feed';
import { mayAttach } from '../../adapters/inbox/files';
import type { InboxUser } from '../../adapters/inbox/tokens';
import { noSuchConversation } from '../../adapters/store/intake';
import type { TransitionRefused } from '../../core/conversation/apply';

import { ABSENCES, withAbsence } from '../../core/inbox/availability';
import type { InboxAction, InboxDone } from '../../core/inbox/actions';
import { InboxRefused, performInboxAction } from '../../core/inbox/actions';
import { readAction } from '../../core/inbox/request';
import { maySee } from '../../core/inbox/restricted';
import type { HandoffStore } from '../../core/ports/store';
import { DEFAULT_POLICIES } from '../../core/sla';
import type { SlaPolicy } from '../../core/sla/policy';
import { isoTime } from '../../core/time';
import { storeFor } from '../shared/store';
import { FILE, outputsOf } from './outputs';
import { sendJson } from './respond';
import { headersOf, isFromPage, signOut, signedIn, withinLimits } from './session';
import { maxFileBytes, restrictions } from './settings';

/** POST: what an agent does. Checked here whatever the page allowed, and told to the workflow once it is written. */
export async function handleAction(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const upload = uploadOf(context);
	try {
		return await answer(context, upload);
	} finally {
		if (upload) await rm(upload.path, { force: true });
	}
}

async function answer(
	context: IWebhookFunctions,
	upload: Upload | undefined,
): Promise<IWebhookResponseData> {
	const user = await signedIn(context);
	if (!user) return sendJson(context, 401, { message: 'You are not signed in.' });
	const type = headersOf(context)['content-type'] ?? '';
	const isForm = type.startsWith('multipart/form-data');
	if (!isFromPage(context) || !(isForm || type.startsWith('application/json'))) {
		return sendJson(context, 403, { message: 'This request does not come from the inbox page.' });
	}
	if (!withinLimits(context, user)) {
		return sendJson(context, 429, { message: 'Too many requests. Wait a minute.' });
	}
	const body = bodyOf(context, isForm);
	const store = await storeFor(context);
	const own = await ownAction(context, store, user, body);
	if (own) return own;
	const action = readAction(body);
	if (!action) return sendJson(context, 400, { message: 'The inbox does not know this action.' });
	if (action.action === 'reply' && upload) {
		const refused = await checkUpload(upload, maxFileBytes(context));
		if (refused) return sendJson(context, 413, refused);
		action.file = { fileName: upload.name, mimeType: upload.type, bytes: upload.bytes };
	}
	try {
		const done = await perform(context, store, user, action);
		const binary = done.reply?.file && upload ? await binaryOf(context, upload) : undefined;
		sendJson(context, 200, { done: done.event });
		return toWorkflow(done, user, binary);
	} catch (error) {
		return refuse(context, error);
	}
}

/** Claims for somebody who opened a claim link. If somebody else was faster, the page that opens next shows who. */
export async function claimByLink(
	context: IWebhookFunctions,
	user: InboxUser,
	conversationId: string,
): Promise<IWebhookResponseData | undefined> {
	const action: InboxAction = {
		action: 'claim',
		conversationId,
		text: '',
		key: '',
		disposition: '',
	};
	try {
		const done = await perform(context, await storeFor(context), user, action);
		return toWorkflow(done, user, undefined);
	} catch (error) {
		context.logger.info('Handoff Inbox did not claim by link', {
			reason: (error as Error).message,
		});
		return undefined;
	}
}

async function perform(
	context: IWebhookFunctions,
	store: HandoffStore,
	user: InboxUser,
	action: InboxAction,
): Promise<InboxDone> {
	const conversation = await store.conversation(action.conversationId);
	if (conversation && !maySee(user, conversation, restrictions(context))) {
		// The same answer as where there is none: whoever may not see it does not learn that it is there.
		throw noSuchConversation(action.conversationId);
	}
	return performInboxAction(store, user, action, {
		now: isoTime(systemClock.now()),
		policies: (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES,
	});
}

/** What concerns the agent and no conversation: where the page is, whether the agent is available, signing out. */
async function ownAction(
	context: IWebhookFunctions,
	store: HandoffStore,
	user: InboxUser,
	body: IDataObject,
): Promise<IWebhookResponseData | undefined> {
	switch (body.action) {
		case 'presence':
			await feedOf(store).say({
				agentId: user.id,
				name: user.name,
				conversationId: typeof body.conversationId === 'string' ? body.conversationId : '',
				typing: body.typing === true,
			});
			return sendJson(context, 200, {});
		case 'availability':
			await setAvailable(store, user, body.available !== false, body.until);
			return sendJson(context, 200, {});
		case 'signOut':
			return signOut(context);
		default:
			return undefined;
	}
}

/** Longer absences are the roster's business. */
const LONGEST_ABSENCE_MS = 31 * 24 * 60 * 60 * 1000;

async function setAvailable(
	store: HandoffStore,
	user: InboxUser,
	available: boolean,
	until: unknown,
): Promise<void> {
	const now = isoTime(systemClock.now());
	const end = typeof until === 'string' ? Date.parse(until) : Number.NaN;
	const ahead = end - Date.parse(now);
	const ends = ahead > 0 && ahead <= LONGEST_ABSENCE_MS ? isoTime(new Date(end)) : undefined;
	const absence = available ? undefined : { since: now, ...(ends ? { until: ends } : {}) };
	await store.updateSetting(ABSENCES, (known) => withAbsence(known ?? {}, user.id, absence, now));
}

function toWorkflow(
	done: InboxDone,
	user: InboxUser,
	binary: IBinaryKeyData | undefined,
): IWebhookResponseData {
	if (done.event === 'updated') return { noWebhookResponse: true };
	const agent = { id: user.id, name: user.name };
	return {
		noWebhookResponse: true,
		workflowData: outputsOf([{ done, agent, ...(binary ? { binary } : {}) }]),
	};
}

function refuse(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	const { message, advice, refusal } = error as Error & Partial<TransitionRefused>;
	// Only a refusal by the rules has advice; anything else is not for the page to show.
	if (advice === undefined) {
		context.logger.error('Handoff Inbox could not carry out an action', { reason: message });
		return sendJson(context, 500, { message: 'That did not work. Try again.' });
	}
	const code = error instanceof InboxRefused ? error.code : (refusal ?? 'other');
	return sendJson(context, 409, { message: `${message}.`, advice, code });
}

interface Upload {
	path: string;
	name: string;
	type: string;
	bytes: number;
}

/** The file that n8n has put into its temporary folder, if the request brought one. */
function uploadOf(context: IWebhookFunctions): Upload | undefined {
	const files = (context.getBodyData() as { files?: Record<string, unknown> }).files;
	const given = files?.[FILE];
	const file = (Array.isArray(given) ? given[0] : given) as
		{ filepath?: string; originalFilename?: string; mimetype?: string; size?: number } | undefined;
	// Only what n8n's own form reader made has a size; a JSON body could name any path of the machine.
	const isForm = headersOf(context)['content-type']?.startsWith('multipart/form-data');
	if (!isForm || typeof file?.filepath !== 'string' || typeof file.size !== 'number') {
		return undefined;
	}
	return {
		path: file.filepath,
		name: (file.originalFilename ?? 'file').replace(/[\p{Cc}/\\]/gu, '_').slice(-120),
		type: file.mimetype ?? 'application/octet-stream',
		bytes: file.size,
	};
}

async function checkUpload(
	{ type, path }: Upload,
	maxBytes: number,
): Promise<{ message: string; advice: string; code: string } | undefined> {
	if (!mayAttach(type)) {
		return {
			message: `WhatsApp takes no files of type ${type}.`,
			advice: 'Attach a picture, sound, video, PDF, text or Office file.',
			code: 'bad_file',
		};
	}
	if ((await stat(path)).size <= maxBytes) return undefined;
	return {
		message: `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.`,
		advice: 'Attach a smaller one.',
		code: 'large_file',
	};
}

async function binaryOf(context: IWebhookFunctions, upload: Upload): Promise<IBinaryKeyData> {
	const bytes = await readFile(upload.path);
	return { [FILE]: await context.helpers.prepareBinaryData(bytes, upload.name, upload.type) };
}

function bodyOf(context: IWebhookFunctions, isForm: boolean): IDataObject {
	const body = context.getBodyData();
	if (!isForm) return body;
	// The form carries the action as one JSON text beside the file.
	const text = (body.data as IDataObject | undefined)?.action;
	try {
		return JSON.parse(String(text)) as IDataObject;
	} catch {
		return {};
	}
}
