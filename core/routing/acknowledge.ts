import { isConfirmedSend, trackerOf } from '../conversation/confirmation';
import { consentObjection } from '../conversation/consent';
import { windowClosesAt } from '../conversation/conversation';
import { languageOf } from '../conversation/language';
import type { ConversationMessage, SentTemplate } from '../conversation/message';
import type { MessagingPort, TemplateMessage } from '../ports/messaging';
import { MessagingError } from '../ports/messaging';
import type { HandoffStore, Turn } from '../ports/store';
import type { Clock, IsoTime } from '../time';
import { isoTime } from '../time';
import type { AcknowledgementTexts } from './acknowledgement';
import { acknowledgementText } from './acknowledgement';
import type { HandoffResult } from './handoff';

/** What became of telling the customer. */
export type Acknowledgement =
	| {
			sent: true;
			text: string;
			messageId?: string;
			/** Where it went out as a template, which; `text` is what that says, where it is known. */
			template?: SentTemplate;
	  }
	/** The conversation is handed over all the same; `message` and `advice` are for staff. */
	| { sent: false; text: string; message: string; advice: string };

/** One send is given this long before another execution may try again. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Where it is not known whether WhatsApp has a message, its status says so within this, if it has it: they take seconds. */
const WORD_WITHIN_MS = 20_000;

interface Ports {
	store: HandoffStore;
	messaging: MessagingPort;
	clock: Clock;
	sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Tells the customer that a person takes over, once for each handoff even if the execution is retried or runs twice, and
 * keeps the message in the thread. A channel that does not take the message does not undo the handoff. While another execution
 * is telling, this one waits for what becomes of it: if that one has died, nobody else would tell the customer. Whether that one had
 * sent the message is told by the message's status; where no word comes, it is sent: told twice is better than not told.
 */
export async function acknowledge(
	ports: Ports,
	result: HandoffResult,
	options: {
		timeZone: string;
		texts?: Partial<AcknowledgementTexts>;
		/** What a template says, for the thread; undefined where that cannot be found out. */
		wordsOf?: (template: TemplateMessage, channelId: string) => Promise<string | undefined>;
	},
): Promise<Acknowledgement> {
	const { store, messaging, clock, sleep } = ports;
	const { conversation, handoff } = result;
	// A request that is captured off hours is told of twice: that it is on record, and when somebody takes it on.
	const about = result.tell === 'off_hours_bot' ? 'capture' : 'acknowledgement';
	const key = `${handoff.id}:${about}`;
	const now = isoTime(clock.now());
	const owner = conversation.owner;
	const template = templateFor(result, now);
	const stopped = template && consentObjection(conversation.profile.consent, 'utility');
	const plain = acknowledgementText(
		{
			case: result.tell ?? (result.outcome === 'already' ? 'queued' : result.outcome),
			language: languageOf(conversation),
			timeZone: options.timeZone,
			now,
			agentName: owner?.kind === 'agent' ? owner.name : undefined,
			queue: handoff.queue,
			position: result.position,
			waitMinutes: result.wait?.known ? result.wait.minutes : undefined,
			dueAt: result.dueAt,
			opensAt: result.opensAt,
			customerName: conversation.profile.name ?? conversation.identity.name,
		},
		options.texts,
	);
	let text = template ? template.name : plain;
	if (stopped) return { sent: false, text, message: stopped.reason, advice: stopped.advice };

	let turn = await store.beginOnce(key, now, LEASE_MS);
	while (turn.state === 'busy') {
		await sleep(LOOK_EVERY_MS);
		turn = await store.beginOnce(key, isoTime(clock.now()), LEASE_MS);
	}
	if (turn.state === 'mine' && turn.again) turn = await wordOf(ports, key);
	if (turn.state === 'done') return await alreadyTold(ports, result, text, turn.result);
	if (template) text = (await options.wordsOf?.(template, conversation.channelId)) ?? text;
	let ids: string[];
	try {
		const { waId, userId } = conversation.identity;
		({ ids } = await messaging.send(
			conversation.channelId,
			{ waId, userId },
			template ?? { type: 'text', text },
			{ tracker: trackerOf(key) },
		));
	} catch (error) {
		if (!(error instanceof MessagingError)) throw error;
		if (error.failure === 'lost') {
			const word = await wordOf(ports, key);
			if (word.state === 'done') return await alreadyTold(ports, result, text, word.result);
			// It may be on its way all the same: the claim lapses, and nobody sends it again at once.
		} else {
			await store.abandonOnce(key);
		}
		return { sent: false, text, message: error.message, advice: error.advice };
	}
	const sent: Acknowledgement = {
		sent: true,
		text,
		...(ids[0] ? { messageId: ids[0] } : {}),
		...(template ? { template: sentAs(template, plain) } : {}),
	};
	const sentAt = isoTime(clock.now());
	await store.completeOnce(key, sent, sentAt);
	await keepInThread(store, result, sent, sentAt);
	return sent;
}

/** The approved template where the 24-hour window has closed since the customer was promised somebody: free text is refused then. */
function templateFor(
	{ conversation, handoff }: HandoffResult,
	now: IsoTime,
): TemplateMessage | undefined {
	const closes = windowClosesAt(conversation);
	const template = handoff.promise?.template;
	return template && closes && now >= closes ? { type: 'template', ...template } : undefined;
}

function sentAs({ name, language }: TemplateMessage, insteadOf?: string): SentTemplate {
	return { name, language, ...(insteadOf ? { insteadOf } : {}) };
}

/** Waits a little for word of a message of which it is not known whether it went out; ours to send where none comes. */
async function wordOf({ store, clock, sleep }: Ports, key: string): Promise<Turn> {
	const now = () => isoTime(clock.now());
	for (let waited = 0; waited < WORD_WITHIN_MS; waited += LOOK_EVERY_MS) {
		await sleep(LOOK_EVERY_MS);
		const turn = await store.beginOnce(key, now(), LEASE_MS);
		if (turn.state === 'done') return turn;
	}
	await store.extendOnce(key, now(), LEASE_MS);
	return { state: 'mine' };
}

/** What another execution has told, or a status has told of it. */
async function alreadyTold(
	{ store, clock }: Ports,
	result: HandoffResult,
	text: string,
	record: unknown,
): Promise<Acknowledgement> {
	const confirmed = isConfirmedSend(record) ? record.confirmed : undefined;
	const told: Acknowledgement = confirmed
		? { sent: true, text, messageId: confirmed.id }
		: (record as Acknowledgement);
	// The execution that told may have died before it could write it down.
	if (!result.handoff.acknowledgedAt) {
		await keepInThread(store, result, told, confirmed?.at ?? isoTime(clock.now()));
	}
	return told;
}

/** Writes what was told into thread and handoff. */
async function keepInThread(
	store: HandoffStore,
	result: HandoffResult,
	told: Acknowledgement,
	sentAt: IsoTime,
): Promise<void> {
	const { conversation, handoff } = result;
	if (!told.sent || !told.messageId) return;
	const { messageId, text } = told;
	// Of what only a status tells, the time says what it was.
	const late = templateFor(result, sentAt);
	const template = told.template ?? (late && sentAs(late));
	const message: ConversationMessage = {
		id: messageId,
		direction: 'out',
		author: 'system',
		type: template ? 'template' : 'text',
		text,
		...(template ? { template } : {}),
		sentAt,
		receivedAt: sentAt,
		status: 'sent',
	};
	await store.decide(conversation.id, ({ conversation: current }) => {
		const own = current.handoff?.id === handoff.id ? current.handoff : undefined;
		return {
			result: undefined,
			conversation: {
				...current,
				...(own
					? {
							handoff: {
								...own,
								acknowledgedAt: own.acknowledgedAt ?? sentAt,
								acknowledgementId: messageId,
							},
						}
					: {}),
				lastMessageAt: current.lastMessageAt > sentAt ? current.lastMessageAt : sentAt,
				version: current.version + 1,
				updatedAt: current.updatedAt > sentAt ? current.updatedAt : sentAt,
			},
			messages: [message],
		};
	});
}
