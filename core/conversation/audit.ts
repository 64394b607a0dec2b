import type { IsoTime } from '../time';
import type { ConversationState, Owner } from './conversation';

/** Who did it: an agent, a workflow's node, the customer by writing, or this package by a rule. */
export interface Actor {
	kind: 'agent' | 'workflow' | 'customer' | 'system';
	id?: string;
	name?: string;
}

/** One line of a conversation's audit log: who, when, what, why. */
export interface AuditEntry {
	at: IsoTime;
	actor: Actor;
	/** E.g. "escalate", "claim", "resolve". */
	action: string;
	reason?: string;
	from: ConversationState;
	to: ConversationState;
	owner?: Owner;
}
