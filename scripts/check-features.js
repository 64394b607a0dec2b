'use strict';
// docs/features.md has a row for each capability; a row marked "met" must name a test that exists.
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const FILE = path.join('docs', 'features.md');

/** How many capabilities each group has: the map is complete when every id from 1 on is there once. */
const GROUPS = { A: 14, B: 35, C: 14, D: 15, E: 13, F: 14, G: 8, H: 19, I: 6, J: 9, K: 14 };

/** Titles of the tests and groups of a file: the first text after `it(`, `describe(` or the like, or after `.each(…)(`. */
function titlesIn(code) {
	return [
		...code.matchAll(/(?:\b(?:it|test|describe)|\))\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g),
	].map(([, , title]) => title);
}

const problems = [];
const rows = new Map();
for (const line of readFileSync(path.join(ROOT, FILE), 'utf8').split('\n')) {
	const cells = line.split('|').map((cell) => cell.trim());
	if (!/^[A-K]\d+$/.test(cells[1] ?? '')) continue;
	const [, id, , status, where, tests] = cells;
	if (rows.has(id)) problems.push(`${id} stands there twice`);
	rows.set(id, { status, where, tests });
}

for (const [group, count] of Object.entries(GROUPS)) {
	for (let number = 1; number <= count; number++) {
		if (!rows.has(`${group}${number}`)) problems.push(`${group}${number} is missing`);
	}
}

for (const [id, { status, where, tests }] of rows) {
	if (status === 'not yet') continue;
	if (status !== 'met') {
		problems.push(`${id}: the status is "${status}", not "met" or "not yet"`);
		continue;
	}
	if (!where) problems.push(`${id}: met, but it does not say where`);
	if (!tests) problems.push(`${id}: met, but it names no test`);
	if (Number(id.slice(1)) > GROUPS[id[0]]) problems.push(`${id} is no capability`);
	for (const test of tests.split('<br>').filter(Boolean)) {
		const [, file, title] = /^`([^`]+)` › (.+)$/.exec(test.trim()) ?? [];
		if (!file) problems.push(`${id}: "${test}" is not of the form \`file\` › title`);
		else if (!existsSync(path.join(ROOT, file))) problems.push(`${id}: there is no file ${file}`);
		else if (
			!titlesIn(readFileSync(path.join(ROOT, file), 'utf8')).some((one) => one.includes(title))
		) {
			problems.push(`${id}: ${file} has no test "${title}"`);
		}
	}
}

// The second table names files in its last column, and scripts.
const others =
	readFileSync(path.join(ROOT, FILE), 'utf8').split('## What none of the others has')[1] ?? '';
const kept = others.split('\n').filter((line) => /^\| (?!feature|---)/.test(line));
if (kept.length !== 15)
	problems.push(`there are ${kept.length} rows of what none of the others has, not 15`);
for (const line of kept) {
	const named = [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
	if (named.length === 0) problems.push(`"${line.split('|')[1].trim()}" names no test`);
	for (const name of named.filter((one) => one.includes('/'))) {
		if (!existsSync(path.join(ROOT, name))) problems.push(`there is no file ${name}`);
	}
}

const met = [...rows.values()].filter(({ status }) => status === 'met').length;
problems.forEach((problem) => console.error(`${FILE}: ${problem}`));
console.log(`${met} of ${rows.size} capabilities are met.`);
process.exit(problems.length > 0 ? 1 : 0);
