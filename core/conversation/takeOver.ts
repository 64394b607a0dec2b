import type { Changes, ConversationView, InboundMessage } from '../ports/store';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import { applyEvent } from './apply';
import type { Actor } from './audit';
import type { Conversation, Owner } from './conversation';
import type { CustomerIdentity } from './identity';
import { displayKey } from './identity';

/**
 * A person takes a conversation over, whoever has it and wherever they said so: the bot is silent from now on. What the bot has or what is
 * closed goes to `owner`; what waits in a queue goes to an agent; what an agent has stays theirs, since the bot is silent already.
 */
export function takeOver(
	view: ConversationView,
	{ owner, queue, reason }: { owner: Owner; queue: string; reason: string },
	by: { actor: Actor; now: IsoTime; policies: readonly SlaPolicy[] },
): Changes<Conversation> {
	const { state, owner: current, priority } = view.conversation;
	if (state !== 'human') {
		return applyEvent(
			view,
			{ type: 'escalate', reopens: true, owner, reason, score: 0, signals: [], priority, queue },
			by,
		);
	}
	if (owner.kind === 'agent' && current?.kind === 'queue') {
		return applyEvent(view, { type: 'assign', owner, reason }, by);
	}
	return { result: view.conversation };
}

/** The first line of a conversation with somebody who has never written, so that it can be taken over before they do. */
export function beforeFirstMessage(
	channelId: string,
	identity: CustomerIdentity,
	now: IsoTime,
): InboundMessage {
	return {
		channelId,
		identity,
		message: {
			id: `taken_over:${channelId}:${displayKey(identity)}`,
			direction: 'in',
			author: 'system',
			type: 'system',
			text: '',
			system: { kind: 'taken_over' },
			sentAt: now,
			receivedAt: now,
		},
	};
}
