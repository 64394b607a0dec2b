import type { Changes, ConversationView, HandoffStore } from '../ports/store';
import type { Clock, IsoTime } from '../time';
import { addMilliseconds, isoTime } from '../time';
import type { Burst, Conversation } from './conversation';
import type { Arrival } from './intake';
import type { ConversationMessage, MessageType } from './message';
import { byTime, isCustomerTurn } from './message';

/*
 * Customers type three short messages where one was meant. With a quiet period, messages of one conversation are held back until none
 * has come for so long, and then come out as one. Each delivery waits by itself; what decides is in the store: the burst of a
 * conversation has a rank that rises with each message that joins, and only who joined last, by that rank, gives it out. So it is right
 * across processes, and nobody has to know of the others. A message counts as handled when the burst it is part of has been claimed,
 * except the one that speaks for all: whatever dies on the way leaves messages for the watchdog's recovery, and loses none.
 */

/** How long a burst waits. */
export interface QuietPeriod {
	/** Without a further message. */
	quietMs: number;
	/** In all, however long the customer goes on. */
	longestMs: number;
}

/** More messages than this are no burst but a monologue, and an item has to end somewhere. */
const MOST_MESSAGES = 40;

/** How late a waiting process may be. A burst that is older was left behind by one that died; recovery hands its messages on. */
const LATE_MS = 30_000;

/** The newest messages of a conversation among which those of a burst are looked for: the bot and staff may have spoken between. */
const LOOK_BACK = 4 * MOST_MESSAGES;

/** Whoever taps a button, picks from a list or orders has finished the sentence. */
const COMPLETE: ReadonlySet<MessageType> = new Set(['interactive', 'button', 'order']);

/** Whether a message is held back at all: what the customer says to the bot is, all else comes out at once. */
function waits({ state }: Conversation, message: ConversationMessage): boolean {
	return state === 'bot' && isCustomerTurn(message);
}

/**
 * Adds messages to the burst of their conversation, or begins one. Gives the burst as it is then, or undefined where they are not to
 * wait. For use inside {@link HandoffStore.decide}. No audit line: nobody's charge of the conversation has changed.
 */
export function hold(
	{ conversation }: Pick<ConversationView, 'conversation'>,
	messages: ConversationMessage[],
	{ quietMs, longestMs }: QuietPeriod,
	now: IsoTime,
): Changes<Burst | undefined> {
	if (!messages.every((message) => waits(conversation, message))) return { result: undefined };
	const open = conversation.burst;
	const known = open && open.until >= addMilliseconds(now, -LATE_MS) ? open : undefined;
	const openedAt = known?.openedAt ?? now;
	const messageIds = [...new Set([...(known?.messageIds ?? []), ...messages.map(({ id }) => id)])];
	const finished =
		messageIds.length >= MOST_MESSAGES || messages.some(({ type }) => COMPLETE.has(type));
	const quiet = addMilliseconds(now, quietMs);
	const latest = addMilliseconds(openedAt, longestMs);
	const burst: Burst = {
		// Never used before in this conversation, also after a burst that was left behind.
		rank: conversation.version + 1,
		messageIds,
		openedAt,
		until: finished ? now : quiet < latest ? quiet : latest,
	};
	return {
		result: burst,
		conversation: { ...conversation, burst, version: conversation.version + 1, updatedAt: now },
	};
}

/**
 * Claims a burst: gives the conversation if nobody has joined since `held`, else undefined, as then whoever joined gives it out. All its
 * messages but `speaker` are handled with it; that one notes whom it speaks for.
 */
export function claim(
	{ conversation }: Pick<ConversationView, 'conversation'>,
	held: Burst,
	speaker: ConversationMessage | undefined,
	now: IsoTime,
): Changes<Conversation | undefined> {
	if (conversation.burst?.rank !== held.rank) return { result: undefined };
	const { burst: _burst, ...rest } = conversation;
	const next: Conversation = { ...rest, version: conversation.version + 1, updatedAt: now };
	const others = held.messageIds.filter((id) => id !== speaker?.id);
	// Where a person has taken over meanwhile, all of them are in the inbox, and nothing has to be found again.
	const handled = next.state === 'human' ? held.messageIds : others;
	return {
		result: next,
		conversation: next,
		handled: { ids: handled, at: now },
		...(speaker && others.length > 0
			? { messages: [{ ...speaker, joined: held.messageIds }] }
			: {}),
	};
}

/** Whether a message waits in a burst that somebody is about to give out. */
export function isHeld(
	{ burst }: Pick<Conversation, 'burst'>,
	messageId: string,
	now: IsoTime,
): boolean {
	return (
		burst !== undefined &&
		burst.messageIds.includes(messageId) &&
		burst.until >= addMilliseconds(now, -LATE_MS)
	);
}

/**
 * The message that stands for several: the newest one, with all texts below each other, and with the file, place or choice of the newest
 * that has one. What the customer deleted meanwhile is left out, and what they corrected is there as corrected. Undefined if nothing
 * is left. `thread` may hold other messages beside those of the burst.
 */
export function join(
	messageIds: readonly string[],
	thread: readonly ConversationMessage[],
): ConversationMessage | undefined {
	const ids = new Set(messageIds);
	const deleted = new Set<string>();
	const corrected = new Map<string, string>();
	for (const { type, target } of thread) {
		if (type === 'revoke' && target) deleted.add(target.messageId);
		if (type === 'edit' && target?.text !== undefined) corrected.set(target.messageId, target.text);
	}
	const parts = thread
		.filter(({ id }) => ids.has(id) && !deleted.has(id))
		.sort(byTime)
		.map(({ joined: _joined, ...message }) => ({
			...message,
			text: corrected.get(message.id) ?? message.text,
		}));
	const last = parts.at(-1);
	if (!last || parts.length === 1) return last;
	const shown = parts.findLast(({ type }) => type !== 'text') ?? last;
	const first = <K extends 'quoted' | 'referral'>(key: K) =>
		parts.find((part) => part[key] !== undefined)?.[key];
	const quoted = first('quoted');
	const referral = first('referral');
	return {
		...shown,
		id: last.id,
		sentAt: last.sentAt,
		receivedAt: last.receivedAt,
		text: parts
			.map(({ text }) => text)
			.filter(Boolean)
			.join('\n'),
		...(quoted ? { quoted } : {}),
		...(referral ? { referral } : {}),
		joined: parts.map(({ id }) => id),
		parts,
	};
}

/** What waiting needs: the store, the clock, and a way to wait. */
export interface BurstPorts {
	store: Pick<HandoffStore, 'decide' | 'history'>;
	clock: Clock;
	sleep(milliseconds: number): Promise<void>;
	/** Told what went wrong with one conversation; the others go on. */
	warn(error: unknown): void;
}

/**
 * Waits until the customers of these arrivals have finished, and gives one arrival for each burst that is ours to give out, with the
 * conversation as it is then. Those that are not to wait come through as they are. Resolves when the last one is decided.
 */
export async function gather(
	ports: BurstPorts,
	arrivals: Arrival[],
	period: QuietPeriod,
): Promise<Arrival[]> {
	const byConversation = new Map<string, Arrival[]>();
	for (const arrival of arrivals) {
		const { id } = arrival.conversation;
		byConversation.set(id, [...(byConversation.get(id) ?? []), arrival]);
	}
	const gathered = await Promise.all(
		[...byConversation.values()].map(async (ofOne) => {
			const { conversation } = ofOne[0]!;
			const waiting = ofOne.filter(({ message }) => waits(conversation, message));
			const atOnce = ofOne.filter((arrival) => !waiting.includes(arrival));
			if (waiting.length === 0) return atOnce;
			return [...atOnce, ...(await finished(ports, waiting, period))];
		}),
	);
	return gathered.flat();
}

async function finished(
	{ store, clock, sleep, warn }: BurstPorts,
	arrivals: Arrival[],
	period: QuietPeriod,
): Promise<Arrival[]> {
	const { id } = arrivals[0]!.conversation;
	const messages = arrivals.map(({ message }) => message);
	const now = isoTime(clock.now());
	let held: Burst | undefined;
	try {
		held = await store.decide(id, (view) => hold(view, messages, period, now));
		// A person has taken over in this very moment: nothing waits for the bot.
		if (!held) {
			const conversation = await store.decide(id, (view) => ({ result: view.conversation }));
			return arrivals.map((arrival) => ({ ...arrival, conversation }));
		}
	} catch (error) {
		// Nothing has been claimed: better several items than none.
		warn(error);
		return arrivals;
	}
	const wait = Date.parse(held.until) - clock.now().getTime();
	if (wait > 0) await sleep(wait);
	try {
		return await givenOut(store, id, held, arrivals.at(-1)!.raw, isoTime(clock.now()));
	} catch (error) {
		// Whether the claim was written is not known, so it must not be repeated: recovery finds what was not handled.
		warn(error);
		return [];
	}
}

async function givenOut(
	store: BurstPorts['store'],
	id: string,
	held: Burst,
	raw: unknown,
	now: IsoTime,
): Promise<Arrival[]> {
	const thread = await store.history(id, { limit: LOOK_BACK });
	const message = join(held.messageIds, thread);
	const speaker = thread.find((one) => one.id === message?.id);
	const conversation = await store.decide(id, (view) => claim(view, held, speaker, now));
	return conversation && message ? [{ conversation, message, raw }] : [];
}

/** A message that speaks for a burst, with what the others said: for whoever finds it again after a restart. */
export async function rejoined(
	store: Pick<HandoffStore, 'history'>,
	conversation: Conversation,
	message: ConversationMessage,
): Promise<ConversationMessage> {
	if (!message.joined) return message;
	const thread = await store.history(conversation.id, { limit: LOOK_BACK });
	return join(message.joined, thread) ?? message;
}
