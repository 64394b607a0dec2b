import { randomUUID } from 'node:crypto';

import type { MessagingPort } from '../../core/ports/messaging';

/** Takes every message and sends none: for sample customers, who have no phone, and for gateways that a workflow's branch sends by. */
export const simulatedMessaging: MessagingPort = {
	parts: (_channelId, message) => [message],
	send: async (_channelId, _to, _message, { check } = {}) => {
		await check?.();
		return { ids: [`simulated.${randomUUID()}`] };
	},
	markRead: () => Promise.resolve(),
};
