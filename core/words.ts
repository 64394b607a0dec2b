/** "A, B ,C" or a list, as trimmed words: how staff may enter several values in one field. */
export function wordsOf(value: unknown): string[] {
	const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
	return parts.map((part) => String(part).trim()).filter((part) => part !== '');
}
