import type { IsoTime } from '../time';

/** What has reached WhatsApp Trigger, for whoever asks why nothing arrives. Kept as the setting `intake.log`. */
export interface IntakeLog {
	/** The last signed delivery of WhatsApp, whatever was in it. */
	lastDeliveryAt?: IsoTime;
	deliveries: number;
	/** Meta's last successful verification of the address. */
	lastVerificationAt?: IsoTime;
	/** Calls that were refused, by reason. */
	refused: Partial<Record<RefusalReason, { count: number; lastAt: IsoTime }>>;
}

/** Why a call was refused. */
export type RefusalReason =
	| 'missing'
	| 'malformed'
	| 'mismatch'
	| 'no_body'
	| 'no_app_secret'
	| 'not_json'
	| 'not_a_handshake'
	| 'token_mismatch';

/** Why a call is refused, in words that help. */
export const REFUSALS: Record<RefusalReason, string> = {
	missing: 'it carries no signature',
	malformed: 'its signature is not of the form that Meta uses',
	mismatch: 'its signature does not fit the app secret in the credential',
	no_body: 'its body could not be read as it was sent',
	no_app_secret: 'the credential has no app secret to check the signature with',
	not_json: 'its body is not JSON',
	not_a_handshake: 'it is not a verification by Meta',
	token_mismatch: 'its verify token is not the one in the credential',
};

/** What happened since the log was written last. */
export type IntakeNews = IntakeLog;

export const NO_NEWS: IntakeNews = Object.freeze({ deliveries: 0, refused: {} });

/** The log with what happened since. */
export function noted(log: IntakeLog | undefined, news: IntakeNews): IntakeLog {
	const refused: IntakeLog['refused'] = { ...log?.refused };
	for (const [reason, { count, lastAt }] of Object.entries(news.refused)) {
		const known = refused[reason as RefusalReason];
		refused[reason as RefusalReason] = {
			count: (known?.count ?? 0) + count,
			lastAt: latest(known?.lastAt, lastAt)!,
		};
	}
	const lastDeliveryAt = latest(log?.lastDeliveryAt, news.lastDeliveryAt);
	const lastVerificationAt = latest(log?.lastVerificationAt, news.lastVerificationAt);
	return {
		...(lastDeliveryAt ? { lastDeliveryAt } : {}),
		deliveries: (log?.deliveries ?? 0) + news.deliveries,
		...(lastVerificationAt ? { lastVerificationAt } : {}),
		refused,
	};
}

function latest(a: IsoTime | undefined, b: IsoTime | undefined): IsoTime | undefined {
	return a && b ? (a > b ? a : b) : (a ?? b);
}

/** Where a published WhatsApp Trigger listens. Kept by workflow and node as the setting `intake.triggers`. */
export interface TriggerAddress {
	uri: string;
	workflow: string;
	/** Ids of our numbers that it takes messages of; empty for all. */
	phoneNumberIds: string[];
	at: IsoTime;
}
