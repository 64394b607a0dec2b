import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { systemClock } from '../../adapters/clock/system';
import { noteDelivery } from '../../adapters/whatsapp/intakeLog';
import type { WhatsAppCredential } from '../../adapters/whatsapp/open';
import { WHATSAPP_CREDENTIAL, hasOwnKey, whatsAppCredential } from '../../adapters/whatsapp/open';
import { readDelivery } from '../../adapters/whatsapp/webhook';
import { gather } from '../../core/conversation/burst';
import type { Arrival } from '../../core/conversation/intake';
import { isForPeople } from '../../core/conversation/intake';
import { isoTime } from '../../core/time';
import { messageItem, statusItem } from '../shared/arrivals';
import { toNodeError } from '../shared/errors';
import { toJson } from '../shared/item';
import { recentCredentials } from '../shared/recentCredentials';
import { storeFor } from '../shared/store';
import type { Recorded } from './intake';
import { record } from './intake';
import { showAsRead, withMedia } from './extras';
import { answer, answerHandshake, answerWithin, readRequest } from './request';
import type { Settings } from './settings';
import { readSettings } from './settings';

/** The node has answered, and there is nothing to run. */
const DONE: IWebhookResponseData = { noWebhookResponse: true };

/** WhatsApp wants nearly all of its deliveries answered within a second; one that waits for an n8n under load gets a little more. */
const ANSWER_WITHIN_MS = 3_000;

/** Meta's verification of the address (GET). */
export async function verifyAddress(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	answerHandshake(context, (await whatsAppCredential(context)).verifyToken);
	return DONE;
}

/**
 * One delivery (POST): check, record, run, acknowledge. A delivery that cannot be recorded is not acknowledged, so that Meta brings
 * it again.
 */
export async function receiveDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = readSettings(context);
	const credential = await recentCredentials<WhatsAppCredential>(context, WHATSAPP_CREDENTIAL);
	const reading = await readRequest(context, {
		verify: settings.verifySignature,
		appSecret: credential.appSecret,
		...(hasOwnKey(credential) ? { providerToken: credential.verifyToken } : {}),
	});
	if (!reading.ok) return DONE;

	const now = isoTime(systemClock.now());
	const delivery = readDelivery(reading.body, now, credential.phoneNumberId);
	const store = await storeFor(context);
	const recorded = await record(store, delivery, settings, now);
	if (settings.quiet) answer(context, 200, 'Received');
	else answerWithin(context, ANSWER_WITHIN_MS);
	noteDelivery(store, now);

	let items: INodeExecutionData[][];
	try {
		const arrivals = settings.quiet
			? await gather(
					{ store, clock: systemClock, sleep, warn: (error) => logJoining(context, error) },
					recorded.arrivals,
					settings.quiet,
				)
			: recorded.arrivals;
		items = await itemsOf(context, { ...recorded, arrivals }, settings);
	} catch (error) {
		// It is recorded: to bring it again would change nothing.
		answer(context, 200, 'Received');
		throw toNodeError(context.getNode(), error);
	}
	if (items.every((output) => output.length === 0)) {
		answer(context, 200, 'Received');
		return DONE;
	}
	return { workflowData: items };
}

/** Bot, Human, Status. */
async function itemsOf(
	context: IWebhookFunctions,
	{ arrivals, statuses, events }: Recorded,
	settings: Settings,
): Promise<INodeExecutionData[][]> {
	const human = arrivals.filter(isForPeople);
	const bot = arrivals.filter((arrival) => !isForPeople(arrival));
	await showAsRead(context, bot, settings);
	const toItems = async (list: Arrival[]) => {
		const items: INodeExecutionData[] = [];
		for (const arrival of list) {
			items.push(
				await withMedia(context, messageItem(arrival, settings), arrival.message, settings),
			);
		}
		return items;
	};
	return [
		await toItems(bot),
		await toItems(human),
		[
			...statuses.map((status) => statusItem(status, settings)),
			...events.map((event) => ({ json: toJson({ event }) })),
		],
	];
}

function logJoining(context: IWebhookFunctions, error: unknown): void {
	context.logger.warn('WhatsApp Trigger could not join the messages of a customer', {
		reason: error instanceof Error ? error.message : String(error),
		node: context.getNode().name,
	});
}
