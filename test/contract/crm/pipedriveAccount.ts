import { PipedriveCrm } from '../../../adapters/crm/pipedrive/pipedrive';
import type { Item, Pipedrive, PipedriveOptions } from '../../../sandbox/pipedrive';
import { startPipedriveStandIn } from '../../../sandbox/pipedrive';
import type { Account } from './support';
import { FAST, HURRY, sender } from './support';

const TOKEN = 'pipedrive-test';

export interface PipedriveAccount extends Account {
	standIn: Pipedrive;
}

export async function startPipedrive(
	search: 'lagging' | 'prompt',
	company: Partial<PipedriveOptions> = {},
): Promise<PipedriveAccount> {
	const standIn = await startPipedriveStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
		...company,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	const first = (list: unknown) => (list as Array<{ value: string }> | undefined)?.[0]?.value;
	const ids = (one: Item, name: string) => (one[name] ? [String(one[name])] : []);
	return {
		send,
		url: standIn.url,
		standIn,
		otherKinds: ['lead'],
		open: (own = send, recordKind = 'deal') =>
			new PipedriveCrm({
				send: own,
				account: 'test',
				recordKind,
				baseUrl: standIn.url,
				environment: HURRY,
				rates: { all: FAST, search: FAST },
			}),
		staff: {
			deleteContact: (id) => standIn.company().remove('persons', id),
			mergeContacts: (keptId, id) => standIn.company().merge(keptId, id),
			addCompany: (name) => String(standIn.company().create('organizations', { name }).id),
			companiesOf: (object, id) => {
				const one = standIn.company().find(object === 'contact' ? 'persons' : 'deals', id);
				return one?.org_id ? [String(one.org_id)] : [];
			},
		},
		forbidden: {
			body: { success: false, error: 'Scope and URL mismatch', errorCode: 403 },
			said: 'contacts:full',
		},
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const { persons, deals, notes, activities } = standIn.state();
			return {
				contacts: persons.map((one) => ({
					id: String(one.id),
					phone: first(one.phones),
					email: first(one.emails),
					firstName: one.first_name as string,
				})),
				deals: deals.map((one) => ({
					id: String(one.id),
					stageId: one.status === 'open' ? String(one.stage_id) : `1:${String(one.status)}`,
					ownerId: String(one.owner_id),
					contactIds: ids(one, 'person_id'),
				})),
				notes: notes.map((one) => ({
					id: String(one.id),
					body: String(one.content),
					contactIds: ids(one, 'person_id'),
					dealIds: ids(one, 'deal_id'),
				})),
				tasks: activities.map((one) => ({
					id: String(one.id),
					done: one.done === true,
					contactIds: ids(one, 'person_id'),
					dealIds: ids(one, 'deal_id'),
				})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}
