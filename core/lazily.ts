/**
 * A value that is made when it is first asked for. For what takes milliseconds to make (a library, a segmenter, a large table), so that
 * n8n's start, which loads every node for its form alone, does not wait for it.
 */
export function lazily<T>(make: () => T): () => T {
	let made: { value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}
