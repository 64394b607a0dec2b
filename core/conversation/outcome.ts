/**
 * Outcomes that help nobody, as staff write them: such a conversation is over and was no success. Whatever else staff call an outcome
 * is one.
 */
export const NO_SUCCESS: readonly string[] = [
	'spam',
	'customer did not answer',
	'no answer',
	'not reached',
	'not solved',
	'lost',
];

/** Whether a conversation that ended so counts as settled well, by the outcomes that staff say do not. */
export function isSuccess(disposition: string, not: readonly string[] = NO_SUCCESS): boolean {
	return !not.some((one) => folded(one) === folded(disposition));
}

/** "Did_not-answer " as "did not answer". */
function folded(text: string): string {
	return text
		.toLowerCase()
		.replace(/[\s_-]+/gu, ' ')
		.trim();
}
