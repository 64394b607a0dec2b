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

/** Indexes of the outputs on the canvas. */
const CONTINUE = 0;
const ESCALATE = 1;

export class EscalationScorer implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Escalation Scorer',
		name: 'escalationScorer',
		icon: { light: 'file:escalationScorer.svg', dark: 'file:escalationScorer.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] === "testRules" ? "Test rules" : "Sensitivity: " + $parameter["preset"] }}',
		description:
			'Decide whether a person should step into a WhatsApp bot conversation, and say why: requests for a person, misunderstandings, mood, topics, high value, own rules',
		defaults: { name: 'Escalation Scorer' },
		usableAsTool: true,
		inputs: `={{ $parameter["secondOpinion"] ? [{ type: "${NodeConnectionTypes.Main}" }, { type: "${NodeConnectionTypes.AiLanguageModel}", displayName: "Model", maxConnections: 1, required: true }] : [{ type: "${NodeConnectionTypes.Main}" }] }}`,
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Continue', 'Escalate'],
		credentials: [storeCredential],
		properties: parameters,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const outputs: [INodeExecutionData[], INodeExecutionData[]] = [[], []];
		if (items.length > 0 && this.getNodeParameter('operation', 0) === 'testRules') {
			const { testRules } = await import('./testRules');
			try {
				const report = testRules(this);
				return [report.continue, report.escalate];
			} catch (error) {
				const failure = toNodeError(this.getNode(), error);
				if (!this.continueOnFail()) throw failure;
				outputs[CONTINUE].push(failedItem(this.getNode(), items[0]!, failure, 0));
				return outputs;
			}
		}
		const { scoreItem } = await import('./scoreItem');
		for (let index = 0; index < items.length; index++) {
			try {
				checkParameters(this, parameters, index);
				const { decision, json } = await scoreItem(this, index);
				outputs[decision === 'escalate' ? ESCALATE : CONTINUE].push({
					json,
					...(items[index]!.binary ? { binary: items[index]!.binary } : {}),
					pairedItem: { item: index },
				});
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				// A conversation that cannot be scored goes to a person: no customer is left behind by a fault of ours.
				outputs[ESCALATE].push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return outputs;
	}
}
