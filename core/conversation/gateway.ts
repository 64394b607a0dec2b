import { SIMULATION_CHANNEL } from './simulation';

/**
 * Channels of other gateways than the Cloud API (WAHA, Evolution API, Twilio, a provider's own node) carry this prefix. Messages to
 * their customers are kept in the thread; sending them is up to a branch of the workflow, since only it knows the gateway.
 */
export const GATEWAY_PREFIX = 'gateway:';

/** Whether messages on this channel are sent by a branch of the workflow and not by this package. */
export function isGatewayChannel(channelId: string): boolean {
	return channelId.startsWith(GATEWAY_PREFIX);
}

/**
 * Gateways that write as the app on a phone does. The customer service window is a rule of WhatsApp's Business Platform: Twilio and the
 * like keep to it, these know neither window nor templates.
 */
const WITHOUT_WINDOW = /^gateway:(?:waha|evolution)(?::|$)/;

/** Whether free text goes out on this channel for 24 hours only after the customer has written. */
export function hasServiceWindow(channelId: string): boolean {
	return !WITHOUT_WINDOW.test(channelId);
}

/**
 * A gateway's message id without what surrounds it: WAHA writes one message as "3EB0…", "true_1650…@c.us_3EB0…" or "true_…@lid_3EB0…",
 * depending on where it is told. Ids of other gateways are as they are.
 */
export function bareMessageId(id: string): string {
	return /^(?:true|false)_[^_]+@[a-z.]+_([^_]+)/.exec(id)?.[1] ?? id;
}

/**
 * The channel that a name stands for. Digits are the id of a phone number of the Cloud API, on which this package sends by itself;
 * everything else is a gateway's.
 */
export function channelNamed(name: string): string {
	const text = name.trim();
	if (text === SIMULATION_CHANNEL || isGatewayChannel(text) || /^\d{6,}$/.test(text)) return text;
	return `${GATEWAY_PREFIX}${text || 'default'}`;
}
