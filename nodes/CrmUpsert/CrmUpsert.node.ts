import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	NodeApiError,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import type { CrmPort } from '../../core/ports/crm';
import { checkParameters } from '../shared/checkParameters';
import { chosenName } from '../shared/descriptions';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential, storeFor } from '../shared/store';
import { CHOICES, accountParameters, chosenCrm, crmCredentials, openCrm } from './account';
import { optionsField, planField, sharedFields } from './fields';
import { CrmItem } from './item';
import {
	getContactFieldNames,
	getContactMapping,
	getPipelines,
	getRecordMapping,
	getSegmentFieldNames,
	getStages,
} from './lists';
import { operations } from './operations';

const parameters: INodeProperties[] = [
	...accountParameters,
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: operations.map(({ option }) => option),
		default: 'upsert',
	},
	...sharedFields,
	...operations.flatMap(({ fields }) => fields),
	planField,
	...operations.map(({ option, options }) => optionsField(String(option.value), options)),
];

export class CrmUpsert implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'CRM Upsert',
		name: 'crmUpsert',
		icon: { light: 'file:crmUpsert.svg', dark: 'file:crmUpsert.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: `={{ ${chosenName(
			'operation',
			operations.map(({ option }) => option),
		)} + ": " + ${chosenName('crm', CHOICES)} }}`,
		description:
			'Bring a WhatsApp conversation into the CRM: one contact, one deal at the right stage, one note, however often it runs; and read back what the CRM knows',
		defaults: { name: 'CRM Upsert' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [...crmCredentials, storeCredential],
		properties: parameters,
	};

	methods = {
		loadOptions: { getPipelines, getStages, getContactFieldNames, getSegmentFieldNames },
		resourceMapping: { getContactMapping, getRecordMapping },
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
		const chosen = chosenCrm(this);
		const { baseUrl } = this.getNodeParameter('options', 0, {}) as { baseUrl?: string };
		let opening: Promise<CrmPort> | undefined;
		const open = () => (opening ??= openCrm(this, { baseUrl, many: items.length > 1 }));
		// Why it cannot be opened is told by the items that need it.
		const account =
			chosen.connected && items.length > 1 ? await open().catch(() => undefined) : undefined;

		const output: INodeExecutionData[] = [];
		const failures = new Map<number, NodeApiError | NodeOperationError>();
		const goOn = this.continueOnFail();
		await sideBySide(items.length, account?.together ?? 1, async (index) => {
			if (failures.size > 0 && !goOn) return;
			try {
				checkParameters(this, parameters, index);
				const store = await storeFor(this);
				const item = await CrmItem.read(this, index, store, operation.ofConversation);
				const json = await operation.execute({ item, store, chosen, open });
				output[index] = { json, pairedItem: { item: index } };
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				failures.set(index, failure);
				output[index] = failedItem(this.getNode(), items[index]!, failure, index);
			}
		});
		const first = failures.get(Math.min(...failures.keys()));
		if (first && !goOn) throw first;
		return [output];
	}
}

/** Works on items 0 to `count` - 1, no more than `most` of them at once; those that came first are begun first. */
async function sideBySide(
	count: number,
	most: number,
	work: (index: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < count) await work(next++);
	};
	await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
}
