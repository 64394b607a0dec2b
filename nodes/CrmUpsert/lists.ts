import type {
	FieldType,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import type { CrmFieldType, CrmObject, CrmPort } from '../../core/ports/crm';
import { CRM_TITLES } from '../../core/ports/crm';
import { toNodeError } from '../shared/errors';
import { openCrm } from './account';

const MAPPER_TYPES: Record<CrmFieldType, FieldType> = {
	text: 'string',
	number: 'number',
	boolean: 'boolean',
	date: 'dateTime',
	datetime: 'dateTime',
	options: 'options',
};

/** The account that is chosen in the editor; what went wrong is told as when the node runs. */
async function fromAccount<T>(
	context: ILoadOptionsFunctions,
	read: (crm: CrmPort) => Promise<T>,
): Promise<T> {
	try {
		const options = context.getCurrentNodeParameter('options') as { baseUrl?: string } | undefined;
		return await read(await openCrm(context, { baseUrl: options?.baseUrl }));
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

export function getPipelines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return fromAccount(this, async (crm) => {
		const pipelines = await crm.listPipelines();
		// A stage that is named tells its pipeline.
		const none = this.getCurrentNodeParameter('operation') === 'upsert';
		return [
			{ name: none ? 'Default Pipeline' : 'Any Pipeline', value: '' },
			...pipelines.map(({ id, name }) => ({ name, value: id })),
		];
	});
}

/** What an empty choice means differs from operation to operation; Advance Stage has none. */
const WITHOUT_STAGE: Record<string, INodePropertyOptions[]> = {
	upsert: [{ name: 'First Open Stage', value: '' }],
	logOutcome: [{ name: 'Leave as It Is', value: '' }],
};

export function getStages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return fromAccount(this, async (crm) => {
		const pipelines = await crm.listPipelines();
		const chosen = this.getCurrentNodeParameter('pipeline');
		const pipeline = pipelines.find(({ id }) => id === chosen) ?? pipelines[0];
		const operation = String(this.getCurrentNodeParameter('operation'));
		return [
			...(WITHOUT_STAGE[operation] ?? []),
			...(pipeline?.stages ?? [])
				.toSorted((a, b) => a.order - b.order)
				.map(({ id, name, closed }) => ({ name: closed ? `${name} (Closed)` : name, value: id })),
		];
	});
}

export function getContactFieldNames(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return fromAccount(this, async (crm) =>
		(await crm.listFields('contact'))
			.map(({ name, label }) => ({ name: label, value: name, description: name }))
			.sort((a, b) => a.name.localeCompare(b.name)),
	);
}

/** For a field that may be left open: the editor marks an empty choice that is not on its list as a mistake. */
export async function getSegmentFieldNames(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	return [{ name: 'None', value: '' }, ...(await getContactFieldNames.call(this))];
}

export function getContactMapping(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return mapping(this, 'contact');
}

export function getRecordMapping(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return mapping(this, 'deal');
}

function mapping(context: ILoadOptionsFunctions, object: CrmObject): Promise<ResourceMapperFields> {
	return fromAccount(context, async (crm) => {
		const fields = (await crm.listFields(object))
			.filter(({ readOnly }) => !readOnly)
			.sort((a, b) => a.label.localeCompare(b.label))
			.map(({ name, label, type, options }): ResourceMapperField => ({
				id: name,
				displayName: label,
				required: false,
				defaultMatch: false,
				canBeUsedToMatch: false,
				display: true,
				// An account has hundreds; staff add the few that they want.
				removed: true,
				type: MAPPER_TYPES[type],
				...(options
					? { options: options.map((one) => ({ name: one.label, value: one.value })) }
					: {}),
			}));
		return {
			fields,
			...(fields.length === 0
				? {
						emptyFieldsNotice: `${CRM_TITLES[crm.crm]} shows no ${object} fields to this credential.`,
					}
				: {}),
		};
	});
}
