import { HubspotCrm } from '../../../adapters/crm/hubspot/hubspot';
import type { Hubspot } from '../../../sandbox/hubspot';
import { startHubspotStandIn } from '../../../sandbox/hubspot';
import type { Account } from './support';
import { FAST, HURRY, sender } from './support';

const TOKEN = 'pat-test';
/** A record as the stand-in keeps it. */
interface Stored {
	id: string;
	properties: Record<string, string>;
}

interface Link {
	fromType: string;
	fromId: string;
	toType: string;
	toId: string;
}

export interface HubspotAccount extends Account {
	standIn: Hubspot;
}

export async function startHubspot(search: 'lagging' | 'prompt'): Promise<HubspotAccount> {
	const standIn = await startHubspotStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	return {
		send,
		url: standIn.url,
		standIn,
		otherKinds: ['ticket'],
		open: (own = send, recordKind = 'deal') =>
			new HubspotCrm({
				send: own,
				account: 'test',
				recordKind,
				baseUrl: standIn.url,
				environment: HURRY,
				rates: { all: FAST, search: FAST },
			}),
		staff: {
			deleteContact: (id) => standIn.objects().remove(id),
			mergeContacts: (keptId, id) => standIn.objects().merge(keptId, id),
			addCompany: (name, domain) => standIn.objects().create('companies', { name, domain }, []).id,
			companiesOf: (_object, id) =>
				standIn
					.objects()
					.associations.filter(({ fromId, toType }) => fromId === id && toType === 'companies')
					.map(({ toId }) => toId),
		},
		forbidden: {
			body: {
				status: 'error',
				message: 'This app hasn’t been granted all required scopes to make this call.',
				correlationId: '00000000-0000-4000-8000-000000000000',
				category: 'MISSING_SCOPES',
				errors: [
					{
						message: 'One or more of the following scopes are required.',
						context: { requiredGranularScopes: ['crm.objects.contacts.write'] },
					},
				],
			},
			said: 'crm.objects.contacts.write',
		},
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const state = standIn.state();
			const links = state.associations as Link[];
			const at = (id: string, type: string) =>
				links
					.filter(({ fromId, toType }) => fromId === id && toType === type)
					.map(({ toId }) => toId);
			return {
				contacts: (state.contacts as Stored[]).map(({ id, properties }) => ({
					id,
					phone: properties.phone,
					email: properties.email,
					firstName: properties.firstname,
				})),
				deals: (state.deals as Stored[]).map(({ id, properties }) => ({
					id,
					stageId: properties.dealstage,
					ownerId: properties.hubspot_owner_id,
					contactIds: at(id, 'contacts'),
				})),
				notes: (state.notes as Stored[]).map(({ id, properties }) => ({
					id,
					body: properties.hs_note_body ?? '',
					contactIds: at(id, 'contacts'),
					dealIds: at(id, 'deals'),
				})),
				tasks: (state.tasks as Stored[]).map(({ id, properties }) => ({
					id,
					done: properties.hs_task_status === 'COMPLETED',
					contactIds: at(id, 'contacts'),
					dealIds: at(id, 'deals'),
				})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}
