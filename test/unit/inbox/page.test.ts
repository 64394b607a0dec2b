import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { PAGE_HEADERS, pageFile, pageWith } from '../../../adapters/inbox/assets';
import { RetryKeys, newKey } from '../../../adapters/inbox/app/retryKeys';
import { fileHeaders, mayAttach } from '../../../adapters/inbox/files';
import { buildPage } from '../../../scripts/build-page';

const APP = path.join(__dirname, '..', '..', '..', 'adapters', 'inbox', 'app');

const texts = (language: string) =>
	JSON.parse(readFileSync(path.join(APP, 'i18n', `${language}.json`), 'utf8')) as Record<
		string,
		string
	>;
const variablesOf = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([name]) => name).sort();

describe('the texts of the inbox page', () => {
	const languages = readdirSync(path.join(APP, 'i18n')).map((file) => path.parse(file).name);
	const english = texts('en');

	it('are there in more than one language', () => {
		expect(languages).toEqual(['de', 'en']);
	});

	it.each(languages)('are complete in %s, with the same values to fill in', (language) => {
		const own = texts(language);
		expect(Object.keys(own).sort()).toEqual(Object.keys(english).sort());
		for (const [key, text] of Object.entries(own)) {
			expect({ key, variables: variablesOf(text), empty: text.trim() === '' }).toEqual({
				key,
				variables: variablesOf(english[key]!),
				empty: false,
			});
		}
	});

	it('stand in the language files and not in the code', () => {
		const code = readdirSync(path.join(APP, 'views'))
			.map((file) => readFileSync(path.join(APP, 'views', file), 'utf8'))
			.join('\n');
		// Text between tags would start with a letter.
		expect(code.match(/>\s*[A-Za-z][a-z]+ [a-z]+[^<{(=;]*</gu)).toBeNull();
	});
});

describe('the built page', () => {
	beforeAll(() => buildPage());

	it('is served whole: markup, style, program and charts', () => {
		expect(pageWith({}).body.length).toBeGreaterThan(200);
		for (const name of ['app.js', 'charts.js', 'style.css']) {
			expect(pageFile(name)?.body.length).toBeGreaterThan(200);
		}
		for (const name of ['../assets.ts', 'index.html', '__proto__', 'LICENSES.txt/..']) {
			expect(pageFile(name)).toBeUndefined();
		}
	});

	it('asks nobody else for anything and has no inline script', () => {
		const html = pageWith({}).body;
		expect(html).not.toMatch(
			/https?:|<script(?![^>]* (?:src=|type="application\/json"))|\son\w+=|style=/u,
		);
		expect(pageFile('style.css')!.body.toString()).not.toMatch(/@import|url\(/u);
		expect(PAGE_HEADERS['content-security-policy']).not.toMatch(/unsafe|\*|http/u);
	});

	it('brings its first data along, whatever customers have written, and its files by version', () => {
		const hostile = { text: '</script><script>alert(1)</script><!--<script>$&$`', line: '\u2028' };
		const { body } = pageWith(hostile);
		expect(body.match(/<script/gu)).toHaveLength(2);
		const data = /<script type="application\/json" id="first">(.*?)<\/script>/su.exec(body)![1]!;
		expect(JSON.parse(data)).toEqual(hostile);
		const asked = [...body.matchAll(/\?asset=([\w.]+)&amp;v=([\w-]+)"/gu)];
		expect(asked.map(([, name]) => name).sort()).toEqual(['app.js', 'icon.svg', 'style.css']);
		for (const [, name, version] of asked) {
			expect(pageFile(name!)!.isOf(version)).toBe(true);
			expect(pageFile(name!)!.isOf('older')).toBe(false);
		}
	});

	it('keeps the chart library out of what agents load', () => {
		const agents = pageFile('app.js')!.body.length;
		expect(agents).toBeLessThan(160_000);
		expect(pageFile('app.js')!.body.toString()).not.toContain('maxBarThickness');
		expect(pageFile('charts.js')!.body.toString()).toContain('maxBarThickness');
	});

	it('passes on the licences of what is bundled', () => {
		const licences = pageFile('LICENSES.txt')!.body.toString();
		for (const name of ['preact', 'chart.js', '@tanstack/virtual-core', '@kurkle/color']) {
			expect(licences).toContain(`${name} `);
		}
		expect(licences.match(/Permission is hereby granted/gu)!.length).toBeGreaterThanOrEqual(4);
	});
});

describe('files of customers', () => {
	it('are shown only if nothing can run in them, and saved otherwise', () => {
		expect(fileHeaders('image/jpeg; charset=x', 'photo.jpg')).toMatchObject({
			'content-type': 'image/jpeg',
			'content-disposition': "inline; filename*=UTF-8''photo.jpg",
		});
		for (const type of ['image/svg+xml', 'text/html', 'application/pdf', undefined]) {
			expect(fileHeaders(type, 'a.html')).toMatchObject({
				'content-type': 'application/octet-stream',
				'content-disposition': "attachment; filename*=UTF-8''a.html",
			});
		}
	});

	it('cannot break out of their header with their name', () => {
		const { 'content-disposition': disposition } = fileHeaders(
			'text/html',
			'a"\r\nset-cookie: x=1;\'.html',
		);
		expect(disposition).toMatch(/^attachment; filename\*=UTF-8''[\w.%-]+$/u);
	});

	it('can be attached if WhatsApp takes their type', () => {
		expect(mayAttach('application/pdf')).toBe(true);
		expect(mayAttach('text/html')).toBe(false);
		expect(mayAttach(undefined)).toBe(false);
	});
});

describe('a message that could not be sent, as far as the page knows', () => {
	const keys = () => {
		let number = 0;
		return new RetryKeys(() => `key ${++number}`);
	};

	it('goes out under the key that it had when it is sent again unchanged, so that the server takes it once', () => {
		const retry = keys();
		expect(retry.of('c1', 'On its way')).toBe('key 1');
		expect(retry.of('c1', 'On its way')).toBe('key 1');
		expect(retry.of('c1', 'On its way!')).toBe('key 2');
		expect(retry.of('c2', 'On its way')).toBe('key 3');
	});

	it('is another one when the same words are sent again later', () => {
		const retry = keys();
		retry.of('c1', 'Hello');
		retry.done('c1', 'Hello');
		expect(retry.of('c1', 'Hello')).toBe('key 2');
	});
});

describe('the name of a file', () => {
	it('of more than a hundred characters is cut between characters, and broken ones are mended', () => {
		for (const name of [`${'😀'.repeat(101)}.pdf`, '\ud83d.pdf', `a${'😀'.repeat(99)}`]) {
			const { 'content-disposition': disposition } = fileHeaders('application/pdf', name);
			expect(decodeURIComponent(disposition!.split("''")[1]!)).toMatch(/^(😀|\ufffd|a)+/u);
		}
	});
});

describe('the key of a message', () => {
	it('is there without https as well, where browsers give out no UUID, and never twice', () => {
		const uuid = jest.spyOn(crypto, 'randomUUID').mockImplementation(() => {
			throw new TypeError('crypto.randomUUID is not a function');
		});
		const keys = new Set(Array.from({ length: 100 }, () => newKey()));
		expect(keys.size).toBe(100);
		expect([...keys][0]).toMatch(/^[\da-f]{32}$/u);
		expect(new RetryKeys().of('Hello')).toMatch(/^[\da-f]{32}$/u);
		uuid.mockRestore();
	});
});
