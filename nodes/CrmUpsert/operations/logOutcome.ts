import type { Outcome } from '../../../core/conversation/conversation';
import { logOutcome as log, outcomeValues } from '../../../core/crm';
import { CrmError } from '../../../core/ports/crm';
import { OPTION, ownerField, pipelineField, stageField } from '../fields';
import type { CrmItem } from '../item';
import type { Operation } from './operation';
import { destination, fieldsOfHandoff, stageOf, withResult } from './operation';

interface Options {
	allowBackwards?: boolean;
	closedBy?: string;
	followUpAt?: unknown;
	recordId?: string;
}

const SHOW = { operation: ['logOutcome'] };

export const logOutcome: Operation = {
	option: {
		name: 'Log Outcome',
		value: 'logOutcome',
		action: 'Log how a conversation ended',
		description:
			'Bring back how a person ended a conversation: a note, the stage, the fields, and the task done',
	},
	ofConversation: true,
	fields: [
		{
			displayName: 'Outcome',
			name: 'disposition',
			type: 'string',
			displayOptions: { show: SHOW },
			default: '={{ $json.conversation?.outcome?.disposition }}',
			placeholder: 'e.g. sold',
			description: 'How the conversation ended; empty for what the conversation says',
		},
		{
			displayName: 'Resolution',
			name: 'resolution',
			type: 'string',
			displayOptions: { show: SHOW },
			default: '={{ $json.conversation?.outcome?.resolution }}',
			placeholder: 'e.g. Chose the yearly plan',
			description: 'What was agreed or done',
		},
		{
			displayName: 'Next Action',
			name: 'nextAction',
			type: 'string',
			displayOptions: { show: SHOW },
			default: '={{ $json.conversation?.outcome?.nextAction }}',
			placeholder: 'e.g. Send the contract',
			description: 'What is to be done now; with the option Follow Up At it becomes a task',
		},
		pipelineField('logOutcome'),
		stageField('logOutcome'),
		ownerField('logOutcome', '={{ $json.agent?.id }}'),
	],
	options: [
		OPTION.allowBackwards,
		OPTION.baseUrl,
		OPTION.externalId,
		OPTION.handoffFields,
		OPTION.recordId,
		OPTION.reference,
		{
			displayName: 'Closed By',
			name: 'closedBy',
			type: 'string',
			default: '={{ $json.agent?.name }}',
			description: 'Who ended the conversation, as the note names them',
		},
		{
			displayName: 'Follow Up At',
			name: 'followUpAt',
			type: 'dateTime',
			default: '',
			description: 'When the next action is due; makes a task of it',
		},
	],
	async execute(run) {
		const { item, chosen } = run;
		const options = item.options<Options>();
		const { keys, owner } = item;
		const outcome = outcomeOf(item);
		const { pipelineId, stageId } = stageOf(item);
		const to = await destination(run, stageOf(item));
		const handoff = await fieldsOfHandoff(run);
		const recordId = options.recordId?.trim();
		const closedBy = options.closedBy?.trim() || item.given.agent?.name;
		const result = await log(to.port, to.environment, {
			account: chosen.account,
			contact: item.contact,
			deal: { key: keys.deal, ...(recordId ? { id: recordId } : {}) },
			outcome,
			...(closedBy ? { closedBy } : {}),
			...(stageId ? { stage: { ...(pipelineId ? { pipelineId } : {}), stageId } } : {}),
			noteKey: keys.outcome,
			taskKey: keys.task,
			...(owner ? { owner } : {}),
			...(options.followUpAt
				? {
						followUp: {
							key: keys.followUp,
							dueAt: item.time(options.followUpAt, 'Follow Up At'),
						},
					}
				: {}),
			...(handoff
				? { handoff: { ...handoff, deal: { ...handoff.deal, ...outcomeValues(outcome) } } }
				: {}),
			allowBackwards: options.allowBackwards ?? false,
		});
		return withResult(run, result, to);
	},
};

/** As the node says; what it leaves open, as the conversation does. */
function outcomeOf(item: CrmItem): Outcome {
	const known = item.conversation?.outcome;
	const disposition = item.text('disposition') || known?.disposition;
	if (!disposition) {
		throw new CrmError(
			'It is not known how the conversation ended, so there is nothing to log',
			'invalid',
			'Fill in Outcome, or run the node after an agent has resolved the conversation.',
		);
	}
	const resolution = item.text('resolution') || known?.resolution;
	const nextAction = item.text('nextAction') || known?.nextAction;
	return {
		disposition,
		...(resolution ? { resolution } : {}),
		...(nextAction ? { nextAction } : {}),
	};
}
