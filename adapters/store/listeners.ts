/** Whoever wants to be told of something. */
export class Listeners {
	private readonly all = new Set<() => void>();

	add(listener: () => void): () => void {
		// Wrapped, so that one that is added twice is told twice and ended one at a time.
		const own = () => listener();
		this.all.add(own);
		return () => this.all.delete(own);
	}

	call(): void {
		for (const listener of this.all) listener();
	}
}
