import type { AxiosInstance } from 'axios';
import type { IAllExecuteFunctions } from 'n8n-workflow';

import { isGatewayChannel } from '../../core/conversation/gateway';
import { SIMULATION_CHANNEL } from '../../core/conversation/simulation';
import type { MessagingPort } from '../../core/ports/messaging';
import { MessagingError } from '../../core/ports/messaging';
import { n8nHttp } from '../http/n8n';
import { cloudApi, partsOf } from './cloudApi';
import { graphOver } from './graph';
import { simulatedMessaging } from './simulation';

/** Name of the credential type. */
export const WHATSAPP_CREDENTIAL = 'whatsAppHandoffApi';

/** Fields of the credential, as n8n hands them out. */
export interface WhatsAppCredential {
	accessToken: string;
	phoneNumberId: string;
	businessAccountId: string;
	appId?: string;
	appSecret: string;
	verifyToken: string;
	baseUrl?: string;
	apiVersion?: string;
	/** Header that carries the token; empty for Authorization. */
	headerName?: string;
	/** False for providers whose addresses leave the phone number out. */
	numberInPath?: boolean;
}

/** Whether a provider stands in front of Meta, with a key of its own that opens nothing at Meta. */
export function hasOwnKey({ headerName }: WhatsAppCredential): boolean {
	return (headerName || 'Authorization').toLowerCase() !== 'authorization';
}

/** The address of a call about one of our numbers, e.g. "/123/messages". */
export function pathOf(
	{ numberInPath = true }: Pick<WhatsAppCredential, 'numberInPath'>,
	channelId: string,
	what: string,
): string {
	return numberInPath ? `/${encodeURIComponent(channelId)}/${what}` : `/${what}`;
}

/** What is needed of n8n: the credential and the request helper. */
export interface WhatsAppContext extends Pick<IAllExecuteFunctions, 'helpers'> {
	getCredentials<T extends object>(type: string, itemIndex?: number): Promise<T>;
}

/** The credential that is chosen on the node. Says where to choose one, which n8n's own message does not. */
export async function whatsAppCredential(
	context: WhatsAppContext,
	itemIndex?: number,
): Promise<WhatsAppCredential> {
	try {
		return await context.getCredentials<WhatsAppCredential>(WHATSAPP_CREDENTIAL, itemIndex);
	} catch (error) {
		throw new MessagingError(
			'The node has no WhatsApp credential',
			'account',
			'Open the node and choose or create a credential of the type WhatsApp Handoff API.',
			{},
			{ cause: error },
		);
	}
}

/** The Graph API with the node's credential. */
export function graphFor(context: WhatsAppContext, credential: WhatsAppCredential): AxiosInstance {
	return graphOver(n8nHttp(context, WHATSAPP_CREDENTIAL), credential);
}

/**
 * WhatsApp with the node's credential, for every node that speaks to the customer. The credential is only asked for when a
 * message really goes out: sample conversations need none, nor do those of another gateway, where a branch of the workflow sends.
 */
export function whatsAppFor(context: WhatsAppContext, itemIndex?: number): MessagingPort {
	let live: Promise<MessagingPort> | undefined;
	const staysHere = (channelId: string) =>
		channelId === SIMULATION_CHANNEL || isGatewayChannel(channelId);
	const portOf = (channelId: string): Promise<MessagingPort> =>
		staysHere(channelId)
			? Promise.resolve(simulatedMessaging)
			: (live ??= liveMessaging(context, itemIndex));
	return {
		parts: (channelId, message) => (staysHere(channelId) ? [message] : partsOf(message)),
		send: async (channelId, to, message, options) =>
			(await portOf(channelId)).send(channelId, to, message, options),
		markRead: async (channelId, messageId, options) =>
			(await portOf(channelId)).markRead(channelId, messageId, options),
	};
}

async function liveMessaging(
	context: WhatsAppContext,
	itemIndex: number | undefined,
): Promise<MessagingPort> {
	const credential = await whatsAppCredential(context, itemIndex);
	return cloudApi(graphFor(context, credential), {
		pathOf: (channelId) => pathOf(credential, channelId || credential.phoneNumberId, 'messages'),
	});
}
