import type { WhatsAppCredential } from './stack';

const VARIABLES = {
	accessToken: 'WHATSAPP_ACCESS_TOKEN',
	phoneNumberId: 'WHATSAPP_PHONE_NUMBER_ID',
	businessAccountId: 'WHATSAPP_BUSINESS_ACCOUNT_ID',
	appSecret: 'WHATSAPP_APP_SECRET',
	verifyToken: 'WHATSAPP_VERIFY_TOKEN',
} as const;

/** A real WhatsApp account from the environment; undefined if none is named. Throws where only a part is. */
export function realWhatsApp(env = process.env): WhatsAppCredential | undefined {
	const names = Object.values(VARIABLES);
	const missing = names.filter((name) => !env[name]);
	if (missing.length === names.length) return undefined;
	if (missing.length > 0) {
		throw new Error(
			`For the real WhatsApp these are missing in the environment: ${missing.join(', ')}`,
		);
	}
	return {
		...(Object.fromEntries(
			Object.entries(VARIABLES).map(([field, name]) => [field, env[name]!]),
		) as Record<keyof typeof VARIABLES, string>),
		baseUrl: 'https://graph.facebook.com',
		apiVersion: 'v23.0',
	};
}
