'use strict';
// Prints how many milliseconds n8n's own loader takes over a package: `node package-load.js N8N_SCRIPT PACKAGE_FOLDER`.
const { createRequire } = require('node:module');

const [script, folder] = process.argv.slice(2);
const { PackageDirectoryLoader } = createRequire(script)('n8n-core');
const loader = new PackageDirectoryLoader(folder);
const began = performance.now();
loader.loadAll().then(
	() => console.log(performance.now() - began),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
