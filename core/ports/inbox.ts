import type {
	Conversation,
	ConversationState,
	Owner,
	Priority,
} from '../conversation/conversation';
import type { ConversationMessage } from '../conversation/message';
import type { Brief } from '../summary/brief';

/** A conversation's thread in the shared inbox. */
export interface InboxThread {
	conversation: Conversation;
	messages: ConversationMessage[];
	brief?: Brief;
}

export interface InboxThreadRef {
	/** Which inbox: "embedded", "chatwoot". */
	inbox: string;
	threadId: string;
	/** Where an agent opens it; undefined while the inbox has no address. */
	url?: string;
}

/** The shared inbox that agents work in. Implementations: adapters/inbox. All calls are idempotent. */
export interface InboxPort {
	readonly name: string;
	/** Creates the thread or finds it, and brings its messages, brief, owner and state up to date. */
	openThread(thread: InboxThread): Promise<InboxThreadRef>;
	appendMessage(ref: InboxThreadRef, message: ConversationMessage): Promise<void>;
	addNote(ref: InboxThreadRef, note: { text: string; key: string }): Promise<void>;
	setStatus(
		ref: InboxThreadRef,
		status: { state: ConversationState; owner?: Owner; priority: Priority },
	): Promise<void>;
}
