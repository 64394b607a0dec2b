import { advanceStage as advance } from '../../../core/crm';
import { CrmError } from '../../../core/ports/crm';
import { OPTION, pipelineField, stageField } from '../fields';
import type { Operation } from './operation';
import { destination, fieldsOfHandoff, stageOf, withResult } from './operation';

interface Options {
	allowBackwards?: boolean;
	recordId?: string;
}

export const advanceStage: Operation = {
	option: {
		name: 'Advance Stage',
		value: 'advanceStage',
		action: 'Move the record of a conversation to a stage',
		description: 'Move the deal, ticket or lead of a conversation forwards to a stage',
	},
	ofConversation: true,
	fields: [pipelineField('advanceStage'), { ...stageField('advanceStage'), required: true }],
	options: [
		OPTION.allowBackwards,
		OPTION.baseUrl,
		OPTION.externalId,
		OPTION.handoffFields,
		OPTION.recordId,
		OPTION.reference,
	],
	async execute(run) {
		const { item, chosen } = run;
		const { pipelineId, stageId } = stageOf(item);
		if (!stageId) {
			throw new CrmError(
				'No stage is chosen, so it is not known where the record is to go',
				'invalid',
				'Open the node and choose a stage from the list.',
			);
		}
		const options = item.options<Options>();
		const recordId = options.recordId?.trim();
		const handoff = await fieldsOfHandoff(run);
		const to = await destination(run, { ...(pipelineId ? { pipelineId } : {}), stageId });
		const result = await advance(to.port, to.environment, {
			account: chosen.account,
			contact: item.contact,
			deal: recordId ? { key: recordId, id: recordId } : { key: item.keys.deal },
			...(pipelineId ? { pipelineId } : {}),
			stageId,
			...(handoff ? { handoff } : {}),
			allowBackwards: options.allowBackwards ?? false,
		});
		return withResult(run, result, to);
	},
};
