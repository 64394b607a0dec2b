/** How a stand-in is told to misbehave. */
export interface Fault {
	/** Only requests with this method and a path that the pattern matches; every request if left out. */
	method?: string;
	path?: string;
	/** How many requests it befalls. Default 1. */
	times?: number;
	/**
	 * `before`: the connection drops and nothing was done. `after`: it was done, then the connection drops. `timeout`: no answer at
	 * all. A number: that status, nothing done.
	 */
	mode: 'before' | 'after' | 'timeout' | '401' | '429' | '500' | '503';
	/** Body to answer with, where the vendor has one for the case. */
	body?: unknown;
}

/** The faults that are set, used up one by one. */
export class Faults {
	private list: Array<Fault & { left: number }> = [];

	add(fault: Fault): void {
		this.list.push({ ...fault, left: fault.times ?? 1 });
	}

	/** The fault that befalls this request, if any; it counts as used. */
	take(method: string, path: string): Fault | undefined {
		const fault = this.list.find(
			(one) =>
				one.left > 0 &&
				(one.method === undefined || one.method === method) &&
				(one.path === undefined || new RegExp(one.path, 'u').test(path)),
		);
		if (fault) fault.left -= 1;
		return fault;
	}

	clear(): void {
		this.list = [];
	}
}
