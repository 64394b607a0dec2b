import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation } from '../../../core/conversation/conversation';
import type { CustomerIdentity, CustomerProfile } from '../../../core/conversation/identity';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { InboxActor } from '../../../core/inbox/actions';
import type { Absences } from '../../../core/inbox/availability';
import type { Directory } from '../../../core/inbox/directory';
import type { Review } from '../../../core/inbox/reviews';
import type { Presence } from '../../../core/inbox/presence';
import type { SlaClock } from '../../../core/sla/clock';
import type { Brief } from '../../../core/summary/brief';

export type { Colleague } from '../../../core/inbox/directory';
export type { View } from '../../../core/inbox/list';
export type { ListRow as Row } from '../../../core/inbox/lists';
import type { ListChange, ListPage as CoreListPage, Overall } from '../../../core/inbox/lists';

export type { ListChange, Overall };

/** `cursor` says which state of all conversations it is from. */
export type ListPage = CoreListPage & { cursor: string };
export type { Overview } from '../../../core/inbox/overview';
export type { AuditEntry, Brief, Conversation, ConversationMessage, SlaClock };

/** What the page is told once, when it opens, and again when colleagues change. */
export interface Start extends Directory {
	me: InboxActor;
	now: string;
	quickReplies: Array<{ shortcut: string; text: string }>;
	templates: Array<{ name: string; language: string; text: string }>;
	outcomes: string[];
	maxFileBytes: number;
}

/** As nodes/shared/item.ts gives the customer out. */
export interface Customer
	extends
		Partial<Pick<CustomerIdentity, 'phone' | 'waId' | 'userId' | 'username'>>,
		Partial<CustomerProfile> {
	key: string;
	vip: boolean;
}

export type OpenConversation = Omit<Conversation, 'identity' | 'profile'> & {
	customer: Customer;
	windowClosesAt?: string;
};

/** What comes with the page itself. */
export interface First {
	start: Start;
	list: ListPage;
}

export interface Detail {
	conversation: OpenConversation;
	messages: ConversationMessage[];
	/** Whether there are older messages than these. */
	more: boolean;
	brief?: Omit<Brief, 'memory'>;
	clocks: SlaClock[];
	audit: AuditEntry[];
	/** With what a closing message begins; empty for none. */
	closing: string;
	/** What this agent may judge of the conversation's handoffs, the newest first. */
	reviews: Review[];
}

export type Present = Omit<Presence, 'at'>;

/** What the page does not show yet. */
export interface Change {
	/** To ask with next time. */
	cursor: string;
	team: { version: string; present: Present[]; absences: Absences };
	/** What it means for the list that the page shows. */
	list?: ListChange;
	/** Anything may have changed: the list has to be read anew. */
	anew?: true;
	/** The open conversation, where it has changed; null where it no longer exists. */
	detail?: Detail | null;
}

export interface Filters {
	owner: string;
	queue: string;
	tag: string;
	since: string;
	until: string;
	search: string;
}

export const NO_FILTERS: Filters = {
	owner: '',
	queue: '',
	tag: '',
	since: '',
	until: '',
	search: '',
};
