/**
 * Whole numbers by two others, for tables that every message asks some hundred times and that mostly hold nothing of what is
 * asked: key and value lie side by side, and a small map of bits, which stays in the processor's cache, turns most askers away.
 */
export class Pairs {
	/** Key, value, key, value … */
	private readonly slots: Int32Array;
	private readonly bits: Int32Array;
	private readonly slotShift: number;
	private readonly bitShift: number;

	/** `width`: more than any second number; both numbers are from 0 and their product is below 2^32. */
	constructor(
		private readonly width: number,
		entries: ReadonlyArray<readonly [number, number, number]>,
	) {
		const size = Math.max(4, Math.ceil(Math.log2(entries.length * 2 + 1)));
		this.slotShift = 32 - size;
		this.slots = new Int32Array(2 ** (size + 1)).fill(FREE);
		this.bitShift = 32 - (size + 2);
		this.bits = new Int32Array(2 ** (size + 2 - 5));
		for (const [a, b, value] of entries) {
			const key = (Math.imul(a, width) + b) | 0;
			const hash = Math.imul(key, SPREAD);
			const bit = hash >>> this.bitShift;
			this.bits[bit >>> 5]! |= 1 << (bit & 31);
			const at = this.placeOf(key, hash);
			this.slots[at] = key;
			this.slots[at + 1] = value;
		}
	}

	/** 0 where nothing is known of the two; a number below 0 stands for what is unknown by itself. */
	get(a: number, b: number): number {
		if (a < 0 || b < 0) return 0;
		const key = (Math.imul(a, this.width) + b) | 0;
		const hash = Math.imul(key, SPREAD);
		const bit = hash >>> this.bitShift;
		if ((this.bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return 0;
		const at = this.placeOf(key, hash);
		return this.slots[at] === key ? this.slots[at + 1]! : 0;
	}

	/** Where a key stands, or the free place at which it would. */
	private placeOf(key: number, hash: number): number {
		const { slots } = this;
		let at = (hash >>> this.slotShift) * 2;
		while (slots[at] !== key && slots[at] !== FREE) at = (at + 2) & (slots.length - 1);
		return at;
	}
}

const FREE = -1;
/** 2^32 by the golden ratio: neighbours end up far apart. */
const SPREAD = 0x9e3779b1;
