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
 * The channel that a name stands for. Digits are the id of a phone number of the Cloud API, on which this package sends by itself;
 * everything else is a gateway's.
 */
export function channelNamed(name: string): string {
	const text = name.trim();
	if (text === SIMULATION_CHANNEL || isGatewayChannel(text) || /^\d{6,}$/.test(text)) return text;
	return `${GATEWAY_PREFIX}${text || 'default'}`;
}
