import type { ConversationMessage } from '../../../core/conversation/message';
import type { Fields } from '../fields';

/** What a message says, whoever sent it: everything but ids, times and direction. */
export type Content = Pick<ConversationMessage, 'type' | 'text'> &
	Partial<
		Pick<
			ConversationMessage,
			| 'media'
			| 'interactive'
			| 'location'
			| 'contacts'
			| 'order'
			| 'reaction'
			| 'target'
			| 'system'
			| 'errors'
			| 'raw'
		>
	>;

/** Reads the content of one message; undefined if the message does not hold what its type promises. */
export type ContentReader = (message: Fields) => Content | undefined;
