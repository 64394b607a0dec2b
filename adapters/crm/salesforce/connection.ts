import type { Connection } from 'jsforce/lib/connection';

import type { CrmErrorKind } from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HttpResponse, HttpSend } from '../../../core/ports/http';
import { refused, unanswered } from '../errors';
import type { Environment, Rate } from '../patience';
import { limiterOf, patient, retryAfterMs } from '../patience';
import type { SalesforceFault } from './sdk';
import { SalesforceRefusal, faultsIn, salesforceSdk } from './sdk';

/** A record as a query gives it: null where nothing stands. */
export type Values = Record<string, unknown>;

/** Names of fields and permission sets are unique: once more does no harm. */
const REPEATABLE = /\/tooling\/sobjects\/|\/sobjects\/(PermissionSet|FieldPermissions)/;

/** Pages of a query that are read at most, of 2,000 records each by default. */
const MOST_PAGES = 10;

/** Status and error codes of Salesforce's REST API; a code that is not here means what its HTTP status means. */
const KINDS: Readonly<Record<string, CrmErrorKind>> = {
	INVALID_SESSION_ID: 'auth',
	API_DISABLED_FOR_ORG: 'auth',
	API_CURRENTLY_DISABLED: 'auth',
	INSUFFICIENT_ACCESS: 'auth',
	INSUFFICIENT_ACCESS_OR_READONLY: 'auth',
	INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'auth',
	REQUEST_LIMIT_EXCEEDED: 'limit',
	UNABLE_TO_LOCK_ROW: 'unavailable',
	SERVER_UNAVAILABLE: 'unavailable',
	QUERY_TIMEOUT: 'unavailable',
	NOT_FOUND: 'not_found',
	ENTITY_IS_DELETED: 'not_found',
	DUPLICATE_VALUE: 'conflict',
	DUPLICATES_DETECTED: 'conflict',
	DUPLICATE_DEVELOPER_NAME: 'conflict',
};

/** What to do about a refusal that has a mend of its own. */
const ADVICE: Readonly<Record<string, string>> = {
	REQUIRED_FIELD_MISSING:
		'This org wants these fields filled: fill them in under Map More Fields, or give them a default in Salesforce.',
	FIELD_CUSTOM_VALIDATION_EXCEPTION:
		'A validation rule of this org refuses it: fill in what the rule asks for under Map More Fields, or let the rule pass over the user of the credential.',
	INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:
		'The field takes only the values of its list: choose one of them, or add this one to the list in Salesforce. A currency has to be active in the org.',
	STRING_TOO_LONG: 'Shorten the value of the field that is named.',
};

/**
 * Salesforce limits calls by the day and long ones by their number at once, and has no limit of a second: this keeps a burst of one
 * n8n from filling an org's slots, and lets all its executions wait together.
 */
const RATE = { calls: 25, perMs: 1_000 };

/** The SDK at one org, with Salesforce's refusals in the terms of the port. */
export class SalesforceConnection {
	readonly instanceUrl: string;
	private loading?: Promise<Connection>;
	private readonly send: HttpSend;

	constructor(
		private readonly options: {
			send: HttpSend;
			/** Names the account for the limit that all executions share. */
			account: string;
			instanceUrl: string;
			apiVersion: string;
			environment?: Environment;
			/** Another limit than the usual one. */
			rate?: Rate;
		},
	) {
		this.instanceUrl = apiAddress(options.instanceUrl);
		const limiter = limiterOf(
			`salesforce ${this.instanceUrl} ${options.account}`,
			options.rate ?? RATE,
			options.environment,
		);
		this.send = patient(options.send, {
			repeatable: ({ url }) => REPEATABLE.test(url),
			limiters: () => [limiter],
			undone,
			...(options.environment ? { environment: options.environment } : {}),
		});
	}

	/** `whatFor` completes "Salesforce did not …". */
	async call<T>(whatFor: string, work: (sdk: Connection) => PromiseLike<T>): Promise<T> {
		const sdk = await (this.loading ??= salesforceSdk(
			this.send,
			this.instanceUrl,
			this.options.apiVersion,
		));
		try {
			return await work(sdk);
		} catch (error) {
			if (error instanceof SalesforceRefusal) throw refusal(whatFor, error);
			throw unanswered('salesforce', whatFor, error);
		}
	}

	/** All records that a query finds, over its pages. */
	async query(whatFor: string, soql: string): Promise<Values[]> {
		let page = await this.call(whatFor, (sdk) => sdk.query<Values>(soql));
		const records = [...page.records];
		for (let pages = 1; !page.done && page.nextRecordsUrl && pages < MOST_PAGES; pages++) {
			const next = page.nextRecordsUrl;
			page = await this.call(whatFor, (sdk) => sdk.queryMore<Values>(next));
			records.push(...page.records);
		}
		return records;
	}

	/** Salesforce's answer to a creation is the id alone. */
	async create(
		whatFor: string,
		object: string,
		values: Values,
		headers: Record<string, string> = {},
	): Promise<string> {
		const { id } = await this.call(whatFor, (sdk) => sdk.create(object, values, { headers }));
		// Without it the record could not be worked on; the SDK's type allows for it.
		if (!id) throw unanswered('salesforce', whatFor, 'the answer has no id');
		return id;
	}

	async update(whatFor: string, object: string, id: string, values: Values): Promise<void> {
		await this.call(whatFor, (sdk) => sdk.update(object, { ...values, Id: id }));
	}
}

/** Undefined where there is no such record. */
export async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (error instanceof CrmError && error.kind === 'not_found') return undefined;
		throw error;
	}
}

/** The error of Salesforce behind an error of the port, for those few whose details matter. */
export function faultBehind(error: unknown): SalesforceFault | undefined {
	const cause = error instanceof CrmError ? error.cause : undefined;
	return cause instanceof SalesforceRefusal ? cause.faults[0] : undefined;
}

/** Staff copy the address from the browser, where it is the one of the pages, not of the API. */
function apiAddress(url: string): string {
	return url
		.trim()
		.replace(/\/+$/, '')
		.replace(/\.lightning\.force\.com$/i, '.my.salesforce.com');
}

/**
 * Refusals after which nothing was done and a wait of seconds helps: another transaction held the record, or too many long calls
 * ran at once. The calls of a day being used up has the latter's code, and no wait helps.
 */
function undone(answer: HttpResponse): boolean {
	if (answer.status < 400) return false;
	return faultsIn(Buffer.from(answer.body).toString('utf8')).some(
		({ errorCode, message }) =>
			errorCode === 'UNABLE_TO_LOCK_ROW' ||
			(errorCode === 'REQUEST_LIMIT_EXCEEDED' && /concurrent/i.test(message)),
	);
}

function refusal(whatFor: string, error: SalesforceRefusal): CrmError {
	const [fault] = error.faults;
	const kind = fault && KINDS[fault.errorCode];
	const existingId = fault && existingIdIn(fault);
	const waitMs = retryAfterMs(error);
	return refused(
		'salesforce',
		whatFor,
		{
			status: error.status,
			...(fault ? { said: `${fault.errorCode}: ${fault.message}` } : {}),
			...(kind ? { kind } : {}),
			...(existingId ? { existingId } : {}),
			...(fault && ADVICE[fault.errorCode] ? { advice: ADVICE[fault.errorCode]! } : {}),
			...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
		},
		error,
	);
}

/** Which record has the value already; what a duplicate rule found is not certain to be the same person and is judged elsewhere. */
function existingIdIn({ errorCode, message }: SalesforceFault): string | undefined {
	return errorCode === 'DUPLICATE_VALUE'
		? /record with id:\s*([a-z\d]{15,18})/i.exec(message)?.[1]
		: undefined;
}
