import type { SendFailure } from '../../core/ports/messaging';

/** What one of Meta's codes means for a message, and what staff can do. */
export interface ErrorMeaning {
	failure: SendFailure;
	advice: string;
	/** Least time to wait before another attempt. */
	waitMs?: number;
}

/** A business may write to one customer about once in six seconds; a burst beyond that is refused with 131056. */
const PAIR_RATE_MS = 6_000;

const WAIT =
	'Nothing to do now: WhatsApp asks to be called again later. If it goes on, look at status.fb.com.';
const SLOW_DOWN =
	'Fewer messages at a time: the limit of the account or number is reached. WhatsApp Manager → Phone Numbers shows the limits.';
const TEMPLATE =
	'Open WhatsApp Manager → Message Templates and compare name, language and number of values with what the node sends.';
const RENEW_TOKEN =
	'Create a permanent system user token in Meta Business Settings → System Users and enter it in the credential.';
const ASK_META = 'Open WhatsApp Manager → Account Quality and follow what Meta asks for there.';

/**
 * Codes of the Graph API and the Cloud API. Source of codes and meanings: Meta's pages "Cloud API → Error codes" and "Graph API →
 * Handling errors", and the table of the pywa SDK (github:david-lev/pywa, MIT) for codes that the pages name only in passing
 * (131049, 131050, 131062). The advice is ours.
 */
export const ERROR_MEANINGS: Readonly<Record<number, ErrorMeaning>> = {
	// Access
	0: { failure: 'account', advice: RENEW_TOKEN },
	3: {
		failure: 'account',
		advice: 'Give the app the permission whatsapp_business_messaging in the Meta app dashboard.',
	},
	10: {
		failure: 'account',
		advice:
			'Give the token the permission whatsapp_business_messaging, or confirm it again in Business Settings.',
	},
	190: { failure: 'account', advice: RENEW_TOKEN },
	200: {
		failure: 'account',
		advice: 'Give the system user access to this WhatsApp account in Meta Business Settings.',
	},
	368: { failure: 'account', advice: ASK_META },
	131005: {
		failure: 'account',
		advice: 'Give the token access to this phone number in Meta Business Settings → System Users.',
	},
	131031: { failure: 'account', advice: `Meta has locked the account. ${ASK_META}` },
	131042: {
		failure: 'account',
		advice: 'Add or renew the payment method in WhatsApp Manager → Payment settings.',
	},
	131045: {
		failure: 'account',
		advice: 'Register the phone number in WhatsApp Manager; its certificate is missing or wrong.',
	},
	133010: {
		failure: 'account',
		advice: 'Register the phone number for the Cloud API in WhatsApp Manager.',
	},
	130497: {
		failure: 'account',
		advice: 'Meta does not let this business write to customers in that country.',
	},

	// Limits and outages: the same call can work later
	1: { failure: 'retry', advice: WAIT },
	2: { failure: 'retry', advice: WAIT },
	4: { failure: 'retry', advice: SLOW_DOWN },
	80007: { failure: 'retry', advice: SLOW_DOWN },
	130429: { failure: 'retry', advice: SLOW_DOWN },
	131000: { failure: 'retry', advice: WAIT },
	131016: { failure: 'retry', advice: WAIT },
	131056: {
		failure: 'retry',
		advice:
			'Too many messages to this customer in a short time. Send fewer, or put a wait between them.',
		waitMs: PAIR_RATE_MS,
	},
	131057: {
		failure: 'retry',
		advice: 'Meta is maintaining this account. It works again by itself.',
	},
	133004: { failure: 'retry', advice: WAIT },

	// The customer cannot or must not get it
	131021: {
		failure: 'invalid',
		advice: 'The number written to is the business’s own. Check the conversation’s customer.',
	},
	131026: {
		failure: 'undeliverable',
		advice:
			'The customer is not on WhatsApp, has not accepted its terms, or has an old version. Use another channel.',
	},
	131030: {
		failure: 'undeliverable',
		advice:
			'A test number writes only to listed recipients: add the customer under WhatsApp → API Setup → To.',
	},
	131049: {
		failure: 'undeliverable',
		advice:
			'Meta limits marketing messages to each customer. Do not send again soon; wait for the customer to write.',
	},
	131062: {
		failure: 'undeliverable',
		advice: 'This kind of message needs a phone number. Ask the customer to share it.',
	},
	130472: {
		failure: 'undeliverable',
		advice:
			'The customer is in one of Meta’s studies and gets no marketing templates. Wait for the customer to write.',
	},
	131048: {
		failure: 'account',
		advice: `Customers have blocked or reported messages of this number, so Meta limits it. ${ASK_META}`,
	},
	131050: {
		failure: 'opted_out',
		advice:
			'The customer has stopped marketing messages. Send none until the customer resumes them.',
	},

	// The 24-hour window
	131047: {
		failure: 'window_closed',
		advice:
			'More than 24 hours have passed since the customer wrote. Send a template, or wait for the customer.',
	},

	// The request
	33: {
		failure: 'invalid',
		advice:
			'The phone number id is not known to Meta. Compare it with WhatsApp → API Setup in the app dashboard.',
	},
	100: {
		failure: 'invalid',
		advice: 'Check the value that the message names, and the phone number id in the credential.',
	},
	131008: {
		failure: 'invalid',
		advice: 'A required value is missing. Fill in what the message names.',
	},
	131009: { failure: 'invalid', advice: 'A value is not allowed. Correct what the message names.' },
	131051: {
		failure: 'invalid',
		advice: 'WhatsApp does not know this type of message. Choose another.',
	},
	131052: {
		failure: 'invalid',
		advice: 'The customer’s file could not be fetched. Ask the customer to send it again.',
	},
	131053: {
		failure: 'invalid',
		advice:
			'The file could not be taken: check its type, its size and that its address is open to the internet.',
	},
	132000: { failure: 'invalid', advice: TEMPLATE },
	132001: { failure: 'invalid', advice: TEMPLATE },
	132005: { failure: 'invalid', advice: `The text with its values is too long. ${TEMPLATE}` },
	132007: { failure: 'invalid', advice: `The template breaks a rule of Meta’s. ${TEMPLATE}` },
	132012: { failure: 'invalid', advice: TEMPLATE },
	132015: {
		failure: 'invalid',
		advice: 'Meta has paused this template for its quality. Edit it, or send another.',
	},
	132016: {
		failure: 'invalid',
		advice: 'Meta has switched this template off for its quality. Make a new one.',
	},
	132068: {
		failure: 'invalid',
		advice: 'The flow is blocked. Correct it in WhatsApp Manager → Flows.',
	},
	132069: {
		failure: 'retry',
		advice: 'The flow has reached its limit for this hour.',
		waitMs: PAIR_RATE_MS,
	},
};

/** The meaning of a code, or of the HTTP status where the code is new or missing. */
export function meaningOf(code: number | undefined, httpStatus: number): ErrorMeaning {
	const known = code === undefined ? undefined : ERROR_MEANINGS[code];
	if (known) return known;
	// Meta keeps 200 to 299 for permissions.
	if (code !== undefined && code >= 200 && code <= 299) return ERROR_MEANINGS[200]!;
	if (httpStatus === 401 || httpStatus === 403) return { failure: 'account', advice: RENEW_TOKEN };
	if (httpStatus === 429) return { failure: 'retry', advice: SLOW_DOWN };
	if (httpStatus === 503) return { failure: 'retry', advice: WAIT };
	if (httpStatus >= 500) {
		return {
			failure: 'lost',
			advice: 'WhatsApp may have sent it all the same. Look into the chat before it is sent again.',
		};
	}
	return {
		failure: 'invalid',
		advice: 'Correct what the message names; Meta’s page on error codes explains the number.',
	};
}
