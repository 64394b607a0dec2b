/**
 * Keeps the documentation true.
 *
 *     npm run docs            writes the list of parameters into each node's page
 *     npm run docs -- check   says what is out of date or broken, and exits with 1 if anything is
 *
 * It also writes workflows/cli/all-templates.json: n8n's command line takes only workflows with an id, and n8n's API only those without.
 *
 * Checked: that the list of parameters of each node is current, that every parameter has a description, that links and anchors lead
 * somewhere, that JSON examples can be read, that commands exist, that each node's page has an example item, recipes and what to
 * do about errors, and names a workflow that uses the node. That the example items are what nodes give out is seen in the tests
 * (test/e2e/docs.test.ts), where nodes run.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodeType } from 'n8n-workflow';

const ROOT = path.join(__dirname, '..');
const PAGES = path.join(ROOT, 'docs', 'nodes');
const WORKFLOWS = path.join(ROOT, 'workflows');
const BUNDLE = path.join(WORKFLOWS, 'cli', 'all-templates.json');
const START = '<!-- parameters: written by `npm run docs` -->';
const END = '<!-- /parameters -->';

/** What staff look for on a node's page. */
const PARTS_OF_A_PAGE: Array<[string, RegExp]> = [
	['example item', /^```json\n/mu],
	['recipes', /^## Recipes$/mu],
	[
		'table of errors',
		/^## (?:When something|When it|What can|Nothing).*(?:wrong|work|arrives).*$/mu,
	],
];

const faults: string[] = [];

interface Manifest {
	scripts: Record<string, string>;
	n8n: { nodes: string[] };
}
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Every node of the package, with the path of its page. */
function nodes(): Array<{ node: INodeType; page: string }> {
	return manifest.n8n.nodes.map((built) => {
		const name = path.basename(built, '.node.js');
		const source = path.join(ROOT, 'nodes', name, `${name}.node.ts`);
		const loaded = require(source) as Record<string, new () => INodeType>;
		return { node: new loaded[name]!(), page: path.join(PAGES, `${kebab(name)}.md`) };
	});
}

function kebab(name: string): string {
	return name
		.replace(/([a-z])([A-Z])/gu, '$1-$2')
		.toLowerCase()
		.replace('whats-app', 'whatsapp');
}

/** The list of a node's parameters in the order of the editor. */
function parameterList({ description }: INodeType): string {
	const lines = ['| parameter | shown for | default | what it is |', '| --- | --- | --- | --- |'];
	const labels = new Map<string, string>();
	const collect = (list: Field[]) => {
		for (const field of list) {
			if (!labels.has(field.name)) labels.set(field.name, field.displayName);
			collect(inside(field));
		}
	};
	collect(description.properties);
	const add = (field: Field, within: string[]) => {
		if (isProperty(field) && ['hidden', 'notice'].includes(field.type)) return;
		const title = [...within, field.displayName];
		if (isProperty(field)) {
			if (!field.description && !explains(field) && inside(field).length === 0)
				faults.push(`${description.displayName}: ${title.join(' → ')} has no description`);
			lines.push(
				`| ${cell(title.join(' → '))} | ${cell(shownFor(field, labels))} | ${cell(defaultOf(field))} | ${cell(meaning(field))} |`,
			);
		}
		for (const inner of inside(field)) add(inner, isProperty(field) ? title : within);
	};
	for (const property of description.properties) add(property, []);
	return lines.join('\n');
}

type Field = INodeProperties | INodePropertyCollection;

function isProperty(field: Field): field is INodeProperties {
	return 'type' in field;
}

/** What a collection holds. */
function inside(field: Field): Field[] {
	if (!isProperty(field)) return field.values;
	if (field.type !== 'collection' && field.type !== 'fixedCollection') return [];
	return (field.options ?? []) as Field[];
}

/** A list whose entries say what they mean, or a label that says all. */
function explains(field: INodeProperties): boolean {
	return ['options', 'multiOptions', 'resourceMapper'].includes(field.type) || Boolean(field.hint);
}

function shownFor(field: INodeProperties, labels: ReadonlyMap<string, string>): string {
	const told = (name: string, values: unknown[]) => {
		const label = labels.get(name.replace(/^\//u, '')) ?? name;
		return `${label}: ${values.map((value) => plainValue(value)).join(', ')}`;
	};
	const { show = {}, hide = {} } = field.displayOptions ?? {};
	return [
		...Object.entries(show).map(([name, values]) => told(name, values ?? [])),
		...Object.entries(hide).map(([name, values]) => `not ${told(name, values ?? [])}`),
	].join('; ');
}

function plainValue(value: unknown): string {
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function defaultOf({ type, default: value, options }: INodeProperties): string {
	if (['collection', 'fixedCollection', 'resourceMapper'].includes(type)) return '';
	if (type === 'options') {
		const chosen = ((options ?? []) as Array<{ name: string; value?: unknown }>).find(
			(option) => option.value === value,
		);
		if (chosen) return chosen.name;
	}
	if (value === '' || value === undefined || value === null) return '';
	if (typeof value === 'object') {
		const text = JSON.stringify(value);
		return text === '{}' || text === '[]' ? '' : `\`${text}\``;
	}
	return typeof value === 'string' ? `\`${value.replace(/^=/u, '')}\`` : String(value as number);
}

function meaning({ description, hint, type, options }: INodeProperties): string {
	const choices =
		type === 'options' || type === 'multiOptions'
			? ((options ?? []) as Array<{ name: string; description?: string }>)
					.map(({ name, description: told }) => (told ? `**${name}**: ${told}` : `**${name}**`))
					.join('; ')
			: '';
	return [description, hint, choices].filter(Boolean).join('. ').replace(/\.\. /gu, '. ');
}

/** Fits a table: one line, links as their words, nothing that ends the cell. */
function cell(text: string): string {
	return text
		.replace(/<a [^>]*>(.*?)<\/a>/gu, '$1')
		.replace(/\s+/gu, ' ')
		.replaceAll('|', '\\|')
		.replaceAll('<', '&lt;')
		.trim();
}

function withList(text: string, list: string): string {
	const block = `${START}\n${list}\n${END}`;
	const from = text.indexOf(START);
	const to = text.indexOf(END);
	if (from < 0 || to < from) return `${text.trimEnd()}\n\n## Every parameter\n\n${block}\n`;
	return text.slice(0, from) + block + text.slice(to + END.length);
}

/** All pages of the documentation. */
function markdown(): string[] {
	const within = (folder: string): string[] =>
		readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
			const file = path.join(folder, entry.name);
			if (entry.isDirectory()) return within(file);
			return entry.name.endsWith('.md') ? [file] : [];
		});
	const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
	return [...top.map((name) => path.join(ROOT, name)), ...within(path.join(ROOT, 'docs'))];
}

/** As GitHub makes them: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(text: string): Set<string> {
	const seen = new Map<string, number>();
	const anchors = new Set<string>();
	for (const [, title] of withoutCode(text).matchAll(/^#{1,6} +(.+)$/gmu)) {
		const slug = title!
			.replace(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.trim()
			.replace(/\s/gu, '-');
		const count = seen.get(slug) ?? 0;
		seen.set(slug, count + 1);
		anchors.add(count === 0 ? slug : `${slug}-${count}`);
	}
	return anchors;
}

function withoutCode(text: string): string {
	return text.replace(/^```[\s\S]*?^```/gmu, '').replace(/`[^`\n]*`/gu, '');
}

/** What is named in code as a file of the repository, without patterns and what follows a colon. */
const IN_THE_REPOSITORY =
	/`(?:node )?((?:core|adapters|nodes|credentials|sandbox|host|test|bench|scripts|docs|workflows)\/[\w./-]*\w)[` ]/gu;

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

function checkPage(file: string): void {
	const text = readFileSync(file, 'utf8');
	const where = path.relative(ROOT, file);
	for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)[^)]*\)/gu)) {
		if (/^[a-z]+:/u.test(target!)) continue;
		const [name, anchor] = target!.split('#') as [string, string?];
		const linked = name === '' ? file : path.resolve(path.dirname(file), decodeURI(name));
		if (!existsSync(linked)) faults.push(`${where}: the link ${target} leads nowhere`);
		else if (anchor && linked.endsWith('.md')) {
			if (!anchorsOf(readFileSync(linked, 'utf8')).has(anchor))
				faults.push(`${where}: there is no heading for ${target}`);
		}
	}
	for (const [, json] of text.matchAll(/^```json\n([\s\S]*?)^```/gmu)) {
		try {
			JSON.parse(json!);
		} catch (error) {
			faults.push(`${where}: a JSON example cannot be read: ${String(error)}`);
		}
	}
	for (const [, script] of text.matchAll(/npm run ([a-z][\w:-]*)/gu)) {
		if (!(script! in manifest.scripts)) faults.push(`${where}: there is no script ${script}`);
	}
	for (const [name] of text.matchAll(/\bworkflows\/[\w-]+\.json/gu)) {
		if (!existsSync(path.join(ROOT, name))) faults.push(`${where}: there is no ${name}`);
	}
	for (const [, name] of text.matchAll(IN_THE_REPOSITORY)) {
		if (!existsSync(path.join(ROOT, name!))) faults.push(`${where}: there is no ${name}`);
	}
	for (const [, part] of text.matchAll(/npm run screenshots -- ([a-z]+)/gu)) {
		if (!read('scripts/screenshots.ts').includes(`async function ${part!}(`))
			faults.push(`${where}: there are no pictures ${part!}`);
	}
	for (const [, stage] of text.matchAll(/node scripts\/test\.js ([a-z]+)/gu)) {
		if (!read('scripts/test.js').includes(`'${stage!}'`))
			faults.push(`${where}: there is no stage ${stage!} of the tests`);
	}
}

function templates(): string[] {
	return readdirSync(WORKFLOWS)
		.filter((name) => name.endsWith('.json'))
		.sort();
}

/** The workflows that use a node. */
function usersOf(type: string): string[] {
	return templates().filter((file) =>
		readFileSync(path.join(WORKFLOWS, file), 'utf8').includes(
			`"n8n-nodes-whatsapp-handoff.${type}"`,
		),
	);
}

/** Every template with an id of its own, always the same, in one file. */
function forTheCommandLine(): string {
	const all = templates().map((file) => ({
		id: createHash('sha256').update(file).digest('hex').slice(0, 16),
		...(JSON.parse(readFileSync(path.join(WORKFLOWS, file), 'utf8')) as object),
		active: false,
	}));
	// One a line, so that two changes to two templates do not meet.
	return `[\n${all.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;
}

function main(): void {
	const check = process.argv.includes('check');
	for (const { node, page } of nodes()) {
		const where = path.relative(ROOT, page);
		const list = parameterList(node);
		if (!existsSync(page)) {
			faults.push(`${where} is missing`);
			continue;
		}
		const text = readFileSync(page, 'utf8');
		const current = withList(text, list);
		if (!check) writeFileSync(page, current);
		else if (current !== text)
			faults.push(`${where}: run \`npm run docs\`, parameters have changed`);
		for (const [what, wanted] of PARTS_OF_A_PAGE)
			if (!wanted.test(text)) faults.push(`${where} has no ${what}`);
		if (!usersOf(node.description.name).some((file) => text.includes(file)))
			faults.push(`${where} names no workflow in workflows/ that uses the node`);
	}
	const bundle = forTheCommandLine();
	if (!check) {
		mkdirSync(path.dirname(BUNDLE), { recursive: true });
		writeFileSync(BUNDLE, bundle);
	} else if (!existsSync(BUNDLE) || readFileSync(BUNDLE, 'utf8') !== bundle) {
		faults.push(`${path.relative(ROOT, BUNDLE)}: run \`npm run docs\`, templates have changed`);
	}
	for (const file of markdown()) checkPage(file);
	for (const fault of faults) console.error(fault);
	if (faults.length > 0) process.exitCode = 1;
	else console.log(check ? 'The documentation is current.' : 'Written.');
}

main();
