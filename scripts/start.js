'use strict';
const { ensureInstalled, runTypeScript } = require('./bootstrap');

ensureInstalled();
runTypeScript('host/demo.ts').then((code) => process.exit(code));
