'use strict';
/**
 * n8n loads the nodes by the list in package.json. This file is for integrators who want the rules without n8n, in a script
 * or a test of their own: the same pure functions that decide in the nodes. Each part is loaded when it is first asked for.
 */
const parts = {
	/** State machine of a conversation: `transition(conversation, event, actor, now)`. */
	conversation: () => require('./dist/core/conversation/transitions.js'),
	/** `score(input)`: whether a person should step in, and why. */
	escalation: () => require('./dist/core/escalation/index.js'),
	/** `chooseAgent(…)`: who takes a conversation over, and why. */
	routing: () => require('./dist/core/routing/index.js'),
	/** `summarise(input)`: the brief for the agent. */
	summary: () => require('./dist/core/summary/index.js'),
	/** Policies, clocks and business hours. */
	sla: () => require('./dist/core/sla/index.js'),
	/** What an upsert into a CRM means. */
	crm: () => require('./dist/core/crm/index.js'),
};

for (const [name, load] of Object.entries(parts)) {
	Object.defineProperty(exports, name, { enumerable: true, get: load });
}
