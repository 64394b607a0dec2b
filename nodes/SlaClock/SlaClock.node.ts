import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { checkParameters } from '../shared/checkParameters';
import { chosenName, conversationIdField } from '../shared/descriptions';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential, storeFor } from '../shared/store';
import { operations } from './operations';
import { now } from './operations/operation';

const parameters: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: operations.map(({ option }) => option),
		default: 'get',
	},
	conversationIdField,
	...operations.flatMap(({ fields }) => fields),
];

export class SlaClock implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SLA Clock',
		name: 'slaClock',
		icon: { light: 'file:slaClock.svg', dark: 'file:slaClock.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ ${chosenName(
			'operation',
			operations.map(({ option }) => option),
		)} }}`,
		description:
			'Read, start, pause, resume or stop the promises that SLA Watchdog keeps watch over',
		defaults: { name: 'SLA Clock' },
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
				const json = await operation.execute({
					context: this,
					index,
					item: items[index]!.json,
					store: await storeFor(this),
					conversationId: this.getNodeParameter('conversationId', index) as string,
					now: now(),
				});
				output.push({ json, pairedItem: { item: index } });
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				output.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return [output];
	}
}
