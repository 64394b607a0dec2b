import { DateTime } from 'luxon';

import { isoTime } from '../time';
import { wordsOf } from '../words';
import { HoursInvalid, checkCalendar, parseWeek, withClosedDates } from '../sla/calendar';
import type { BusinessCalendar } from '../sla/policy';
import type { Agent } from './agent';
import { agentIdOf } from './agent';

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

/** What the hours of an agent need from outside. */
export interface RosterSurroundings {
	/** Zone of agents who name none. */
	timeZone: string;
	/** Dates of a region's public holidays, e.g. of "DE-BY". */
	holidays: (region: string) => readonly string[];
}

const NO_SURROUNDINGS: RosterSurroundings = { timeZone: 'UTC', holidays: () => [] };

/**
 * Agents from the node's own list or from a field (a list, or its JSON text). The id is the agent's own `id`, else the
 * e-mail address, else the name. Hours are text ("Mon-Fri 09:00-17:00") as they stand in a table. Throws {@link RosterInvalid}
 * naming the entry and field that does not fit.
 */
export function readRoster(value: unknown, around: RosterSurroundings = NO_SURROUNDINGS): Agent[] {
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
	const agents = list.map((entry, index) => readAgent(entry, index, around));
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

function readAgent(entry: unknown, index: number, around: RosterSurroundings): Agent {
	if (typeof entry !== 'object' || entry === null) {
		throw new RosterInvalid(
			`Agent List, entry ${index + 1} is not an agent`,
			'Each entry needs at least a name.',
		);
	}
	const fields = fieldsOf(entry);
	const name =
		textOf(fields.name) ?? textOf([fields.firstName, fields.lastName].filter(Boolean).join(' '));
	const email = textOf(fields.email)?.toLowerCase();
	const id = agentIdOf(textOf(fields.id) ?? '') || (email ?? name);
	if (!id) {
		throw new RosterInvalid(
			`Agent List, entry ${index + 1} has neither name nor email`,
			'Fill in the name that customers read, and the email that the CRM knows the agent by.',
		);
	}
	const who = name ?? id;
	const capacity = numberOf(fields.capacity, 0, who, 'capacity', {
		least: 0,
		advice: 'Use a whole number of conversations, or 0 for no limit.',
	});
	const level = numberOf(fields.level, 1, who, 'level', {
		least: 1,
		advice: 'Use a whole number from 1, the higher the more senior.',
	});
	const weight = numberOf(fields.weight, 1, who, 'weight', {
		least: 1,
		advice:
			'Use a whole number from 1: an agent of weight 2 gets twice as many as one of weight 1.',
	});
	const calendar = calendarOf(fields, who, around);
	const outUntil = timeOf(fields.outUntil, who, calendar?.timeZone ?? around.timeZone);
	return {
		id,
		name: name ?? id,
		...(email ? { email } : {}),
		...(textOf(fields.phone) ? { phone: textOf(fields.phone)! } : {}),
		queues: wordsOf(fields.queues),
		skills: wordsOf(fields.skills),
		languages: wordsOf(fields.languages),
		...(capacity > 0 ? { capacity } : {}),
		...(level > 1 ? { level } : {}),
		...(weight > 1 ? { weight } : {}),
		...(calendar ? { calendar } : {}),
		...(outUntil ? { outUntil } : {}),
		available: !isNo(fields.available),
	};
}

/** Fields by their names in plain letters, and what the node's own labels and CRMs call them. */
const FIELD_NAMES: Record<string, string> = {
	firstname: 'firstName',
	lastname: 'lastName',
	mostconversationsatonce: 'capacity',
	outofofficeuntil: 'outUntil',
	outuntil: 'outUntil',
	publicholidays: 'holidays',
	timezone: 'timeZone',
	workinghours: 'hours',
};

/** The columns of a sheet as fields, whether it says "timeZone", "Time Zone" or "time_zone". */
function fieldsOf(entry: object): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(entry).map(([key, value]) => {
			const plain = key.toLowerCase().replace(/[\s_-]/gu, '');
			return [FIELD_NAMES[plain] ?? plain, value as unknown];
		}),
	);
}

/** How tables and sheets say no. */
function isNo(value: unknown): boolean {
	return value === false || /^(false|no|0|off)$/iu.test(textOf(value) ?? '');
}

function numberOf(
	value: unknown,
	fallback: number,
	who: string,
	field: string,
	{ least, advice }: { least: number; advice: string },
): number {
	if (value === undefined || value === null || value === '') return fallback;
	const number = Number(value);
	if (Number.isInteger(number) && number >= least) return number;
	throw new RosterInvalid(`Agent List, ${who}: ${field} is ${String(value)}`, advice);
}

function calendarOf(
	fields: Record<string, unknown>,
	who: string,
	around: RosterSurroundings,
): BusinessCalendar | undefined {
	const hours = textOf(fields.hours);
	const region = textOf(fields.holidays);
	if (!hours && !region) return undefined;
	const timeZone = textOf(fields.timeZone) ?? around.timeZone;
	let windows: BusinessCalendar['windows'];
	try {
		windows = parseWeek(hours ?? 'daily 00:00-24:00');
	} catch (error) {
		if (!(error instanceof HoursInvalid)) throw error;
		throw new RosterInvalid(`Agent List, ${who}: ${error.message}`, error.advice);
	}
	const calendar: BusinessCalendar = { timeZone, windows };
	const [wrong] = checkCalendar(calendar);
	if (wrong) throw new RosterInvalid(`Agent List, ${who}: the hours do not fit`, wrong);
	return region ? withClosedDates(calendar, around.holidays(region)) : calendar;
}

function timeOf(value: unknown, who: string, zone: string): string | undefined {
	const text = textOf(value);
	if (!text) return undefined;
	const time = DateTime.fromISO(text, { zone });
	if (!time.isValid) {
		throw new RosterInvalid(
			`Agent List, ${who}: out of office until ${text}`,
			'Use a date and time such as 2026-12-24T08:00:00+01:00.',
		);
	}
	return isoTime(time.toJSDate());
}

function textOf(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	return String(value).trim() || undefined;
}
