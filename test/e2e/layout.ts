/** Where a template's nodes and notes lie on n8n's canvas, in its pixels; sizes as the editor draws them. */

interface Placed {
	name: string;
	type: string;
	position: [number, number];
	parameters: Record<string, unknown>;
}

interface Layout {
	nodes: Placed[];
	connections: Record<string, Record<string, Array<Array<{ node: string }> | null>>>;
}

interface Box {
	name: string;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

const NOTE = 'n8n-nodes-base.stickyNote';
const GRID = 16;
const NODE = 6 * GRID;
/** A node with a socket for a model or tools. */
const WIDE = 14 * GRID;
/** A model or tool. */
const SMALL = 5 * GRID;
/** Name and subtitle below a node, the name on two lines where it is long. */
const LABEL = 44;
const SECOND_LINE = 20;
const LETTERS_OF_A_LINE = 20;
/** The plus behind an output that leads nowhere yet, and the name of a named output. */
const BEHIND = 72;

const WITH_SOCKETS = ['.contextSummarizer', '.agent'];

/** How many main outputs (or inputs) a node has. */
function handles({ type, parameters }: Placed): number {
	const { operation, numberInputs } = parameters as { operation?: string; numberInputs?: number };
	const rules = (parameters.rules as { values?: unknown[] } | undefined)?.values?.length ?? 1;
	const fallback = (parameters.options as { fallbackOutput?: string } | undefined)?.fallbackOutput;
	if (type.endsWith('.handoffRouter') || type.endsWith('.slaWatchdog')) return 4;
	if (type.endsWith('.whatsAppTrigger')) return 3;
	if (type.endsWith('.handoffInbox')) return 6;
	if (type.endsWith('.conversation'))
		return operation === 'recordMessage' ? 3 : (operation ?? 'reply') === 'reply' ? 2 : 1;
	if (type.endsWith('.switch')) return rules + (fallback ? 1 : 0);
	if (type.endsWith('.if') || type.endsWith('.escalationScorer')) return 2;
	if (type.endsWith('.merge')) return numberInputs ?? 2;
	return 1;
}

function boxOf(node: Placed, parts: ReadonlySet<string>): Box {
	const [left, top] = node.position;
	if (node.type === NOTE) {
		const { width = 240, height = 160 } = node.parameters as { width?: number; height?: number };
		return { name: node.name, left, top, right: left + width, bottom: top + height };
	}
	const part = parts.has(node.name);
	const width = part ? SMALL : WITH_SOCKETS.some((end) => node.type.endsWith(end)) ? WIDE : NODE;
	const height = part ? SMALL : NODE + Math.max(0, handles(node) - 2) * 2 * GRID;
	const label = WITH_SOCKETS.some((end) => node.type.endsWith(end))
		? LABEL
		: LABEL + (node.name.length > LETTERS_OF_A_LINE ? SECOND_LINE : 0);
	return { name: node.name, left, top, right: left + width, bottom: top + height + label };
}

/** How far down the text of a note reaches. */
function endOfText({ position, parameters }: Placed): number {
	const { content = '', width = 240 } = parameters as { content?: string; width?: number };
	const letters = (width - 24) / 6.6;
	const lines = content.split('\n').map((line) => {
		if (line === '') return 8;
		if (line.startsWith('#')) return 40 * Math.ceil((line.length * 1.6) / letters);
		return 18 * Math.ceil(line.length / letters);
	});
	return position[1] + 20 + lines.reduce((sum, height) => sum + height, 0);
}

const meet = (a: Box, b: Box) =>
	a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const holds = (outer: Box, inner: Box) =>
	outer.left <= inner.left &&
	outer.right >= inner.right &&
	outer.top <= inner.top &&
	outer.bottom >= inner.bottom;

/** What is untidy, one sentence for each; an empty list for a template that reads from left to right, each part in its note. */
export function untidy({ nodes, connections }: Layout): string[] {
	const parts = new Set(
		Object.entries(connections)
			.filter(([, outputs]) => Object.keys(outputs).some((type) => type !== 'main'))
			.map(([name]) => name),
	);
	const notes = nodes.filter(({ type }) => type === NOTE);
	const others = nodes.filter(({ type }) => type !== NOTE);
	const boxes = new Map(nodes.map((node) => [node.name, boxOf(node, parts)]));
	const faults: string[] = [];

	for (const [index, node] of others.entries()) {
		const box = boxes.get(node.name)!;
		for (const other of others.slice(index + 1)) {
			if (meet(box, boxes.get(other.name)!)) faults.push(`${node.name} lies on ${other.name}`);
		}
		const ends =
			!parts.has(node.name) && handles(node) > Object.keys(connections[node.name] ?? {}).length;
		const room = { ...box, right: box.right + (ends ? BEHIND : 0) };
		const around = notes.find((note) => holds(boxes.get(note.name)!, room));
		if (!around) faults.push(`${node.name} reaches out of its note`);
		else if (endOfText(around) > box.top)
			faults.push(`${node.name} covers the words of ${around.name}`);
	}
	for (const [index, note] of notes.entries()) {
		for (const other of notes.slice(index + 1)) {
			if (meet(boxes.get(note.name)!, boxes.get(other.name)!))
				faults.push(`${note.name} lies on ${other.name}`);
		}
		const box = boxes.get(note.name)!;
		if (endOfText(note) > box.bottom) faults.push(`${note.name} is too small for its words`);
	}
	for (const [from, outputs] of Object.entries(connections)) {
		for (const { node: to } of (outputs.main ?? []).flat().filter((one) => one !== null)) {
			const gap = boxes.get(to)!.left - boxes.get(from)!.right;
			if (gap < 2 * GRID) faults.push(`${to} is too close behind ${from}, or before it`);
		}
	}
	return faults;
}
