import type { IWebhookFunctions } from 'n8n-workflow';

import type { QuietPeriod } from '../../core/conversation/burst';
import type { OwnConsentWords } from '../../core/conversation/consentWords';
import { DEFAULT_TYPES } from '../shared/messageTypes';

/** WhatsApp is asked for older messages again for days; a bot that answers yesterday's question is worse than none. */
export const DEFAULT_MAX_AGE_HOURS = 24;

export const DEFAULT_MEDIA_LIMIT_MB = 16;

/** Long enough for the next short message, short enough that nobody asks whether the bot is there. */
export const DEFAULT_QUIET_SECONDS = 4;
export const DEFAULT_LONGEST_WAIT_SECONDS = 30;

/** The parameters of the node, read once for each delivery. */
export interface Settings {
	/** Ids of our numbers whose messages count; empty for every one. */
	phoneNumberIds: ReadonlySet<string>;
	/** What comes out on Status: Meta's words for statuses, and kinds of other events. */
	statusEvents: ReadonlySet<string>;
	verifySignature: boolean;
	types: ReadonlySet<string>;
	/** Digits of the only customers let in; empty for every one. */
	onlyCustomers: ReadonlySet<string>;
	ignoredCustomers: ReadonlySet<string>;
	groups: boolean;
	/** Words by which customers stop and start messages, on top of those of the ten languages. */
	consentWords: OwnConsentWords;
	maxAgeMs: number;
	includeRaw: boolean;
	markAsRead: boolean;
	typing: boolean;
	/** Undefined if each message comes out at once. */
	quiet?: QuietPeriod;
	/** Undefined if files stay with WhatsApp. */
	media?: { maxBytes: number; mimeTypes: string[] };
}

interface Options {
	allowedCustomers?: string;
	downloadMedia?: boolean;
	groupMessages?: boolean;
	ignoredCustomers?: string;
	includeRaw?: boolean;
	markAsRead?: boolean;
	maxAgeHours?: number;
	maxMediaSize?: number;
	mediaTypes?: string;
	longestWait?: number;
	optInWords?: string;
	optOutWords?: string;
	messageTypes?: string[];
	quietPeriod?: number;
	typingIndicator?: boolean;
	verifySignature?: boolean;
}

const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * 1000;
const MEGABYTE = 1024 * 1024;

export function readSettings(context: Pick<IWebhookFunctions, 'getNodeParameter'>): Settings {
	const options = context.getNodeParameter('options', {}) as Options;
	const typing = options.typingIndicator ?? false;
	return {
		phoneNumberIds: new Set(context.getNodeParameter('phoneNumberIds', []) as string[]),
		statusEvents: new Set(context.getNodeParameter('statusEvents', []) as string[]),
		verifySignature: options.verifySignature ?? true,
		types: new Set(options.messageTypes?.length ? options.messageTypes : DEFAULT_TYPES),
		onlyCustomers: customers(options.allowedCustomers),
		ignoredCustomers: customers(options.ignoredCustomers),
		groups: options.groupMessages ?? false,
		consentWords: { optOut: entries(options.optOutWords), optIn: entries(options.optInWords) },
		maxAgeMs: (options.maxAgeHours ?? DEFAULT_MAX_AGE_HOURS) * HOUR_MS,
		includeRaw: options.includeRaw ?? false,
		// WhatsApp shows "typing…" only on a message that is marked as read.
		markAsRead: (options.markAsRead ?? false) || typing,
		typing,
		...(options.quietPeriod
			? {
					quiet: {
						quietMs: options.quietPeriod * SECOND_MS,
						longestMs: (options.longestWait ?? DEFAULT_LONGEST_WAIT_SECONDS) * SECOND_MS,
					},
				}
			: {}),
		...(options.downloadMedia
			? {
					media: {
						maxBytes: (options.maxMediaSize ?? DEFAULT_MEDIA_LIMIT_MB) * MEGABYTE,
						mimeTypes: entries(options.mediaTypes),
					},
				}
			: {}),
	};
}

/** Customers as staff write them: numbers with or without "+", blanks and dashes, or user ids. */
function customers(list: string | undefined): ReadonlySet<string> {
	return new Set(entries(list).map(customerKey));
}

function entries(list: string | undefined): string[] {
	return (list ?? '')
		.split(/[,;\n]/)
		.map((entry) => entry.trim())
		.filter(Boolean);
}

/** One spelling for each customer: digits for a number, else the id as it is. */
export function customerKey(value: string): string {
	const text = value.trim();
	return /^[+\d][\d\s().-]*$/.test(text) ? text.replace(/\D/g, '') : text;
}
