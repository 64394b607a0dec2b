import type { IsoTime } from '../time';
import type { IntakeLog, RefusalReason, TriggerAddress } from './intakeLog';
import { REFUSALS } from './intakeLog';

/** An answer of Meta, why there is none, or nothing where the question could not be asked. */
export type Asked<T> =
	| { ok: true; value: T }
	| {
			ok: false;
			reason: string;
			advice: string;
			/** The service could not be reached or is out of order: nothing can be concluded. */
			unsure: boolean;
	  }
	| undefined;

/** What is known of the way from WhatsApp to WhatsApp Trigger. */
export interface SetupFacts {
	now: IsoTime;
	credential: {
		accessToken: boolean;
		phoneNumberId: string;
		businessAccountId: string;
		appId: string;
		appSecret: boolean;
		verifyToken: boolean;
		/** Whether a provider stands in front of Meta, with a key of its own and no app or account of ours. */
		provider: boolean;
	};
	/** Our phone number, and the addresses that hold for it. */
	number: Asked<{
		displayNumber: string;
		callbacks: { phoneNumber?: string; businessAccount?: string; application?: string };
	}>;
	/** What Meta says of the access token. */
	token: Asked<{ valid: boolean; appId?: string; scopes: string[]; expiresAt?: IsoTime }>;
	/** Ids of the numbers of the business account. */
	accountNumbers: Asked<string[]>;
	/** Apps that get the deliveries of the business account. */
	subscribedApps: Asked<Array<{ id?: string; name?: string; overrideCallbackUri?: string }>>;
	/** The app's own subscription to WhatsApp; undefined in `value` if it has none. */
	app: Asked<{ callbackUrl: string; active: boolean; fields: string[] } | undefined>;
	/** Where triggers listen. In a test listen, the test address alone. */
	listening: TriggerAddress[];
	log: IntakeLog | undefined;
}

/** The links of the chain, in the order in which a message depends on them. */
export type LinkName =
	| 'credential'
	| 'token'
	| 'phone_number'
	| 'permissions'
	| 'subscription'
	| 'trigger'
	| 'address'
	| 'fields'
	| 'signature'
	| 'deliveries';

export interface Link {
	link: LinkName;
	/** Name as staff read it. */
	label: string;
	state: 'holds' | 'broken' | 'unknown';
	/** What was found, as a sentence. */
	found: string;
	/** What to do about it. */
	mend?: string;
}

export interface Diagnosis {
	/** Whether no link is broken. */
	ok: boolean;
	/** The first broken link; all behind it may only seem broken. */
	broken?: LinkName;
	summary: string;
	/** What to do next. */
	mend?: string;
	links: Link[];
	lastDeliveryAt?: IsoTime;
	/** Calls that were refused, with the reason, the newest first. */
	refused: Array<{ reason: RefusalReason; meaning: string; count: number; lastAt: IsoTime }>;
}

const NEEDED_FIELD = 'messages';
const NEEDED_SCOPES = ['whatsapp_business_messaging', 'whatsapp_business_management'];

/** How long refusals count as what is wrong now. */
const RECENT_MS = 7 * 24 * 60 * 60 * 1000;

/** Walks the chain from Meta to the trigger and names the first broken link. Pure. */
export function diagnose(facts: SetupFacts): Diagnosis {
	const links = [
		credential(facts),
		token(facts),
		phoneNumber(facts),
		permissions(facts),
		subscription(facts),
		trigger(facts),
		address(facts),
		fields(facts),
		signature(facts),
		deliveries(facts),
	];
	const broken = links.find(({ state }) => state === 'broken');
	const lastDeliveryAt = facts.log?.lastDeliveryAt;
	return {
		ok: broken === undefined,
		...(broken ? { broken: broken.link } : {}),
		summary: broken?.found ?? summaryOf(links, lastDeliveryAt),
		...(broken?.mend ? { mend: broken.mend } : {}),
		links,
		...(lastDeliveryAt ? { lastDeliveryAt } : {}),
		refused: refusals(facts.log),
	};
}

function summaryOf(links: Link[], lastDeliveryAt: IsoTime | undefined): string {
	const unknown = links.filter(({ state }) => state === 'unknown').map(({ label }) => label);
	const rest = unknown.length > 0 ? ` Not checked: ${unknown.join(', ')}.` : '';
	return lastDeliveryAt
		? `Nothing is broken: the last delivery came at ${lastDeliveryAt}.${rest}`
		: `Nothing is broken, and nothing has come so far: write to the number from a phone.${rest}`;
}

const LABELS: Record<LinkName, string> = {
	credential: 'Credential is filled in',
	token: 'Access token is valid',
	phone_number: 'Phone number ID is right',
	permissions: 'Token has the permissions',
	subscription: 'App is subscribed to the business account',
	trigger: 'A workflow with WhatsApp Trigger listens',
	address: 'Meta delivers to that address',
	fields: 'App is subscribed to the field "messages"',
	signature: 'App secret fits',
	deliveries: 'Deliveries arrive and are let in',
};

const holds = (link: LinkName, found: string): Link => ({
	link,
	label: LABELS[link],
	state: 'holds',
	found,
});
const broken = (link: LinkName, found: string, mend: string): Link => ({
	link,
	label: LABELS[link],
	state: 'broken',
	found,
	mend,
});
const unknown = (link: LinkName, found: string, mend?: string): Link => ({
	link,
	label: LABELS[link],
	state: 'unknown',
	found,
	...(mend ? { mend } : {}),
});

function credential({ credential: has }: SetupFacts): Link {
	const missing = [
		!has.accessToken && 'Access Token',
		!has.phoneNumberId && 'Phone Number ID',
		!has.provider && !has.businessAccountId && 'Business Account ID',
		!has.provider && !has.appSecret && 'App Secret',
		!has.verifyToken && 'Verify Token',
	].filter((name) => typeof name === 'string');
	return missing.length === 0
		? holds('credential', 'The credential has all that is needed')
		: broken(
				'credential',
				`The credential lacks: ${missing.join(', ')}`,
				'Fill it in: each field of the credential says where Meta shows it.',
			);
}

function token({ token: asked, number, now }: SetupFacts): Link {
	if (asked?.ok && (!asked.value.valid || (asked.value.expiresAt ?? '9') <= now)) {
		return broken(
			'token',
			asked.value.expiresAt
				? `The access token ended at ${asked.value.expiresAt}`
				: 'Meta says that the access token is not valid',
			'Generate a permanent one: Meta Business Settings → Users → System Users → Generate Token, and enter it in the credential.',
		);
	}
	if (asked?.ok || number?.ok) {
		const ends = asked?.ok ? asked.value.expiresAt : undefined;
		return holds(
			'token',
			ends ? `The access token is valid until ${ends}` : 'The access token is valid',
		);
	}
	const failure = number ?? asked;
	if (!failure) return unknown('token', 'The access token was not checked');
	return failure.unsure
		? unknown('token', failure.reason, failure.advice)
		: broken('token', failure.reason, failure.advice);
}

function phoneNumber({ number, accountNumbers, credential: has }: SetupFacts): Link {
	if (!number) return unknown('phone_number', 'The phone number was not checked');
	if (!number.ok) {
		return number.unsure
			? unknown('phone_number', number.reason, number.advice)
			: broken(
					'phone_number',
					`Meta does not give the phone number ${has.phoneNumberId}: ${number.reason}`,
					'Copy the Phone number ID from Meta’s app dashboard → WhatsApp → API Setup. It is not the phone number itself.',
				);
	}
	if (accountNumbers?.ok && !accountNumbers.value.includes(has.phoneNumberId)) {
		return broken(
			'phone_number',
			`The number ${number.value.displayNumber} is not one of the business account ${has.businessAccountId}`,
			'Copy Phone number ID and WhatsApp Business Account ID from the same place: Meta’s app dashboard → WhatsApp → API Setup.',
		);
	}
	return holds('phone_number', `The number is ${number.value.displayNumber}`);
}

function permissions({ token: asked }: SetupFacts): Link {
	// Tokens of some kinds have no scopes that Meta tells.
	if (!asked?.ok || asked.value.scopes.length === 0) {
		return unknown('permissions', 'Meta does not say which permissions the token has');
	}
	const missing = NEEDED_SCOPES.filter((scope) => !asked.value.scopes.includes(scope));
	return missing.length === 0
		? holds('permissions', `The token has ${NEEDED_SCOPES.join(' and ')}`)
		: broken(
				'permissions',
				`The token lacks ${missing.join(' and ')}`,
				'Generate the token anew with these permissions: Meta Business Settings → Users → System Users → Generate Token.',
			);
}

function subscription({ subscribedApps, credential: has, token: asked }: SetupFacts): Link {
	if (!subscribedApps) return unknown('subscription', 'The subscribed apps were not looked up');
	if (!subscribedApps.ok) {
		return subscribedApps.unsure
			? unknown('subscription', subscribedApps.reason, subscribedApps.advice)
			: broken('subscription', subscribedApps.reason, subscribedApps.advice);
	}
	const apps = subscribedApps.value;
	const own = has.appId || (asked?.ok ? asked.value.appId : undefined);
	const mend =
		'Set Webhook Setup to "Register the Webhook With Meta" in WhatsApp Trigger and publish the workflow, or send POST /<business account ID>/subscribed_apps once.';
	if (apps.length === 0) {
		return broken('subscription', 'No app is subscribed to the business account', mend);
	}
	if (own && !apps.some(({ id }) => id === undefined || id === own)) {
		const others = apps.map(({ name, id }) => name ?? id).join(', ');
		return broken(
			'subscription',
			`Subscribed to the business account: ${others}; the app of this credential (${own}) is not`,
			mend,
		);
	}
	return holds('subscription', 'The app is subscribed to the business account');
}

function trigger({ listening, credential: has }: SetupFacts): Link {
	if (listening.length === 0) {
		return broken(
			'trigger',
			'No published workflow with WhatsApp Trigger is known',
			'Publish the workflow. If it is published, publish it once more, so that it notes its address.',
		);
	}
	const ours = listening.filter(
		({ phoneNumberIds }) =>
			phoneNumberIds.length === 0 || phoneNumberIds.includes(has.phoneNumberId),
	);
	return ours.length > 0
		? holds(
				'trigger',
				`Listening: ${ours.map(({ workflow, uri }) => `${workflow} (${uri})`).join(', ')}`,
			)
		: broken(
				'trigger',
				`No workflow takes messages to the phone number ${has.phoneNumberId}`,
				'Choose the number in WhatsApp Trigger under Phone Number Names or IDs, or leave that empty for all.',
			);
}

/** Where Meta delivers: the number's own address wins over the account's, and that over the app's. */
function addressInUse(facts: SetupFacts): { uri: string; level: string } | undefined {
	const known = facts.number?.ok ? facts.number.value.callbacks : {};
	if (known.phoneNumber) return { uri: known.phoneNumber, level: 'phone number' };
	const own = facts.subscribedApps?.ok
		? facts.subscribedApps.value.find(
				({ id, overrideCallbackUri }) =>
					overrideCallbackUri && (!facts.credential.appId || !id || id === facts.credential.appId),
			)?.overrideCallbackUri
		: undefined;
	const account = known.businessAccount ?? own;
	if (account) return { uri: account, level: 'business account' };
	const app = (facts.app?.ok ? facts.app.value?.callbackUrl : undefined) ?? known.application;
	return app ? { uri: app, level: 'app' } : undefined;
}

function address(facts: SetupFacts): Link {
	const inUse = addressInUse(facts);
	const ours = facts.listening.map(({ uri }) => uri);
	const here = ours[0] ?? 'the production URL of WhatsApp Trigger';
	const howTo = facts.credential.provider
		? `Enter ${here} as webhook in the settings of your provider.`
		: `Enter ${here} as callback URL in Meta’s app dashboard → WhatsApp → Configuration, or set Webhook Setup to "Register the Webhook With Meta".`;
	if (!inUse) {
		const asked = facts.number?.ok === true && facts.subscribedApps?.ok === true;
		return asked
			? broken('address', 'No callback address is set at Meta', howTo)
			: unknown('address', 'Which address Meta delivers to is not known');
	}
	if (ours.some((uri) => sameAddress(uri, inUse.uri))) {
		return holds('address', `Meta delivers to ${inUse.uri} (set for the ${inUse.level})`);
	}
	if (ours.length === 0) {
		return unknown('address', `Meta delivers to ${inUse.uri} (set for the ${inUse.level})`);
	}
	return broken(
		'address',
		`Meta delivers to ${inUse.uri} (set for the ${inUse.level}), where no WhatsApp Trigger of this n8n listens`,
		inUse.level === 'app' || facts.credential.provider
			? howTo
			: `${howTo} The address set for the ${inUse.level} goes before the app’s: "Replace Another Address" in WhatsApp Trigger takes over the one of the business account.`,
	);
}

function sameAddress(a: string, b: string): boolean {
	const plain = (uri: string) => uri.replace(/\/+$/, '');
	return plain(a) === plain(b);
}

function fields({ app, credential: has }: SetupFacts): Link {
	if (!app) {
		return unknown(
			'fields',
			'Which webhook fields the app is subscribed to was not looked up',
			has.appId ? undefined : 'Enter the App ID in the credential to have it checked.',
		);
	}
	if (!app.ok) return unknown('fields', app.reason, app.advice);
	const mend =
		'Meta’s app dashboard → WhatsApp → Configuration → Webhook fields: subscribe to "messages" (and to "smb_message_echoes" if your team also answers from the phone).';
	const subscribed = app.value;
	if (!subscribed) {
		return broken('fields', 'The app has no webhook for WhatsApp Business Account', mend);
	}
	if (!subscribed.active || !subscribed.fields.includes(NEEDED_FIELD)) {
		const list = subscribed.fields.join(', ') || 'none';
		return broken(
			'fields',
			subscribed.active
				? `The app is not subscribed to the field "messages", only to: ${list}`
				: 'The app’s webhook is switched off',
			mend,
		);
	}
	return holds('fields', `The app is subscribed to: ${subscribed.fields.join(', ')}`);
}

function signature({ app, log, now, credential: has }: SetupFacts): Link {
	// Meta lets nobody look up an app's subscriptions without its secret.
	if (app && !app.ok && !app.unsure) {
		return broken(
			'signature',
			`App ID and App Secret of the credential do not fit: ${app.reason}`,
			'Copy both from Meta’s app dashboard → App settings → Basic. Deliveries are signed with the secret and refused if it is wrong.',
		);
	}
	const mismatch = log?.refused.mismatch;
	const since = log?.lastDeliveryAt;
	if (mismatch && isRecent(mismatch.lastAt, now) && (!since || since < mismatch.lastAt)) {
		return broken(
			'signature',
			`${mismatch.count} ${mismatch.count === 1 ? 'call' : 'calls'} came with a signature that does not fit the app secret, the last at ${mismatch.lastAt}`,
			'Copy the app secret of the app that delivers: Meta’s app dashboard → App settings → Basic. Calls by others than Meta are refused rightly.',
		);
	}
	if (app?.ok) return holds('signature', 'App ID and App Secret belong together');
	return since
		? holds('signature', 'The last delivery was signed with the app secret')
		: unknown(
				'signature',
				'Whether the app secret is right is not known until a delivery comes',
				has.appId ? undefined : 'Enter the App ID in the credential to have it checked.',
			);
}

const HARMLESS: ReadonlySet<RefusalReason> = new Set(['not_a_handshake', 'not_json']);

function deliveries({ log, now }: SetupFacts): Link {
	// A browser that opens the address is no sign of anything.
	const [last] = refusals(log).filter(({ reason }) => !HARMLESS.has(reason));
	const since = log?.lastDeliveryAt;
	if (last && isRecent(last.lastAt, now) && (!since || since < last.lastAt)) {
		const mend: Partial<Record<RefusalReason, string>> = {
			missing:
				'Whoever calls does not sign. Meta does; a provider in between may not: let it send the header X-Verify-Token with the verify token of the credential.',
			no_app_secret: 'Enter the app secret in the credential.',
			token_mismatch: 'Enter the verify token of the credential at Meta, next to the callback URL.',
		};
		return broken(
			'deliveries',
			`${last.count} ${last.count === 1 ? 'call was' : 'calls were'} refused, the last at ${last.lastAt}: ${last.meaning}`,
			mend[last.reason] ?? 'Check who calls the address of WhatsApp Trigger.',
		);
	}
	if (since) return holds('deliveries', `The last delivery came at ${since}`);
	return unknown(
		'deliveries',
		'No delivery has come so far',
		'Write to the number from a phone, and run this again.',
	);
}

function refusals(log: IntakeLog | undefined): Diagnosis['refused'] {
	return Object.entries(log?.refused ?? {})
		.map(([reason, { count, lastAt }]) => ({
			reason: reason as RefusalReason,
			meaning: REFUSALS[reason as RefusalReason],
			count,
			lastAt,
		}))
		.sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}

function isRecent(at: IsoTime, now: IsoTime): boolean {
	return Date.parse(now) - Date.parse(at) < RECENT_MS;
}
