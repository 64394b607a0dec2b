import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { Conversation } from '../../../nodes/Conversation/Conversation.node';

export interface Run {
	operation: string;
	/** Parameters as n8n hands them out, expressions resolved. */
	parameters?: IDataObject | ((item: IDataObject) => IDataObject);
	items?: IDataObject[];
	continueOnFail?: boolean;
	/** Further parts of n8n's surface, e.g. credentials and helpers. */
	surface?: object;
}

/** Runs the Conversation node over items, with n8n's surface played by an object. */
export async function runConversation(run: Run): Promise<INodeExecutionData[][]> {
	const items = run.items ?? [{}];
	const parametersOf = (index: number): IDataObject => ({
		operation: run.operation,
		...(typeof run.parameters === 'function' ? run.parameters(items[index]!) : run.parameters),
	});
	const context = {
		getInputData: () => items.map((json) => ({ json })),
		getNodeParameter: (name: string, index: number, fallback?: unknown) => {
			const value = parametersOf(index)[name];
			if (value === undefined && fallback === undefined) {
				throw new Error(`Could not get parameter ${name}`);
			}
			return value ?? fallback;
		},
		getNode: () => ({ name: 'Conversation', type: 'conversation', credentials: {} }),
		getWorkflow: () => ({ id: 'w1', name: 'Intake' }),
		getExecutionId: () => '42',
		getTimezone: () => 'UTC',
		continueOnFail: () => run.continueOnFail === true,
		logger: { warn: () => undefined },
		...run.surface,
	} as unknown as IExecuteFunctions;
	return await new Conversation().execute.call(context);
}

/** The JSON of each output's items. */
export function jsonOf(outputs: INodeExecutionData[][]): IDataObject[][] {
	return outputs.map((items) => items.map(({ json }) => json));
}
