import type { ConversationMessage } from '../../core/conversation/message';
import type { Fields } from './fields';
import { asFilledText, asId, asNumber, defined } from './fields';

/**
 * One entry of `calls` as a line of the thread: a call that rings or has ended. WhatsApp gives both the same id, so the event is
 * part of the line's. Undefined for an entry without an id.
 */
export function readCall(
	call: Fields,
): Pick<ConversationMessage, 'id' | 'direction' | 'author' | 'type' | 'text' | 'call'> | undefined {
	const id = asId(call.id);
	const event = asFilledText(call.event);
	if (!id || !event) return undefined;
	const incoming = call.direction === 'USER_INITIATED';
	return {
		id: `${id}:${event}`,
		direction: incoming ? 'in' : 'out',
		// A call that the business makes is not a written answer: it must not look like an agent's message.
		author: incoming ? 'customer' : 'system',
		type: 'call',
		text: '',
		call: defined({
			id,
			event,
			status: asFilledText(call.status),
			durationSeconds: asNumber(call.duration),
		}),
	};
}
