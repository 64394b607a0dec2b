import type { Actor } from '../conversation/audit';
import type { Conversation, CrmRecord } from '../conversation/conversation';
import { OF_A_HANDOFF } from '../conversation/conversation';
import { displayKey } from '../conversation/identity';
import { amountsIn } from '../escalation/amounts';
import type { CrmName, CrmRecordKind } from '../ports/crm';
import { CRM_TITLES } from '../ports/crm';
import type { Changes, ConversationView } from '../ports/store';
import type { IsoTime } from '../time';

/** What an operation tells of the records that it wrote or read. */
export interface RecordsTold {
	crm: CrmName;
	recordKind: CrmRecordKind;
	contact?: { name?: string; url?: string };
	company?: { name: string; url?: string };
	deal?: { name: string; stage: string; stageName?: string; amount?: number; url?: string };
	openDeals?: ReadonlyArray<{ name: string; stage: string; url?: string }>;
}

/**
 * Notes at a conversation which records the CRM has of its customer, so that whoever answers has them beside the chat, and what the deal
 * is worth, so that the review knows what was at stake. Records of a kind that the operation did not tell of stay as they were noted.
 * `budget` is what the customer has named as such, in their words; it counts where the deal has no amount.
 */
export function recordsNoted(
	{ conversation }: ConversationView,
	told: RecordsTold,
	by: { actor: Actor; now: IsoTime },
	budget?: string,
): Changes<Conversation> {
	const found = recordsOf(told, conversation);
	const kinds = new Set(found.map(({ kind }) => kind));
	const earlier = conversation.crm?.records ?? [];
	const records = [...found, ...earlier.filter(({ kind }) => !kinds.has(kind))].sort(
		(a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
	);
	const value = valueOf(told, conversation, budget);
	const sameRecords = JSON.stringify(records) === JSON.stringify(earlier);
	const sameValue = value === undefined || value === conversation.collected[OF_A_HANDOFF.value];
	if (sameRecords && sameValue) return { result: conversation };
	const changed: Conversation = {
		...conversation,
		...(sameValue ? {} : { collected: { ...conversation.collected, [OF_A_HANDOFF.value]: value } }),
		crm: { at: by.now, records },
		version: conversation.version + 1,
		updatedAt: by.now,
	};
	return {
		result: changed,
		conversation: changed,
		audit: [
			{
				at: by.now,
				actor: by.actor,
				action: 'crm',
				reason: `${CRM_TITLES[told.crm]}: ${records.map(inWords).join(', ')}`,
				from: conversation.state,
				to: conversation.state,
			},
		],
	};
}

/** What the deal is worth: its amount in the CRM, else what is noted already, else the budget that the customer named. */
function valueOf(
	{ deal }: RecordsTold,
	{ collected }: Conversation,
	budget = '',
): number | undefined {
	if (!deal) return undefined;
	if (deal.amount) return deal.amount;
	if (collected[OF_A_HANDOFF.value] !== undefined) return undefined;
	const { money, numbers } = amountsIn(budget);
	return (money[0] ?? numbers[0])?.value;
}

/** In which people look for them. */
const ORDER: ReadonlyArray<CrmRecord['kind']> = ['contact', 'company', 'deal', 'lead', 'ticket'];

function recordsOf(told: RecordsTold, { identity }: Conversation): CrmRecord[] {
	const { contact, company, deal, openDeals = [] } = told;
	const cases = deal ? [{ ...deal, stage: deal.stageName ?? deal.stage }] : openDeals;
	return [
		...(contact
			? [
					{
						kind: 'contact' as const,
						name: contact.name ?? displayKey(identity),
						...urlOf(contact),
					},
				]
			: []),
		...(company ? [{ kind: 'company' as const, name: company.name, ...urlOf(company) }] : []),
		...cases.map((one) => ({
			kind: told.recordKind,
			name: one.name,
			...urlOf(one),
			...(one.stage ? { stage: one.stage } : {}),
		})),
	];
}

function urlOf({ url }: { url?: string }): { url?: string } {
	return url ? { url } : {};
}

function inWords({ kind, name, stage }: CrmRecord): string {
	return `${kind} ${name}${stage ? ` (${stage})` : ''}`;
}
