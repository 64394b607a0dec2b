import type {
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { storeCredential } from '../shared/store';
import { parameters } from './parameters';

export class SlaWatchdog implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SLA Watchdog',
		name: 'slaWatchdog',
		icon: { light: 'file:slaWatchdog.svg', dark: 'file:slaWatchdog.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ ($parameter["policies"].policy ?? []).length > 1 ? $parameter["policies"].policy.length + " promises" : ($parameter["policies"].policy?.[0]?.kind ?? "first_response").replaceAll("_", " ") + ", " + ($parameter["policies"].policy?.[0]?.targetMinutes ?? 5) + " min" }}',
		description:
			'Starts the workflow before and when a promise to a handed-over customer is broken, so that no handoff is left unanswered',
		eventTriggerDescription: '',
		activationMessage: 'The watchdog is on: it rings before and when a promise is broken.',
		defaults: { name: 'SLA Watchdog' },
		inputs: [],
		outputs: [
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
		],
		outputNames: ['Warning', 'Breach', 'Recovery', 'Resolved Within Target'],
		credentials: [storeCredential],
		properties: parameters,
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const { watch } = await import('./watch');
		return watch(this);
	}
}
