import type {
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeExecutionData,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential } from '../shared/store';
import { openCrm } from './crm';
import { parameters } from './parameters';
import { upsertItem } from './upsertItem';

export class CrmUpsert implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'CRM Upsert',
		name: 'crmUpsert',
		icon: { light: 'file:crmUpsert.svg', dark: 'file:crmUpsert.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["withDeal"] ? "contact, deal and note" : "contact and note" }}',
		description:
			'Bring a WhatsApp conversation into the CRM: one contact, one deal at the right stage, one note, however often it runs',
		defaults: { name: 'CRM Upsert' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'hubspotAppToken',
				required: true,
				displayOptions: { show: { authentication: ['appToken'] } },
			},
			{
				name: 'hubspotOAuth2Api',
				required: true,
				displayOptions: { show: { authentication: ['oAuth2'] } },
			},
			storeCredential,
		],
		properties: parameters,
	};

	methods = {
		loadOptions: {
			async getPipelines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const pipelines = await openCrm(this, baseUrlOf(this)).crm.listPipelines();
				return [
					{ name: 'Default Pipeline', value: '' },
					...pipelines.map(({ id, name }) => ({ name, value: id })),
				];
			},
			async getStages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const pipelines = await openCrm(this, baseUrlOf(this)).crm.listPipelines();
				const chosen = this.getCurrentNodeParameter('pipeline');
				const pipeline = pipelines.find(({ id }) => id === chosen) ?? pipelines[0];
				return [
					{ name: 'First Open Stage', value: '' },
					...(pipeline?.stages ?? [])
						.toSorted((a, b) => a.order - b.order)
						.map(({ id, name }) => ({ name, value: id })),
				];
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const output: INodeExecutionData[] = [];
		let account: ReturnType<typeof openCrm> | undefined;
		for (let index = 0; index < items.length; index++) {
			try {
				const { baseUrl } = this.getNodeParameter('options', index, {}) as { baseUrl?: string };
				account ??= openCrm(this, baseUrl);
				output.push({ json: await upsertItem(this, account, index), pairedItem: { item: index } });
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				output.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return [output];
	}
}

function baseUrlOf(context: ILoadOptionsFunctions): string | undefined {
	return (context.getCurrentNodeParameter('options') as { baseUrl?: string } | undefined)?.baseUrl;
}
