import { SalesforceCrm } from '../../../adapters/crm/salesforce/salesforce';
import { startSalesforceStandIn } from '../../../sandbox/salesforce';
import type { Salesforce, SalesforceOptions, Stored } from '../../../sandbox/salesforce';
import type { Account } from './support';
import { FAST, HURRY, sender } from './support';

const TOKEN = '00D000000000001!test';

export interface SalesforceAccount extends Account {
	standIn: Salesforce;
}

export async function startSalesforce(
	search: 'lagging' | 'prompt',
	org: Partial<SalesforceOptions> = { keyField: true },
): Promise<SalesforceAccount> {
	const standIn = await startSalesforceStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
		...org,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	const text = ({ values }: Stored, name: string) => values[name] as string | undefined;
	return {
		send,
		url: standIn.url,
		standIn,
		otherKinds: ['ticket', 'lead'],
		notes: 'text',
		leads: 'people',
		open: (own = send, recordKind = 'deal') =>
			new SalesforceCrm({
				send: own,
				account: 'test',
				instanceUrl: standIn.url,
				recordKind,
				environment: HURRY,
				rate: FAST,
			}),
		staff: {
			deleteContact: (id) => standIn.org().remove('Contact', id),
			mergeContacts: (keptId, id) => standIn.org().merge(keptId, id),
			addCompany: (name, domain) => {
				const made = standIn
					.org()
					.create('Account', { Name: name, Website: `https://www.${domain}` }, true);
				return (made!.body as { id: string }).id;
			},
			companiesOf: (object, id) => {
				const one = standIn.org().find(object === 'contact' ? 'Contact' : 'Opportunity', id);
				return one?.values.AccountId ? [String(one.values.AccountId)] : [];
			},
		},
		forbidden: {
			body: [
				{
					errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
					message: 'insufficient access rights on object Contact',
				},
			],
			said: 'insufficient access rights on object Contact',
		},
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const { contacts, opportunities, roles, tasks } = standIn.state();
			const activities = (done: boolean) =>
				tasks.filter((task) => (text(task, 'Status') === 'Completed') === done);
			const whom = (task: Stored) => (text(task, 'WhoId') ? [text(task, 'WhoId')!] : []);
			const what = (task: Stored) => (text(task, 'WhatId') ? [text(task, 'WhatId')!] : []);
			// A note is a task that is done; one of ours has this subject.
			const isNote = (task: Stored) => /^WhatsApp handoff/u.test(text(task, 'Subject') ?? '');
			return {
				contacts: contacts.map((one) => ({
					id: one.id,
					phone: text(one, 'MobilePhone') ?? text(one, 'Phone'),
					email: text(one, 'Email'),
					firstName: text(one, 'FirstName'),
				})),
				deals: opportunities.map((one) => ({
					id: one.id,
					stageId: text(one, 'StageName'),
					ownerId: text(one, 'OwnerId'),
					contactIds: roles
						.filter((role) => text(role, 'OpportunityId') === one.id)
						.map((role) => text(role, 'ContactId')!),
				})),
				notes: activities(true)
					.filter(isNote)
					.map((task) => ({
						id: task.id,
						body: text(task, 'Description') ?? '',
						contactIds: whom(task),
						dealIds: what(task),
					})),
				tasks: tasks
					.filter((task) => !isNote(task))
					.map((task) => ({
						id: task.id,
						done: text(task, 'Status') === 'Completed',
						contactIds: whom(task),
						dealIds: what(task),
					})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}
