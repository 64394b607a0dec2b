import type {
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeCredentialDescription,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { n8nHttp } from '../../adapters/http/n8n';
import type { CrmName, CrmPort, CrmRecordKind } from '../../core/ports/crm';
import { CRM_TITLES } from '../../core/ports/crm';
import { ParameterInvalid } from '../shared/checkParameters';
import { CRMS } from './crms';
import type { Authentication, CrmChoice } from './crms/types';

/**
 * All that the node may use. None is marked as required: a sample conversation needs no account, and n8n would not start the
 * workflow (docs/decisions/0008). A real one without a credential stops with a message that names it.
 *
 * Each says where it is hidden, not where it is shown: a parameter that decides which credential is shown counts for the editor as the
 * way to sign in, and it would leave CRM out of the form.
 */
export const crmCredentials: INodeCredentialDescription[] = CRMS.flatMap(
	({ crm, parameter, authentications }) =>
		authentications.map(({ value, credential }) => ({
			name: credential,
			displayName: `${CRM_TITLES[crm]} Credential`,
			required: false,
			displayOptions: {
				hide: {
					crm: CRMS.map((other) => other.crm).filter((other) => other !== crm),
					[parameter]: authentications
						.map((other) => other.value)
						.filter((other) => other !== value),
				},
			},
		})),
);

export const CHOICES: INodePropertyOptions[] = CRMS.map(({ crm }) => ({
	name: CRM_TITLES[crm],
	value: crm,
}));

/** Where it goes, how n8n signs in there, and what a conversation becomes. */
export const accountParameters: INodeProperties[] = [
	{
		displayName: 'CRM',
		name: 'crm',
		type: 'options',
		noDataExpression: true,
		options: CHOICES,
		default: 'hubspot',
		description: 'Where contacts, deals and notes are kept',
	},
	...CRMS.map(authenticationOf),
	...CRMS.map(recordKindOf),
];

function authenticationOf({ crm, parameter, authentications }: CrmChoice): INodeProperties {
	const usual = authentications[0]!.value;
	return {
		displayName: 'Authentication',
		name: parameter,
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { crm: [crm] } },
		options: authentications.map(({ name, value }): INodePropertyOptions => ({ name, value })),
		default: usual,
		description: `How n8n signs in to ${CRM_TITLES[crm]}; the same credentials as n8n’s own ${CRM_TITLES[crm]} node`,
	};
}

function recordKindOf({ crm, kinds }: CrmChoice): INodeProperties {
	return {
		displayName: 'Record',
		name: 'recordKind',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { crm: [crm] } },
		options: kinds,
		default: 'deal',
		description: 'What a conversation becomes beside the contact',
	};
}

type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** What is chosen in the node, before any account is opened. */
export interface Chosen {
	crm: CrmName;
	recordKind: CrmRecordKind;
	/** Whether a credential is chosen, too. */
	connected: boolean;
	/** The id by which this account is told from others. */
	account: string;
}

interface Choice extends Chosen {
	choice: CrmChoice;
	authentication: Authentication;
}

export function chosenCrm(context: Context): Chosen {
	const { crm, recordKind, connected, account } = readChoice(context);
	return { crm, recordKind, connected, account };
}

/** Calls of items that run side by side come within so many milliseconds of each other. */
const GATHER_MS = 25;

/** The account that the node is connected to. `many`: whether several items are worked on at once. */
export async function openCrm(
	context: Context,
	options: { baseUrl?: string | undefined; many?: boolean },
): Promise<CrmPort> {
	const { crm, choice, authentication, recordKind, connected, account } = readChoice(context);
	if (!connected) {
		throw new NodeOperationError(
			context.getNode(),
			`No ${CRM_TITLES[crm]} credential is chosen in this node`,
			{ description: `Open the node and choose or create a credential for ${CRM_TITLES[crm]}.` },
		);
	}
	checkAddress(options.baseUrl?.trim());
	const { credential } = authentication;
	return choice.open(
		{
			send: n8nHttp(context as IExecuteFunctions, credential),
			account,
			recordKind,
			baseUrl: options.baseUrl?.trim() || undefined,
			gatherMs: options.many ? GATHER_MS : 0,
			timeZone: context.getTimezone(),
			credential,
		},
		context,
	);
}

function checkAddress(baseUrl: string | undefined): void {
	if (!baseUrl || /^https?:$/u.test(URL.canParse(baseUrl) ? new URL(baseUrl).protocol : '')) return;
	throw new ParameterInvalid(
		`Base URL is “${baseUrl}”, which is no address`,
		'Leave it out, or give an address that begins with https://.',
	);
}

function readChoice(context: Context): Choice {
	const crm = parameter(context, 'crm') as CrmName;
	const choice = CRMS.find((one) => one.crm === crm);
	if (!choice) {
		throw new NodeOperationError(context.getNode(), `There is no CRM ${crm}`, {
			description: `Choose ${CRMS.map((one) => CRM_TITLES[one.crm]).join(' or ')}.`,
		});
	}
	const way = parameter(context, choice.parameter);
	const authentication =
		choice.authentications.find(({ value }) => value === way) ?? choice.authentications[0]!;
	const used = context.getNode().credentials?.[authentication.credential];
	return {
		crm,
		choice,
		authentication,
		recordKind: (parameter(context, 'recordKind') ?? 'deal') as CrmRecordKind,
		// An imported workflow names credentials that are not there.
		connected: Boolean(used?.id),
		account: used?.id ?? crm,
	};
}

/** None of these can differ from item to item. The editor's lists are asked for what stands in the form at that moment. */
function parameter(context: Context, name: string): unknown {
	return 'getCurrentNodeParameter' in context
		? context.getCurrentNodeParameter(name)
		: context.getNodeParameter(name, 0, null);
}
