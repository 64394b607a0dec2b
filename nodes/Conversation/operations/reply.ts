import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { systemClock } from '../../../adapters/clock/system';
import { whatsAppFor } from '../../../adapters/whatsapp/open';
import { templateWordsFor } from '../../../adapters/whatsapp/templates';
import { isGatewayChannel } from '../../../core/conversation/gateway';
import { planReply, reply as sendReply } from '../../../core/conversation/reply';
import type { ReplyAuthor, ReplyRequest } from '../../../core/conversation/reply';
import type { OutboundMessage } from '../../../core/ports/messaging';
import { readBotFacts } from '../../EscalationScorer/botFacts';
import { handoffItem, ledBy, toJson } from '../../shared/item';
import type { Operation, OperationRun } from './operation';
import { agentFields, agentOf } from './operation';
import { contentFields, contentOf } from './replyContent';
import type { OutsideWindow } from './replyTemplate';
import { outsideWindow, outsideWindowFields } from './replyTemplate';

const displayOptions = { show: { operation: ['reply'] } };

/** Outputs of this operation: Sent, Withheld. */

const SENT = 0;
const WITHHELD = 1;

export const reply: Operation = {
	option: {
		name: 'Reply',
		value: 'reply',
		action: 'Reply to the customer',
		description:
			'Send a WhatsApp text if its author is in charge at that moment; a bot reply that comes after a person took over is withheld',
	},
	fields: [
		{
			displayName: 'From',
			name: 'author',
			type: 'options',
			displayOptions,
			options: [
				{ name: 'Bot', value: 'bot', description: 'Only sent while the bot is in charge' },
				{ name: 'Agent', value: 'agent', description: 'Only sent while a person is in charge' },
				{
					name: 'System',
					value: 'system',
					description: 'An automatic notice; it does not count as an answer',
				},
			],
			default: 'bot',
			description: 'Who speaks',
		},
		...contentFields,
		...agentFields('reply', false).map((field) => ({
			...field,
			displayOptions: { show: { operation: ['reply'], author: ['agent'] } },
		})),
		{
			displayName: 'Plan Only',
			name: 'planOnly',
			type: 'boolean',
			displayOptions,
			default: false,
			description:
				'Whether to only say what would be sent, e.g. while a new bot runs in the shadow of people',
		},
		{
			displayName: 'Options',
			name: 'replyOptions',
			type: 'collection',
			displayOptions,
			default: {},
			placeholder: 'Add Option',
			options: [
				{
					displayName: 'Quote the Customer’s Message',
					name: 'quote',
					type: 'boolean',
					default: false,
					description: 'Whether the message that is answered is shown above the text',
				},
				...outsideWindowFields,
			],
		},
	],
	outputs: ['Sent', 'Withheld'],
	failedOutput: WITHHELD,
	async execute(run) {
		const { context, index, item, store, conversationId } = run;
		const author = context.getNodeParameter('author', index) as ReplyAuthor;
		const options = context.getNodeParameter('replyOptions', index, {}) as OutsideWindow & {
			quote?: boolean;
		};
		const agent = author === 'agent' ? agentOf(run) : undefined;
		const answered = (item.message as { id?: string } | undefined)?.id;
		const customer = (item.customer as { name?: string } | undefined)?.name;
		const { text, message, prepare, digest, purpose, needsOptIn, origin, accepted } =
			await contentOf(run, options.quote ? answered : undefined);
		const instead = outsideWindow(options, customer);
		const planOnly = context.getNodeParameter('planOnly', index, false) === true;
		const send = (request: ReplyRequest) =>
			planOnly
				? planReply({ store, clock: systemClock }, request)
				: sendReply({ store, messaging: whatsAppFor(context, index), clock: systemClock }, request);
		const result = await send({
			conversationId,
			author,
			...(agent?.id ? { authorId: agent.id, authorName: agent.name } : {}),
			message,
			// Of one that is chosen here nobody has seen the words; of one from the inbox page the agent has.
			...(text && message.type === 'template' && purpose ? {} : { says: text }),
			wordsOf: templateWordsFor(context, index),
			...(prepare ? { prepare } : {}),
			...(purpose ? { purpose } : {}),
			...(needsOptIn ? { needsOptIn } : {}),
			...(origin ? { origin } : {}),
			...(accepted ? { accepted } : {}),
			...(instead ? { templateOutsideWindow: instead } : {}),
			...(author === 'bot' ? botTurnOf(item) : {}),
			key: keyOf(
				item,
				{ text, message, file: await digest?.() },
				`${context.getExecutionId()}:${index}`,
			),
			...(answered ? { answers: answered } : {}),
			...seenIn(item, conversationId),
		});
		const { conversation } = result;
		const throughBranch = isGatewayChannel(conversation.channelId);
		// The file goes on to the branch that sends it.
		const binary = throughBranch ? context.getInputData()[index]?.binary : undefined;
		return {
			json: ledBy(
				{
					reply: toJson({ ...(await outcomeOf(run, result, throughBranch)), text }),
					...handoffItem(conversation),
					...(item.message ? { message: item.message } : {}),
				},
				item,
			),
			...(binary ? { binary } : {}),
			output: result.outcome === 'withheld' ? WITHHELD : SENT,
		};
	},
};

/** The newest messages among which one that went out before is looked for. */
const LOOK_BACK = 100;

/**
 * The result as the item shows it. For a branch of the workflow that sends by a gateway: what is to be sent, and of a reply that a retried
 * execution gives again, its id there, where the branch has sent it already. Where that is missing it died before, and has to send it now.
 */
async function outcomeOf(
	{ store }: OperationRun,
	result: Awaited<ReturnType<typeof sendReply | typeof planReply>>,
	throughBranch: boolean,
) {
	const { conversation, ...shown } = result;
	if (shown.outcome !== 'sent') return shown;
	const { message, ...sent } = shown;
	if (!throughBranch) return sent;
	const thread = sent.repeated ? await store.history(conversation.id, { limit: LOOK_BACK }) : [];
	const gatewayMessageId = thread.find(({ id }) => id === sent.messageIds[0])?.sentAs;
	return { ...sent, message, ...(gatewayMessageId ? { gatewayMessageId } : {}) };
}

/** The conversation as the item shows it, from when the bot began. */
function seenIn(item: IDataObject, conversationId: string): Pick<ReplyRequest, 'seen'> {
	const { id, episode, handoffCount } = (item.conversation ?? {}) as Partial<Seen & { id: string }>;
	return id === conversationId && typeof episode === 'number' && typeof handoffCount === 'number'
		? { seen: { episode, handoffCount } }
		: {};
}

type Seen = NonNullable<ReplyRequest['seen']>;

/** What the bot of this workflow says of its own answer, where it does: the item's `bot`, which Escalation Scorer reads too. */
function botTurnOf(item: IDataObject): Pick<ReplyRequest, 'bot'> {
	if (typeof item.bot !== 'object' || item.bot === null) return {};
	const { confidence, understood, intent } = readBotFacts(item.bot as IDataObject);
	const bot = {
		...(confidence === undefined ? {} : { confidence: share(confidence) }),
		...(understood === undefined ? {} : { understood }),
		...(intent ? { intent } : {}),
	};
	return Object.keys(bot).length > 0 ? { bot } : {};
}

/** 0 to 1, also where the bot counts in per cent. */
function share(confidence: number): number {
	return Math.min(1, Math.max(0, confidence > 1 ? confidence / 100 : confidence));
}

/**
 * The same content in answer to the same message is the same reply, however often the execution is retried; two pictures, or a text
 * with buttons and one without, are two. A reply from the inbox page brings its own key; one that answers nothing is known by its
 * execution.
 */
function keyOf(
	item: IDataObject,
	{ text, message, file }: { text: string; message: OutboundMessage; file?: string },
	execution: string,
): string {
	const own = (item.reply as { key?: string } | undefined)?.key;
	if (own) return own;
	const answered = (item.message as { id?: string } | undefined)?.id;
	const content = message.type === 'text' ? text : JSON.stringify([text, message, file ?? '']);
	const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
	return `${answered ?? execution}:${hash}`;
}
