import type { Conversation } from '../../conversation/conversation';
import type { IsoTime } from '../../time';
import type { Agent, RoutingView } from '../agent';

/** What a strategy may look at. Candidates have passed every exclusion (availability, queue, capacity, skills). */
export interface StrategyContext {
	conversation: Conversation;
	view: RoutingView;
	now: IsoTime;
	preferredSkills: readonly string[];
	/** BCP 47 tag of the customer's language, where it is known. */
	language?: string;
	/** Sticky routing looks back this many days. */
	stickyDays: number;
	/** Ids or e-mail addresses of the account manager, as the item names them (the CRM's owner). */
	accountManagers?: readonly string[];
	/** The item says that the customer is a VIP, whatever the profile says. */
	vip?: boolean;
}

/** Somebody, and why; or nobody, and why the next strategy is asked. */
export type Choice = { agent: Agent; why: string } | { agent?: undefined; why: string };

/** Picks one of the candidates (never an empty list) or passes to the next strategy of the chain. */
export type Strategy = (candidates: readonly Agent[], context: StrategyContext) => Choice;
