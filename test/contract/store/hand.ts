import type { Agent } from '../../../core/routing/agent';
import type { HandoffStore } from '../../../core/ports/store';
import { handOver } from '../../../core/routing';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { at, workflow } from '../../builders';

const AGENTS: Agent[] = ['ana', 'ben', 'cem'].map((id) => ({ id, name: id, capacity: 4 }));

/** Routes a conversation as the Handoff Router does, over three agents with room for four each. */
export function handToSomebody(store: HandoffStore, conversationId: string, minute = 1) {
	return store.route(conversationId, { key: 'agents', queue: 'Support' }, (view) =>
		handOver(
			view,
			{
				agents: AGENTS,
				queue: 'Support',
				strategies: ['roundRobin'],
				reason: 'Asked for a person',
				score: 100,
				signals: [],
				priority: 'normal',
				requiredSkills: [],
				preferredSkills: [],
				stickyDays: 30,
				policies: DEFAULT_POLICIES,
			},
			workflow,
			at(minute),
		),
	);
}
