import { randomUUID } from 'node:crypto';

import type { MessagingPort } from '../../core/ports/messaging';

/** Takes every message and sends none: for sample customers, who have no phone, and for gateways that a workflow's branch sends by. */
export const simulatedMessaging: MessagingPort = {
	send: () => Promise.resolve({ ids: [`simulated.${randomUUID()}`] }),
	markRead: () => Promise.resolve(),
};
