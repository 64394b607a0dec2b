import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { HandoffOutcome } from '../../core/routing';
import { checkParameters } from '../shared/checkParameters';
import { chosenName } from '../shared/descriptions';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential } from '../shared/store';
import { parameters } from './parameters';
import { STRATEGY_CHOICES } from './parameters/strategies';

/** The outputs in their order on the canvas. */
const OUTPUTS: readonly HandoffOutcome[] = ['assigned', 'queued', 'off_hours', 'already'];

export class HandoffRouter implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Handoff Router',
		name: 'handoffRouter',
		icon: { light: 'file:handoffRouter.svg', dark: 'file:handoffRouter.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ $parameter["operation"] === "routeAgain" ? "Route again" : ${chosenName('strategy', STRATEGY_CHOICES)} }}`,
		description:
			'Hand a WhatsApp conversation to a person: choose the agent or queue, tell the customer, start the SLA clock',
		defaults: { name: 'Handoff Router' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
		],
		outputNames: ['Assigned', 'Queued', 'Off Hours', 'Already With a Person'],
		credentials: [
			{
				name: 'whatsAppHandoffApi',
				displayName: 'WhatsApp',
				// Sample conversations send nothing; docs/decisions/0008.
				required: false,
				displayOptions: { show: { acknowledge: [true] } },
			},
			{
				name: 'whatsAppHandoffInboxApi',
				displayName: 'Inbox Sign-In',
				required: true,
				displayOptions: { show: { claimLinks: [true] } },
			},
			storeCredential,
		],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { routeItem } = await import('./routeItem');
		const items = this.getInputData();
		const outputs: INodeExecutionData[][] = OUTPUTS.map(() => []);
		for (let index = 0; index < items.length; index++) {
			try {
				checkParameters(this, parameters, index);
				const { outcome, json } = await routeItem(this, index);
				outputs[OUTPUTS.indexOf(outcome)]!.push({ json, pairedItem: { item: index } });
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				// Nobody has it: what stands behind Assigned must not go on as if somebody had.
				const waiting = outputs[OUTPUTS.indexOf('queued')]!;
				waiting.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return outputs;
	}
}
