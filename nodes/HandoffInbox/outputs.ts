import type { IBinaryKeyData, INodeExecutionData } from 'n8n-workflow';

import type { InboxDone } from '../../core/inbox/actions';
import { handoffItem, toJson } from '../shared/item';

/** Outputs in their order on the canvas. */
const OUTPUTS = ['claimed', 'reply', 'note', 'reassigned', 'resolved', 'returned_to_bot'] as const;

/** Under this name the file of a reply lies in the item's binary data. */
export const FILE = 'file';

/** Something that an agent did, for the workflow. */
export interface Told {
	done: InboxDone;
	agent: { id: string; name: string };
	binary?: IBinaryKeyData;
}

/** Items by output. */
export function outputsOf(told: readonly Told[]): INodeExecutionData[][] {
	return OUTPUTS.map((output) =>
		told
			// A closing message is a reply to send as well as a part of the resolution.
			.filter(({ done }) => output === done.event || (output === 'reply' && done.reply))
			.map(({ done, agent, binary }) => ({
				json: {
					...handoffItem(done.conversation),
					agent,
					...(done.reply ? { reply: toJson(done.reply) } : {}),
					...(done.note ? { note: toJson(done.note) } : {}),
				},
				...(binary ? { binary } : {}),
			})),
	);
}
