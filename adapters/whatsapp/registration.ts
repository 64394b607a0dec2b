import type { AxiosInstance } from 'axios';

import { asFields, asFilledText, asList } from './fields';
import { toMessagingError } from './graph';

/** An app that gets the deliveries of a business account. */
export interface SubscribedApp {
	id?: string;
	name?: string;
	/** Where this account's deliveries go instead of the app's general address. */
	overrideCallbackUri?: string;
}

/** Phone numbers of a business account. */
export interface PhoneNumber {
	id: string;
	displayNumber: string;
	name?: string;
}

/** The apps that are subscribed to the business account. Throws MessagingError. */
export async function subscribedApps(
	graph: AxiosInstance,
	businessAccountId: string,
): Promise<SubscribedApp[]> {
	const data = await call('list the subscribed apps', async () =>
		graph.get<unknown>(path(businessAccountId)),
	);
	return asList(asFields(data)?.data).map((entry) => {
		const app = asFields(entry.whatsapp_business_api_data);
		const id = asFilledText(app?.id);
		const name = asFilledText(app?.name);
		const overrideCallbackUri = asFilledText(entry.override_callback_uri);
		return {
			...(id ? { id } : {}),
			...(name ? { name } : {}),
			...(overrideCallbackUri ? { overrideCallbackUri } : {}),
		};
	});
}

/**
 * Subscribes the token's app to the business account, with a callback address of the account's own. Meta asks the address for the
 * verify token before it agrees. In two steps, since an address can only be set for an app that is subscribed. Throws
 * MessagingError.
 */
export async function subscribe(
	graph: AxiosInstance,
	businessAccountId: string,
	callback: { uri: string; verifyToken: string },
): Promise<void> {
	await call('subscribe the app', async () => graph.post<unknown>(path(businessAccountId)));
	await call('accept the address of the webhook', async () =>
		graph.post<unknown>(path(businessAccountId), {
			override_callback_uri: callback.uri,
			verify_token: callback.verifyToken,
		}),
	);
}

/**
 * Takes the account's own callback address back, so that deliveries go to the app's general address again. The subscription itself
 * stays: another workflow, or another system, may live on it.
 */
export async function clearCallback(
	graph: AxiosInstance,
	businessAccountId: string,
): Promise<void> {
	await call('take the address of the webhook back', async () =>
		graph.post<unknown>(path(businessAccountId)),
	);
}

/** The account's phone numbers, for lists in the editor. Throws MessagingError. */
export async function phoneNumbers(
	graph: AxiosInstance,
	businessAccountId: string,
): Promise<PhoneNumber[]> {
	const data = await call('list the phone numbers', async () =>
		graph.get<unknown>(`/${encodeURIComponent(businessAccountId)}/phone_numbers`),
	);
	return asList(asFields(data)?.data).flatMap((entry) => {
		const id = asFilledText(entry.id);
		const name = asFilledText(entry.verified_name);
		return id
			? [
					{
						id,
						displayNumber: asFilledText(entry.display_phone_number) ?? id,
						...(name ? { name } : {}),
					},
				]
			: [];
	});
}

function path(businessAccountId: string): string {
	return `/${encodeURIComponent(businessAccountId)}/subscribed_apps`;
}

async function call(what: string, request: () => Promise<{ data: unknown }>): Promise<unknown> {
	try {
		return (await request()).data;
	} catch (error) {
		throw toMessagingError(error, what);
	}
}
