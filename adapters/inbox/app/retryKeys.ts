/** A name for a message that no other has. Browsers give out UUIDs only over https; many an n8n in an office has none. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Keys under which messages are sent. What could not be sent, as far as the page knows, may have got through all the same: tried again
 * unchanged it goes out under the key that it had, and the server takes it once.
 */
export class RetryKeys {
	private readonly kept = new Map<string, string>();

	constructor(private readonly create: () => string = newKey) {}

	/** The key of this content; the same until it is {@link done}. */
	of(...content: unknown[]): string {
		const known = JSON.stringify(content);
		let key = this.kept.get(known);
		if (key === undefined) this.kept.set(known, (key = this.create()));
		return key;
	}

	/** The server has taken it: the same words sent again are another message. */
	done(...content: unknown[]): void {
		this.kept.delete(JSON.stringify(content));
	}
}
