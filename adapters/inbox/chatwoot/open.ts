import type { IAllExecuteFunctions } from 'n8n-workflow';

import type { HttpSend } from '../../../core/ports/http';
import { n8nHttp } from '../../http/n8n';
import { ChatwootApi } from './api';
import { ChatwootError } from './errors';

/** Name of the credential type. */
export const CHATWOOT_CREDENTIAL = 'whatsAppHandoffChatwootApi';

/** Fields of the credential, as n8n hands them out. */
export interface ChatwootCredential {
	baseUrl: string;
	accountId: number | string;
	accessToken: string;
	botToken?: string;
	webhookSecrets?: string;
}

/** Chatwoot with the node's credential. */
export function openChatwoot(
	context: Pick<IAllExecuteFunctions, 'helpers'>,
	credential: ChatwootCredential,
	timeoutMs?: number,
): ChatwootApi {
	const accountId = Number(credential.accountId);
	if (!URL.canParse(credential.baseUrl) || !Number.isInteger(accountId)) {
		throw new ChatwootError(
			'The Handoff Chatwoot credential names no Chatwoot',
			'invalid',
			'Enter the Base URL with https:// and the Account ID, the number after /accounts/ in Chatwoot’s address.',
		);
	}
	return new ChatwootApi({
		baseUrl: credential.baseUrl,
		accountId,
		send: n8nHttp(context, CHATWOOT_CREDENTIAL),
		...(credential.botToken ? { sendAsBot: asBot(context, credential.botToken) } : {}),
		...(timeoutMs ? { timeoutMs } : {}),
	});
}

/** The credential's own header is the agent's token; the bot's goes without it. */
function asBot(context: Pick<IAllExecuteFunctions, 'helpers'>, token: string): HttpSend {
	const send = n8nHttp(context);
	return (request) =>
		send({ ...request, headers: { ...request.headers, api_access_token: token } });
}
