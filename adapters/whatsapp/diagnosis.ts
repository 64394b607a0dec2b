import type { AxiosInstance } from 'axios';

import type { Asked, SetupFacts } from '../../core/conversation/diagnosis';
import { MessagingError } from '../../core/ports/messaging';
import { asBoolean, asFields, asFilledText, asList, asTime, asNumber } from './fields';
import { toMessagingError } from './graph';
import type { WhatsAppCredential } from './open';
import { hasOwnKey } from './open';
import { phoneNumbers, subscribedApps } from './registration';

/** Meta's name of the webhook object. */
const WEBHOOK_OBJECT = 'whatsapp_business_account';

/** What Meta knows of the way from WhatsApp to us. */
export type MetaFacts = Pick<
	SetupFacts,
	'credential' | 'number' | 'token' | 'accountNumbers' | 'subscribedApps' | 'app'
>;

/**
 * Asks Meta everything that a delivery depends on. Never throws: what cannot be asked is absent. `anonymous` is the Graph API without the
 * credential's token, since an app's own subscriptions are only told to the app itself.
 */
export async function askMeta(
	graph: AxiosInstance,
	anonymous: AxiosInstance,
	credential: WhatsAppCredential,
): Promise<MetaFacts> {
	const { accessToken, phoneNumberId, businessAccountId, appSecret } = credential;
	if (hasOwnKey(credential)) {
		return {
			...NOT_ASKED,
			credential: filledIn(credential),
			number: await askProvider(graph, credential),
		};
	}
	const [number, token, numbers, apps] = await Promise.all([
		accessToken && phoneNumberId ? ask(() => readNumber(graph, phoneNumberId)) : undefined,
		accessToken ? ask(() => readToken(graph, accessToken)) : undefined,
		accessToken && businessAccountId
			? ask(async () => (await phoneNumbers(graph, businessAccountId)).map(({ id }) => id))
			: undefined,
		accessToken && businessAccountId
			? ask(() => subscribedApps(graph, businessAccountId))
			: undefined,
	]);
	const appId = credential.appId || (token?.ok ? token.value.appId : undefined);
	return {
		credential: { ...filledIn(credential), appId: appId ?? '' },
		number,
		// Providers in front of Meta do not know this question, and nothing depends on the answer.
		token: token?.ok ? token : undefined,
		accountNumbers: numbers,
		subscribedApps: apps,
		app: appId && appSecret ? await ask(() => readApp(anonymous, appId, appSecret)) : undefined,
	};
}

function filledIn(credential: WhatsAppCredential): MetaFacts['credential'] {
	return {
		accessToken: Boolean(credential.accessToken),
		phoneNumberId: credential.phoneNumberId ?? '',
		businessAccountId: credential.businessAccountId ?? '',
		appId: credential.appId ?? '',
		appSecret: Boolean(credential.appSecret),
		verifyToken: Boolean(credential.verifyToken),
		provider: hasOwnKey(credential),
	};
}

/** What only Meta can answer. */
const NOT_ASKED = Object.freeze({
	token: undefined,
	accountNumbers: undefined,
	subscribedApps: undefined,
	app: undefined,
});

/**
 * Whether a provider in front of Meta takes the key, and where it delivers, as far as it says so: 360dialog does under the two addresses
 * that its guide names.
 */
async function askProvider(
	graph: AxiosInstance,
	credential: WhatsAppCredential,
): Promise<MetaFacts['number']> {
	const { accessToken, phoneNumberId, numberInPath = true } = credential;
	if (!accessToken || !phoneNumberId) return undefined;
	if (numberInPath) return ask(() => readNumber(graph, phoneNumberId));
	const healthy = await ask(() => get(graph, '/health_status', {}));
	if (!healthy?.ok) return healthy;
	const webhook = await ask(() => get(graph, '/v1/configs/webhook', {}));
	const url = webhook?.ok ? asFilledText(asFields(webhook.value)?.url) : undefined;
	return {
		ok: true,
		value: { displayNumber: phoneNumberId, callbacks: url ? { phoneNumber: url } : {} },
	};
}

/** Addresses that hold for a phone number, on each of the three levels. Throws MessagingError. */
export async function readNumber(graph: AxiosInstance, phoneNumberId: string) {
	const data = asFields(
		await get(graph, `/${encodeURIComponent(phoneNumberId)}`, {
			fields: 'id,display_phone_number,verified_name,webhook_configuration',
		}),
	);
	const callbacks = asFields(data?.webhook_configuration);
	const phoneNumber = asFilledText(callbacks?.phone_number);
	const businessAccount = asFilledText(callbacks?.whatsapp_business_account);
	const application = asFilledText(callbacks?.application);
	return {
		displayNumber: asFilledText(data?.display_phone_number) ?? phoneNumberId,
		callbacks: {
			...(phoneNumber ? { phoneNumber } : {}),
			...(businessAccount ? { businessAccount } : {}),
			...(application ? { application } : {}),
		},
	};
}

async function readToken(graph: AxiosInstance, accessToken: string) {
	const data = asFields(
		asFields(await get(graph, '/debug_token', { input_token: accessToken }))?.data,
	);
	if (!data) throw new MessagingError('Meta says nothing of the token', 'retry', 'Try again.');
	const appId = asFilledText(data.app_id);
	// 0 stands for a token that never ends.
	const expiresAt = asNumber(data.expires_at) ? asTime(data.expires_at) : undefined;
	const scopes = Array.isArray(data.scopes) ? data.scopes : [];
	return {
		valid: asBoolean(data.is_valid) ?? true,
		...(appId ? { appId } : {}),
		scopes: scopes.filter((scope) => typeof scope === 'string'),
		...(expiresAt ? { expiresAt } : {}),
	};
}

async function readApp(anonymous: AxiosInstance, appId: string, appSecret: string) {
	const data = asFields(
		await get(
			anonymous,
			`/${encodeURIComponent(appId)}/subscriptions`,
			{},
			// An app speaks for itself with id and secret (Meta: app access tokens).
			{ Authorization: `Bearer ${appId}|${appSecret}` },
		),
	);
	const own = asList(data?.data).find(({ object }) => object === WEBHOOK_OBJECT);
	if (!own) return undefined;
	return {
		callbackUrl: asFilledText(own.callback_url) ?? '',
		active: asBoolean(own.active) ?? true,
		fields: (Array.isArray(own.fields) ? own.fields : []).flatMap(
			(field: unknown) => asFilledText(asFields(field)?.name) ?? asFilledText(field) ?? [],
		),
	};
}

async function get(
	graph: AxiosInstance,
	path: string,
	params: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<unknown> {
	try {
		return (await graph.get<unknown>(path, { params, headers })).data;
	} catch (error) {
		throw toMessagingError(error, 'answer');
	}
}

async function ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
	try {
		return { ok: true, value: await question() };
	} catch (error) {
		if (error instanceof MessagingError) {
			const { message, advice, failure } = error;
			return {
				ok: false,
				reason: message,
				advice,
				unsure: failure === 'retry' || failure === 'lost',
			};
		}
		return {
			ok: false,
			reason: error instanceof Error ? error.message : String(error),
			advice: 'Check that this machine reaches the address in the credential.',
			unsure: true,
		};
	}
}
