import type { BusinessCalendar } from '../sla/policy';
import type { IsoTime } from '../time';

/** A person who can take conversations over. */
export interface Agent {
	/** Stable id; staff's own, or the e-mail address. */
	id: string;
	name: string;
	email?: string;
	/** E.164, for alerts. */
	phone?: string;
	skills?: string[];
	/** BCP 47 tags. */
	languages?: string[];
	/** Teams or queues that the agent serves; none named means every one. */
	queues?: string[];
	/** Open conversations that the agent can hold at once; none named means no limit. */
	capacity?: number;
	/** Switched off by the agent or the roster. Default true. */
	available?: boolean;
	/** Seniority, from 1; none named counts as 1. */
	level?: number;
	/** Share of a round robin's turns against the others', a whole number from 1. Default 1. */
	weight?: number;
	/** When the agent works, in the agent's own zone; always, if left out. */
	calendar?: BusinessCalendar;
	/** Out of office until then. */
	outUntil?: IsoTime;
}

/** What a routing decision may look at besides the conversation. All of it is read in the transaction that assigns. */
export interface RoutingView {
	/** Open conversations that each agent holds, by agent id. Agents with none may be absent. */
	openByAgent: ReadonlyMap<string, number>;
	/** Agent id → the tick of the roster's cursor at which the agent was last given a conversation. */
	lastAssigned: ReadonlyMap<string, number>;
	/** Conversations that wait in the queue, this one among them where it does. */
	waiting: number;
	/** How many of them have waited longer than this conversation; only where it waits already. */
	ahead?: number;
	/** Seconds from handoff to first answer of the queue's latest answered handoffs; the base of the expected wait. */
	recentWaitSeconds?: readonly number[];
}

/** Why an agent was or was not chosen, in staff's words. */
export interface Consideration {
	agentId: string;
	name: string;
	chosen: boolean;
	why: string;
}

/** The id of an agent as staff write it. E-mail addresses are compared without regard to case. */
export function agentIdOf(text: string): string {
	const id = text.trim();
	return id.includes('@') ? id.toLowerCase() : id;
}

/** Skills are compared without regard to case. */
export function hasSkill(agent: Agent, skill: string): boolean {
	return (agent.skills ?? []).some((own) => own.toLowerCase() === skill.toLowerCase());
}

/** Languages match by their primary tag: an agent who speaks "pt" serves a customer who writes "pt-BR". */
export function speaks(agent: Agent, language: string): boolean {
	const primary = (tag: string) => tag.toLowerCase().split(/[-_]/)[0];
	return (agent.languages ?? []).some((own) => primary(own) === primary(language));
}
