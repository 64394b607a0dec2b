/** Characters that end or bend a text of SOQL, and how it wants them written. */
const SOQL_ESCAPES: Readonly<Record<string, string>> = {
	'\\': '\\\\',
	"'": "\\'",
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\b': '\\b',
	'\f': '\\f',
};

/** A value as text of a SOQL query: whatever customers write stays a value. */
export function soqlText(value: string): string {
	return `'${value.replace(/[\\'\n\r\t\b\f]/g, (one) => SOQL_ESCAPES[one]!)}'`.replaceAll('\0', '');
}

/** As {@link soqlText}, for LIKE: "%" and "_" of the value are no placeholders. */
export function soqlLike(value: string): string {
	return soqlText(value)
		.slice(1, -1)
		.replace(/[%_]/g, (one) => `\\${one}`);
}

export function soqlList(values: readonly string[]): string {
	return `(${values.map(soqlText).join(', ')})`;
}

/** A phrase to search for by SOSL. Its reserved characters are those of the search's own language. */
export function soslPhrase(text: string): string {
	return `"${text.replace(/[?&|!{}[\]()^~*:\\"'+-]/g, (one) => `\\${one}`)}"`;
}

/** Ids of Salesforce are 15 or 18 letters and digits; a query for anything else would be refused. */
export function isId(value: string): boolean {
	return /^([a-z\d]{15}|[a-z\d]{18})$/i.test(value);
}
