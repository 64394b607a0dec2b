/**
 * @jest-config-loader ts-node
 * @jest-config-loader-options {"transpileOnly": true}
 */
import type { Config } from 'jest';

const transform: Config['transform'] = {
	'^.+\\.ts$': [
		'@swc/jest',
		{ jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
	],
};

const project = (name: string): Config => ({
	displayName: name,
	rootDir: __dirname,
	testEnvironment: 'node',
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	// host/ holds a whole n8n, with package names of its own.
	modulePathIgnorePatterns: [
		'<rootDir>/host/',
		'<rootDir>/dist/',
		'<rootDir>/.cache/',
		'<rootDir>/.data/',
	],
	transform,
});

const config: Config = {
	// A machine that is busy is slow, not wrong: property tests on real files take seconds then.
	testTimeout: 60_000,
	projects: [
		project('unit'),
		project('contract'),
		{
			...project('e2e'),
			globalSetup: '<rootDir>/test/e2e/start.ts',
			globalTeardown: '<rootDir>/test/e2e/stop.ts',
		},
	] as Config['projects'],
};

export default config;
