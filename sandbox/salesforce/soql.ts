/** A query that was refused, in Salesforce's words. */
export class QueryRefusal extends Error {
	constructor(
		readonly errorCode: string,
		message: string,
	) {
		super(message);
	}
}

export interface Query {
	fields: string[];
	object: string;
	where?: Condition;
	orderBy: Array<{ field: string; descending: boolean }>;
	limit?: number;
}

export type Condition =
	| { kind: 'and' | 'or'; parts: Condition[] }
	| { kind: 'not'; part: Condition }
	| { kind: 'compare'; field: string; operator: Operator; value: Literal }
	| { kind: 'in'; field: string; negated: boolean; values: Literal[] }
	| { kind: 'semiJoin'; field: string; negated: boolean; query: Query };

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=' | 'like';

/** Text keeps its escapes, since LIKE reads some of them in its own way. */
export type Literal =
	{ type: 'text'; raw: string } | { type: 'number' | 'boolean' | 'time' | 'null'; value: unknown };

export interface Search {
	/** Phrases of which one has to be there. */
	phrases: string[];
	in: 'ALL' | 'PHONE' | 'EMAIL' | 'NAME';
	returning: Query[];
}

const TOKEN =
	/\s*(?:('(?:\\.|[^'\\])*')|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?)|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<=|>=|!=|<>|[=<>(),]))/uy;

type Token = { type: 'text' | 'time' | 'number' | 'word' | 'sign'; text: string };

function tokensOf(source: string): Token[] {
	const tokens: Token[] = [];
	TOKEN.lastIndex = 0;
	const end = source.trimEnd().length;
	while (TOKEN.lastIndex < end) {
		const at = TOKEN.lastIndex;
		const found = TOKEN.exec(source);
		if (!found) malformed(`unexpected token: '${source.slice(at, at + 12)}'`);
		const types = ['text', 'time', 'number', 'word', 'sign'] as const;
		const index = found.slice(1).findIndex((group) => group !== undefined);
		tokens.push({ type: types[index]!, text: found[index + 1]! });
	}
	return tokens;
}

function malformed(message: string): never {
	throw new QueryRefusal('MALFORMED_QUERY', message);
}

/** The part of SOQL that is understood; anything else is refused, as Salesforce refuses what it does not understand. */
export function parseQuery(soql: string): Query {
	const parser = new Parser(tokensOf(soql));
	const query = parser.query();
	parser.end();
	return query;
}

/** `FIND {"…" OR "…"} IN … FIELDS RETURNING Object(fields WHERE … LIMIT n)`. */
export function parseSearch(sosl: string): Search {
	const found =
		/^\s*FIND\s*\{((?:\\.|[^\\{}])*)\}\s*IN\s+(ALL|PHONE|EMAIL|NAME)\s+FIELDS\s+RETURNING\s+(.*)$/isu.exec(
			sosl,
		);
	if (!found) malformed('FIND {…} IN … FIELDS RETURNING … was expected');
	const phrases: string[] = [];
	let rest = found[1]!.trim();
	while (rest) {
		const phrase = /^"((?:\\.|[^"\\])*)"\s*(?:(OR)\s+|$)/iu.exec(rest);
		if (!phrase) malformed(`unexpected token in the search: ${rest}`);
		const bare = phrase[1]!.replace(/\\./gu, '');
		if (/[?&|!{}[\]()^~*:"'+-]/u.test(bare)) {
			malformed(`a reserved character is not escaped in the search: ${phrase[1]}`);
		}
		phrases.push(phrase[1]!.replace(/\\(.)/gu, '$1'));
		rest = rest.slice(phrase[0].length);
	}
	if (phrases.every((phrase) => phrase.replace(/\W/gu, '').length < 2)) {
		throw new QueryRefusal('MALFORMED_SEARCH', 'search term must be longer than one character');
	}
	const parser = new Parser(tokensOf(found[3]!));
	const returning = parser.returning();
	parser.end();
	return { phrases, in: found[2]!.toUpperCase() as Search['in'], returning };
}

class Parser {
	private at = 0;

	constructor(private readonly tokens: Token[]) {}

	query(): Query {
		this.word('SELECT');
		const fields = this.names();
		this.word('FROM');
		const object = this.name();
		return { fields, object, ...this.rest() };
	}

	returning(): Query[] {
		const parts: Query[] = [];
		do {
			const object = this.name();
			this.sign('(');
			const fields = this.names();
			parts.push({ fields, object, ...this.rest() });
			this.sign(')');
		} while (this.takeSign(','));
		return parts;
	}

	end(): void {
		if (this.at < this.tokens.length)
			malformed(`unexpected token: '${this.tokens[this.at]!.text}'`);
	}

	private rest(): Pick<Query, 'where' | 'orderBy' | 'limit'> {
		const where = this.takeWord('WHERE') ? this.either() : undefined;
		const orderBy: Query['orderBy'] = [];
		if (this.takeWord('ORDER')) {
			this.word('BY');
			do {
				const field = this.name();
				const descending = this.takeWord('DESC');
				if (!descending) this.takeWord('ASC');
				orderBy.push({ field, descending });
			} while (this.takeSign(','));
		}
		const limit = this.takeWord('LIMIT') ? Number(this.take('number')) : undefined;
		return { ...(where ? { where } : {}), orderBy, ...(limit === undefined ? {} : { limit }) };
	}

	/** AND and OR side by side need brackets. */
	private either(): Condition {
		const first = this.one();
		for (const kind of ['and', 'or'] as const) {
			if (!this.peekWord(kind)) continue;
			const parts = [first];
			while (this.takeWord(kind)) parts.push(this.one());
			if (this.peekWord('and') || this.peekWord('or')) {
				malformed('unexpected token: AND and OR have to be told apart by brackets');
			}
			return { kind, parts };
		}
		return first;
	}

	private one(): Condition {
		if (this.takeWord('NOT')) return { kind: 'not', part: this.one() };
		if (this.takeSign('(')) {
			const inner = this.either();
			this.sign(')');
			return inner;
		}
		const field = this.name();
		const negated = this.takeWord('NOT');
		if (this.takeWord('IN')) {
			this.sign('(');
			if (this.peekWord('SELECT')) {
				const query = this.query();
				this.sign(')');
				return { kind: 'semiJoin', field, negated, query };
			}
			const values = [this.literal()];
			while (this.takeSign(',')) values.push(this.literal());
			this.sign(')');
			return { kind: 'in', field, negated, values };
		}
		if (negated) malformed("unexpected token: 'NOT'");
		if (this.takeWord('LIKE')) {
			return { kind: 'compare', field, operator: 'like', value: this.literal() };
		}
		const sign = this.take('sign').replace('<>', '!=');
		if (!['=', '!=', '<', '>', '<=', '>='].includes(sign)) malformed(`unexpected token: '${sign}'`);
		return { kind: 'compare', field, operator: sign as Operator, value: this.literal() };
	}

	private literal(): Literal {
		const token = this.tokens[this.at++];
		if (!token) malformed('unexpected end of query');
		if (token.type === 'text') return { type: 'text', raw: token.text.slice(1, -1) };
		if (token.type === 'number') return { type: 'number', value: Number(token.text) };
		if (token.type === 'time') return { type: 'time', value: token.text };
		const word = token.text.toLowerCase();
		if (word === 'true' || word === 'false') return { type: 'boolean', value: word === 'true' };
		if (word === 'null') return { type: 'null', value: null };
		return malformed(`unexpected token: '${token.text}'`);
	}

	private names(): string[] {
		const names = [this.name()];
		while (this.takeSign(',')) names.push(this.name());
		return names;
	}

	private name(): string {
		return this.take('word');
	}

	private take(type: Token['type']): string {
		const token = this.tokens[this.at++];
		if (token?.type !== type) malformed(`unexpected token: '${token?.text ?? '<EOF>'}'`);
		return token.text;
	}

	private word(word: string): void {
		if (!this.takeWord(word)) {
			malformed(`${word} was expected at '${this.tokens[this.at]?.text ?? '<EOF>'}'`);
		}
	}

	private sign(sign: string): void {
		if (!this.takeSign(sign)) {
			malformed(`'${sign}' was expected at '${this.tokens[this.at]?.text ?? '<EOF>'}'`);
		}
	}

	private peekWord(word: string): boolean {
		const token = this.tokens[this.at];
		return token?.type === 'word' && token.text.toLowerCase() === word.toLowerCase();
	}

	private takeWord(word: string): boolean {
		if (!this.peekWord(word)) return false;
		this.at += 1;
		return true;
	}

	private takeSign(sign: string): boolean {
		const token = this.tokens[this.at];
		if (token?.type !== 'sign' || token.text !== sign) return false;
		this.at += 1;
		return true;
	}
}

const ESCAPED: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** A text with its escapes read. */
export function textOf(raw: string): string {
	return raw.replace(/\\(.)/gsu, (_whole, letter: string) => {
		if (ESCAPED[letter]) return ESCAPED[letter];
		if (!/["'\\%_]/u.test(letter)) {
			malformed(`Illegal string literal: Invalid string literal '${raw}'`);
		}
		return letter;
	});
}

/** What LIKE looks for: `%` stands for any letters, `_` for one, unless escaped. */
export function patternOf(raw: string): RegExp {
	const source = raw.replace(/\\(.)|[%_]|[\s\S]/gu, (whole, letter?: string) => {
		if (whole === '%') return '.*';
		if (whole === '_') return '.';
		const character = letter === undefined ? whole : (ESCAPED[letter] ?? letter);
		return character.replace(/[.*+?^${}()|[\]\\/]/gu, '\\$&');
	});
	return new RegExp(`^${source}$`, 'isu');
}
