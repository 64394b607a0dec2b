import { wordsOf } from '../words';
import type { Agent } from './agent';

/** The list of agents is not what it has to be; `advice` says how to mend it. */
export class RosterInvalid extends Error {
	constructor(
		message: string,
		readonly advice: string,
	) {
		super(message);
		this.name = 'RosterInvalid';
	}
}

/**
 * Agents from the node's own list or from a field (a list, or its JSON text). The id is the agent's own `id`, else the
 * e-mail address, else the name. Throws {@link RosterInvalid} naming the entry and field that does not fit.
 */
export function readRoster(value: unknown): Agent[] {
	let list = value;
	if (typeof value === 'string') {
		try {
			list = JSON.parse(value) as unknown;
		} catch {
			throw new RosterInvalid(
				'Agent List is not valid JSON',
				'Give a list such as [{"name": "Ana", "email": "ana@shop.example"}], or an expression that yields one.',
			);
		}
	}
	if (!Array.isArray(list)) {
		throw new RosterInvalid(
			'Agent List is not a list',
			'Give a list of agents, e.g. {{ $json.agents }} where that field holds one entry for each agent.',
		);
	}
	const agents = list.map((entry, index) => readAgent(entry, index));
	const seen = new Set<string>();
	for (const { id } of agents) {
		if (seen.has(id)) {
			throw new RosterInvalid(
				`Agent List names ${id} twice`,
				'Keep one entry for each agent, or give each its own id.',
			);
		}
		seen.add(id);
	}
	return agents;
}

function readAgent(entry: unknown, index: number): Agent {
	if (typeof entry !== 'object' || entry === null) {
		throw new RosterInvalid(
			`Agent List, entry ${index + 1} is not an agent`,
			'Each entry needs at least a name.',
		);
	}
	const fields = entry as Record<string, unknown>;
	const name = textOf(fields.name);
	const email = textOf(fields.email)?.toLowerCase();
	const id = textOf(fields.id) ?? email ?? name;
	if (!id) {
		throw new RosterInvalid(
			`Agent List, entry ${index + 1} has neither name nor email`,
			'Fill in the name that customers read, and the email that the CRM knows the agent by.',
		);
	}
	const capacity = fields.capacity === undefined ? 0 : Number(fields.capacity);
	if (!Number.isInteger(capacity) || capacity < 0) {
		throw new RosterInvalid(
			`Agent List, ${name ?? id}: capacity is ${String(fields.capacity)}`,
			'Use a whole number of conversations, or 0 for no limit.',
		);
	}
	return {
		id,
		name: name ?? id,
		...(email ? { email } : {}),
		...(textOf(fields.phone) ? { phone: textOf(fields.phone)! } : {}),
		queues: wordsOf(fields.queues),
		skills: wordsOf(fields.skills),
		languages: wordsOf(fields.languages),
		...(capacity > 0 ? { capacity } : {}),
		available: fields.available !== false && fields.available !== 'false',
	};
}

function textOf(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	return String(value).trim() || undefined;
}
