/** What this device keeps between visits. A browser that keeps nothing works as well, with the defaults each time. */
const PREFIX = 'handoff-inbox.';

export function remember(name: string, value: unknown): void {
	try {
		localStorage.setItem(PREFIX + name, JSON.stringify(value));
	} catch {
		// Full or forbidden: then it is not kept.
	}
}

export function remembered<T>(name: string, otherwise: T): T {
	try {
		const text = localStorage.getItem(PREFIX + name);
		return text === null ? otherwise : (JSON.parse(text) as T);
	} catch {
		return otherwise;
	}
}
