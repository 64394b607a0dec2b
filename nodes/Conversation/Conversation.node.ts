import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IExecuteFunctions,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { checkParameters } from '../shared/checkParameters';
import { chosenName, conversationIdField } from '../shared/descriptions';
import { failedItem, toNodeError } from '../shared/errors';
import { openStore } from '../../adapters/store/open';
import type { StoreOptions } from '../../adapters/store/open';
import { storeCredential, storeFor } from '../shared/store';
import { operations } from './operations';
import { ONCE_OPTIONS, once, onceField } from './operations/once';
import type { Operation } from './operations/operation';
import { getTemplateSlots, getTemplates } from './operations/replyTemplate';

const parameters: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: operations.map(({ option }) => option),
		default: 'reply',
	},
	{
		...conversationIdField,
		displayOptions: {
			hide: {
				operation: operations
					.filter(({ onConversation }) => onConversation === false)
					.map(({ option }) => option.value as string),
			},
		},
	},
	...operations.flatMap(({ fields }) => fields),
	onceField(
		operations.filter(
			({ once: hasKey, fields }) => hasKey && !fields.some(({ name }) => name === ONCE_OPTIONS),
		),
	),
];

export class Conversation implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Conversation',
		name: 'conversation',
		icon: { light: 'file:conversation.svg', dark: 'file:conversation.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ ${chosenName(
			'operation',
			operations.map(({ option }) => option),
		)} }}`,
		description:
			'Read a WhatsApp conversation, reply as bot or agent, claim, reassign, resolve or return it to the bot',
		defaults: { name: 'Conversation' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsOf(operations),
		credentials: [
			{
				name: 'whatsAppHandoffApi',
				displayName: 'WhatsApp',
				// Sample conversations send nothing; docs/decisions/0008.
				required: false,
				displayOptions: { show: { operation: ['reply', 'resolve', 'takeOver', 'diagnose'] } },
			},
			{
				name: 'whatsAppHandoffInboxApi',
				displayName: 'Inbox Sign-In',
				required: true,
				displayOptions: { show: { operation: ['signInLink'] } },
			},
			// The name once more: n8n's lint reads it here to see that the credential has a test.
			{ ...storeCredential, name: 'whatsAppHandoffStoreApi', testedBy: 'storeOpens' },
		],
		properties: parameters,
	};

	methods = {
		loadOptions: { getTemplates },
		resourceMapping: { getTemplateSlots },
		credentialTest: {
			/** Opens the store of the credential and reads from it. */
			async storeOpens(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				try {
					const store = await openStore((credential.data ?? {}) as StoreOptions);
					await store.list({ limit: 1 });
					return { status: 'OK', message: 'The store works' };
				} catch (error) {
					const { message, advice } = error as Error & { advice?: string };
					return { status: 'Error', message: [message, advice].filter(Boolean).join('. ') };
				}
			},
		},
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
		const outputs: INodeExecutionData[][] = (operation.outputs ?? ['']).map(() => []);
		for (let index = 0; index < items.length; index++) {
			try {
				checkParameters(this, parameters, index);
				const run = {
					context: this,
					index,
					item: items[index]!.json,
					store: await storeFor(this),
					conversationId: this.getNodeParameter('conversationId', index, '') as string,
				};
				const done = await (operation.once ? once(operation, run) : operation.execute(run));
				for (const { json, binary, output } of Array.isArray(done) ? done : [done]) {
					outputs[output ?? 0]!.push({
						json,
						...(binary ? { binary } : {}),
						pairedItem: { item: index },
					});
				}
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				const failed = outputs[operation.failedOutput ?? 0]!;
				failed.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return outputs;
	}
}

/** The outputs by operation, as an expression: n8n draws them anew when the operation is changed. */
function outputsOf(all: readonly Operation[]): INodeTypeDescription['outputs'] {
	const type = NodeConnectionTypes.Main;
	const named = all.flatMap(({ option, outputs }) =>
		outputs ? [[option.value, outputs.map((displayName) => ({ type, displayName }))] as const] : [],
	);
	return `={{ (${JSON.stringify(Object.fromEntries(named))})[$parameter["operation"]] ?? ["${type}"] }}`;
}
