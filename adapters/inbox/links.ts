import { randomUUID } from 'node:crypto';

import { isoTime } from '../../core/time';
import { LINK_LIFETIME_MS, signToken } from './tokens';

/** A link that signs one agent in to the inbox, opens the conversation and takes it; works once, within an hour. */
export function claimLink(
	inbox: { address: string; secret: string },
	agent: { id: string; name: string },
	conversationId: string,
	now: Date,
): { claimLink: string; expiresAt: string } {
	const expiresAt = now.getTime() + LINK_LIFETIME_MS;
	const token = signToken(
		{
			id: agent.id,
			name: agent.name,
			role: 'agent',
			use: 'link',
			nonce: randomUUID(),
			expiresAt,
			conversationId,
			claim: true,
		},
		inbox.secret,
	);
	return {
		claimLink: `${inbox.address}?link=${encodeURIComponent(token)}`,
		expiresAt: isoTime(new Date(expiresAt)),
	};
}
