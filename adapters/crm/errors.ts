import type { CrmErrorKind, CrmName } from '../../core/ports/crm';
import { CRM_TITLES, CrmError } from '../../core/ports/crm';
import { blockedIn } from '../../core/ports/http';
import { unreachedCode } from '../http/unreached';

/** An answer that is an error, in the CRM's own words. */
export interface Refusal {
	status: number;
	said?: string;
	kind?: CrmErrorKind;
	retryAfterMs?: number;
	existingId?: string;
	/** What to do, where that is more than what follows from the kind. */
	advice?: string;
}

const ADVICE: Record<CrmErrorKind, (crm: string) => string> = {
	auth: (crm) =>
		`Check the ${crm} credential: it may have expired, or lack a permission that is named above. Connect it again, or add the permission in ${crm}.`,
	limit: (crm) =>
		`${crm} allows only so many calls. Switch on Retry on Fail in the node’s settings, or spread the workflow over more time.`,
	unavailable: (crm) =>
		`Nothing is lost: run the node again when ${crm} answers. Steps that are done are not repeated.`,
	lost: () =>
		'The connection was cut before the answer came. Run the node again: it looks first whether the record is there.',
	invalid: () => 'Compare the fields in the node with the account’s settings.',
	not_found: () => 'The record may have been deleted or merged. Run the node again.',
	conflict: () => 'There is such a record already. Run the node again to use it.',
};

/** What an error answer means, in the terms of the port. `whatFor` completes "HubSpot did not …", e.g. "create the contact". */
export function refused(crm: CrmName, whatFor: string, answer: Refusal, cause?: unknown): CrmError {
	const title = CRM_TITLES[crm];
	const kind = answer.kind ?? kindOf(answer.status);
	return new CrmError(
		`${title} did not ${whatFor} (HTTP ${answer.status})${answer.said ? `: ${answer.said}` : ''}`,
		kind,
		answer.advice ?? ADVICE[kind](title),
		{
			httpStatus: answer.status,
			...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
			...(answer.existingId === undefined ? {} : { existingId: answer.existingId }),
		},
		{ cause },
	);
}

/** No answer came. */
export function unanswered(crm: CrmName, whatFor: string, cause: unknown): CrmError {
	const title = CRM_TITLES[crm];
	const blocked = blockedIn(cause);
	if (blocked) {
		const message = `${title} was not asked to ${whatFor}: ${blocked.message}`;
		return new CrmError(message, 'invalid', blocked.advice, {}, { cause });
	}
	const code = unreachedCode(cause);
	const why = code ?? (cause instanceof Error ? cause.message : String(cause));
	return new CrmError(
		`${title} did not answer when asked to ${whatFor} (${why})`,
		'lost',
		code
			? `Nothing was sent. Check that this machine reaches ${title}, and a Base URL under Options if there is one; then run the node again.`
			: ADVICE.lost(title),
		{},
		{ cause },
	);
}

function kindOf(status: number): CrmErrorKind {
	if (status === 401 || status === 403) return 'auth';
	if (status === 404 || status === 410) return 'not_found';
	if (status === 409) return 'conflict';
	if (status === 429) return 'limit';
	return status >= 500 ? 'unavailable' : 'invalid';
}
