/** What has been begun in a conversation and not sent: never one in the place of the other, since a customer reads only one of them. */
export interface Draft {
	reply: string;
	note: string;
}

export type Mode = keyof Draft;

export const NO_DRAFT: Draft = Object.freeze({ reply: '', note: '' });

/** With which of the two the composer begins, where it is free to: the one that somebody is in the middle of. */
export function modeOf({ reply, note }: Draft): Mode {
	return note.trim() && !reply.trim() ? 'note' : 'reply';
}

/**
 * The draft after the writer has chosen the other kind on purpose: what was typed under the wrong one moves along, unless there is
 * something already.
 */
export function moved(draft: Draft, from: Mode, to: Mode): Draft {
	if (from === to || draft[to].trim()) return draft;
	return { ...NO_DRAFT, [to]: draft[from] };
}
