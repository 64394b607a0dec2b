import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Files of the inbox page, by the name that the page asks for. */
const FILES: Record<string, { file: string; type: string }> = {
	'app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
	'charts.js': { file: 'charts.js', type: 'text/javascript; charset=utf-8' },
	'icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
	// The licences of what is bundled ask to be passed on with it.
	'LICENSES.txt': { file: 'LICENSES.txt', type: 'text/plain; charset=utf-8' },
	'style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
};

/**
 * The page loads nothing but its own files, runs no inline script, is shown in no frame and sends nothing elsewhere.
 * n8n's own policy for webhook pages (a sandbox without cookies) does not apply to responses that a node writes itself.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
	'content-security-policy':
		"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
};

/** For a file that is asked for by its version: it never changes. */
export const KEPT: Readonly<Record<string, string>> = {
	'cache-control': 'private, max-age=31536000, immutable',
};

interface PageFile {
	type: string;
	body: Buffer;
	/** Whether this is the version that was asked for. */
	isOf(version: string | undefined): boolean;
}

const read = new Map<string, PageFile & { version: string }>();

/** One file of the page; undefined for a name that the page does not have. */
export function pageFile(name: string): PageFile | undefined {
	const known = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
	return known && fileOf(known);
}

function fileOf({ file, type }: { file: string; type: string }): PageFile & { version: string } {
	const known = read.get(file);
	if (known) return known;
	const body = readFileSync(path.join(__dirname, 'page', file));
	const version = createHash('sha256').update(body).digest('base64url').slice(0, 12);
	const found = { type, body, version, isOf: (asked: string | undefined) => asked === version };
	read.set(file, found);
	return found;
}

const INDEX = { file: 'index.html', type: 'text/html; charset=utf-8' };

/** The page, with its first data in it: they are drawn without being asked for. */
export function pageWith(first: unknown): { type: string; body: string } {
	const { type, body } = fileOf(INDEX);
	const versioned = body
		.toString('utf8')
		.replace(/\?asset=([\w.]+)/gu, (link, name: string) =>
			Object.hasOwn(FILES, name) ? `${link}&amp;v=${fileOf(FILES[name]!).version}` : link,
		);
	// A block of data is not a script, whatever it holds; without "<" it cannot end early.
	const data = JSON.stringify(first).replaceAll('<', '\\u003c');
	return {
		type,
		body: versioned.replace(
			'</body>',
			() => `<script type="application/json" id="first">${data}</script></body>`,
		),
	};
}
