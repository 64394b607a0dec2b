'use strict';
// Runs a TypeScript file of the repository under Node 24: `node scripts/typescript.js scripts/eval.ts …`.
const { ensureInstalled, runTypeScript } = require('./bootstrap');

const [file, ...args] = process.argv.slice(2);
if (!file) {
	console.error('Name the file to run.');
	process.exit(2);
}
ensureInstalled();
runTypeScript(file, args).then((code) => process.exit(code));
