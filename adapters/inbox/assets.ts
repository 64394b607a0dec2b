import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Files of the inbox page, by the name that the page asks for. */
const FILES: Record<string, { file: string; type: string }> = {
	'': { file: 'index.html', type: 'text/html; charset=utf-8' },
	'app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
	'charts.js': { file: 'charts.js', type: 'text/javascript; charset=utf-8' },
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

/** One file of the page; undefined for a name that the page does not have. */
export function pageFile(name: string): { type: string; body: Buffer } | undefined {
	const known = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
	return (
		known && { type: known.type, body: readFileSync(path.join(__dirname, 'page', known.file)) }
	);
}
