import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { checkParameters } from '../shared/checkParameters';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential } from '../shared/store';
import { parameters } from './parameters';

export class ContextSummarizer implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Context Summarizer',
		name: 'contextSummarizer',
		icon: { light: 'file:contextSummarizer.svg', dark: 'file:contextSummarizer.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["source"] === "messages" ? "brief from messages" : "brief of the conversation" }}',
		description:
			'Give the agent all that the customer has told already: need, open question, references, what the bot tried, and a first reply',
		defaults: { name: 'Context Summarizer' },
		usableAsTool: true,
		inputs: [
			NodeConnectionTypes.Main,
			{
				type: NodeConnectionTypes.AiLanguageModel,
				displayName: 'Model',
				maxConnections: 1,
				required: false,
			},
		],
		outputs: [NodeConnectionTypes.Main],
		credentials: [storeCredential],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// The rules of ten languages are loaded when they are first needed, not with n8n.
		const { summariseItem } = await import('./summariseItem');
		const items = this.getInputData();
		const output: INodeExecutionData[] = [];
		for (let index = 0; index < items.length; index++) {
			const item = items[index]!;
			const binary = item.binary ? { binary: item.binary } : {};
			try {
				checkParameters(this, parameters, index);
				const json = await summariseItem(this, index);
				output.push({ json, ...binary, pairedItem: { item: index } });
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				output.push(failedItem(this.getNode(), item, failure, index));
			}
		}
		return [output];
	}
}
