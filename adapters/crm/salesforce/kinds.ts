import type { CrmRecordKind } from '../../../core/ports/crm';
import { soqlText } from './soql';

/** How Salesforce names the parts of a case. */
export interface Kind {
	object: 'Opportunity' | 'Case' | 'Lead';
	/** As messages call one. */
	title: 'opportunity' | 'case' | 'lead';
	fields: {
		/** Absent where the name is made of others: a lead's. */
		name?: string;
		stage: string;
		source: string;
		amount?: string;
		closeDate?: string;
	};
	/** The object that lists the stages, and its field that says that a stage ends the case. */
	stages: { object: string; closed: string; won?: string; active?: string };
	/** What the only pipeline is called in an org without record types. */
	pipeline: string;
	/** The record's own field that says that it is closed. */
	closed: string;
	/** Which records belong to a person, as a condition of SOQL. */
	of(personId: string): string;
}

const OPPORTUNITY: Kind = {
	object: 'Opportunity',
	title: 'opportunity',
	fields: {
		name: 'Name',
		stage: 'StageName',
		source: 'LeadSource',
		amount: 'Amount',
		closeDate: 'CloseDate',
	},
	stages: { object: 'OpportunityStage', closed: 'IsClosed', won: 'IsWon', active: 'IsActive' },
	pipeline: 'Opportunity stages',
	closed: 'IsClosed',
	of: (personId) =>
		`Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = ${soqlText(personId)})`,
};

const CASE: Kind = {
	object: 'Case',
	title: 'case',
	fields: { name: 'Subject', stage: 'Status', source: 'Origin' },
	stages: { object: 'CaseStatus', closed: 'IsClosed' },
	pipeline: 'Case statuses',
	closed: 'IsClosed',
	of: (personId) => `ContactId = ${soqlText(personId)}`,
};

/** A lead is person and chance in one record: its deal is the lead itself, whose stage is the lead's status. */
const LEAD: Kind = {
	object: 'Lead',
	title: 'lead',
	fields: { stage: 'Status', source: 'LeadSource' },
	stages: { object: 'LeadStatus', closed: 'IsConverted' },
	pipeline: 'Lead statuses',
	closed: 'IsConverted',
	of: (personId) => `Id = ${soqlText(personId)}`,
};

export const KINDS: Readonly<Record<CrmRecordKind, Kind>> = {
	deal: OPPORTUNITY,
	ticket: CASE,
	lead: LEAD,
};

/** How Salesforce names the parts of a person. */
export interface Person {
	object: 'Contact' | 'Lead';
	title: 'contact' | 'lead';
	fields: readonly string[];
	phones: readonly string[];
	/** Where the name of the company stands. */
	company: 'Account.Name' | 'Company';
	/** Which records count as there, as a condition of SOQL. */
	only?: string;
}

const CONTACT: Person = {
	object: 'Contact',
	title: 'contact',
	phones: ['MobilePhone', 'Phone', 'HomePhone', 'OtherPhone'],
	fields: [
		'Id',
		'FirstName',
		'LastName',
		'Email',
		'MobilePhone',
		'Phone',
		'HomePhone',
		'OtherPhone',
		'AccountId',
		'OwnerId',
		'CreatedDate',
		'Description',
	],
	company: 'Account.Name',
};

const LEAD_PERSON: Person = {
	object: 'Lead',
	title: 'lead',
	phones: ['MobilePhone', 'Phone'],
	fields: [
		'Id',
		'FirstName',
		'LastName',
		'Email',
		'MobilePhone',
		'Phone',
		'Company',
		'OwnerId',
		'CreatedDate',
		'Description',
	],
	company: 'Company',
	// A lead that was converted can no longer be written: a contact stands in its place.
	only: 'IsConverted = false',
};

export function personOf(kind: CrmRecordKind): Person {
	return kind === 'lead' ? LEAD_PERSON : CONTACT;
}
