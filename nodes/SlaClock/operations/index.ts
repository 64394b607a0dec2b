import { settle, stopClocks } from '../../../core/sla';
import type { Operation } from './operation';
import { changeClocks, chosen, kindsField, standing } from './operation';
import { start } from './start';

const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get the clocks of a conversation',
		description:
			'What is promised, when it is due and why, what is overdue, and how earlier promises ended',
	},
	fields: [],
	execute: (run) => standing(run),
};

const pause: Operation = {
	option: {
		name: 'Pause',
		value: 'pause',
		action: 'Pause the clocks of a conversation',
		description:
			'Put the conversation on hold: no time counts and nothing is raised until Resume, or until somebody else gets it. A promised follow-up stays due.',
	},
	fields: [kindsField('pause', 'Which clocks to pause; none chosen means all')],
	execute: (run) => changeClocks(run, (live) => settle(chosen(run, live), 'paused', run.now)),
};

const resume: Operation = {
	option: {
		name: 'Resume',
		value: 'resume',
		action: 'Resume the clocks of a conversation',
		description: 'End the hold; what was left of each target is left again',
	},
	fields: [kindsField('resume', 'Which clocks to resume; none chosen means all')],
	execute: (run) => changeClocks(run, (live) => settle(chosen(run, live), 'resumed', run.now)),
};

const stop: Operation = {
	option: {
		name: 'Stop',
		value: 'stop',
		action: 'Stop the clocks of a conversation',
		description:
			'Say that a promise was kept outside WhatsApp, e.g. by phone, or that it no longer stands',
	},
	fields: [
		kindsField('stop', 'Which clocks to stop; none chosen means all'),
		{
			displayName: 'Because',
			name: 'how',
			type: 'options',
			displayOptions: { show: { operation: ['stop'] } },
			options: [
				{
					name: 'It No Longer Stands',
					value: 'called_off',
					description: 'Does not count in reports, unless it was broken already',
				},
				{
					name: 'It Was Kept',
					value: 'kept',
					description: 'Counts as kept, or as broken if it is late',
				},
			],
			default: 'kept',
		},
	],
	execute(run) {
		const how = run.context.getNodeParameter('how', run.index) as 'kept' | 'called_off';
		return changeClocks(run, (live) => stopClocks(chosen(run, live), how, run.now));
	},
};

/** In the order of the list that staff choose from. */
export const operations: readonly Operation[] = [get, pause, resume, start, stop];
