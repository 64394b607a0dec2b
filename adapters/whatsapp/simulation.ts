import { randomUUID } from 'node:crypto';

import type { MessagingPort } from '../../core/ports/messaging';

/** Takes every message and sends none: for customers on the simulation channel, who have no phone. */
export const simulatedMessaging: MessagingPort = {
	send: () => Promise.resolve({ ids: [`simulated.${randomUUID()}`] }),
	markRead: () => Promise.resolve(),
};
