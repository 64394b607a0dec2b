import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { isoTime } from '../../core/time';
import { systemClock } from '../../adapters/clock/system';
import { checkParameters } from '../shared/checkParameters';
import { chosenName } from '../shared/descriptions';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential, storeFor } from '../shared/store';
import { operations } from './operations';

const parameters: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: operations.map(({ option }) => option),
		default: 'metrics',
	},
	...operations.flatMap(({ fields }) => fields),
];

export class HandoffReport implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Handoff Report',
		name: 'handoffReport',
		icon: { light: 'file:handoffReport.svg', dark: 'file:handoffReport.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ ${chosenName(
			'operation',
			operations.map(({ option }) => option),
		)} }}`,
		description:
			'The numbers for the weekly review of WhatsApp handoffs, and the conversations that should have been handed over',
		defaults: { name: 'Handoff Report' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [storeCredential],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const name = this.getNodeParameter('operation', 0) as string;
		const operation = operations.find(({ option }) => option.value === name);
		if (!operation) {
			throw new NodeOperationError(this.getNode(), `The operation ${name} is not known`, {
				description: 'Choose an operation from the list.',
			});
		}
		const output: INodeExecutionData[] = [];
		for (let index = 0; index < items.length; index++) {
			try {
				checkParameters(this, parameters, index);
				const results = await operation.execute({
					context: this,
					index,
					store: await storeFor(this),
					now: isoTime(systemClock.now()),
				});
				output.push(...results.map((result) => ({ ...result, pairedItem: { item: index } })));
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				output.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return [output];
	}
}
