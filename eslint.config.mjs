import communityNodes from '@n8n/eslint-plugin-community-nodes';
import importX from 'eslint-plugin-import-x';
import nodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const CODE = ['**/*.ts', '**/*.tsx'];
const PACKAGE = ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'];

/**
 * Rules of n8n's two plugins that are switched off, each with its reason. Everything else that the plugins recommend is on.
 */
const OFF_FOR_THE_PACKAGE = {
	// The package needs SDKs and libraries at run time (docs/dependencies.md): it is a community package for self-hosted n8n.
	'@n8n/community-nodes/no-runtime-dependencies': 'off',
	// n8n Cloud allows no imports but n8n-workflow; nodes here import our own core and adapters, which import the libraries.
	'@n8n/community-nodes/no-restricted-imports': 'off',
};

const OFF_BY_FILE = [
	{
		// HubSpot, Pipedrive and Salesforce use the credential types that n8n has built in, since staff have those connected.
		files: ['nodes/CrmUpsert/**/*.ts'],
		rules: {
			'@n8n/community-nodes/no-credential-reuse': 'off',
			'@n8n/community-nodes/valid-credential-references': 'off',
		},
	},
	{
		// "SLA Watchdog" is the product's name for the node; the rules want every trigger to be called "… Trigger".
		files: ['nodes/SlaWatchdog/SlaWatchdog.node.ts', 'nodes/HandoffInbox/HandoffInbox.node.ts'],
		rules: {
			'@n8n/community-nodes/trigger-node-conventions': 'off',
			'n8n-nodes-base/node-class-description-display-name-unsuffixed-trigger-node': 'off',
			'n8n-nodes-base/node-class-description-name-unsuffixed-trigger-node': 'off',
		},
	},
	{
		// These two rules know one output only ("main"), and refuse nodes whose outputs are named by meaning.
		files: ['nodes/**/*.node.ts'],
		rules: {
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-inputs-wrong-trigger-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		// Sees only a subtitle that is a literal. Ours are made of the names in the lists; test/unit/nodes/editor.test.ts wants one of each node.
		files: ['nodes/**/*.node.ts'],
		rules: { 'n8n-nodes-base/node-class-description-missing-subtitle': 'off' },
	},
	{
		// Crashes on a credential description that several nodes share; the community plugin's valid-credential-references
		// checks the same names.
		files: ['nodes/**/*.node.ts'],
		rules: { 'n8n-nodes-base/node-class-description-credentials-name-unsuffixed': 'off' },
	},
	{
		// Want a literal default. Ours come from the item before (e.g. the scorer's priority) or from a list in one constant.
		files: ['nodes/**/*.ts'],
		rules: {
			'n8n-nodes-base/node-param-default-wrong-for-options': 'off',
			'n8n-nodes-base/node-param-default-wrong-for-multi-options': 'off',
		},
	},
	{
		// A secret that staff make up themselves: there is no service to test it against.
		files: ['credentials/WhatsAppHandoffInboxApi.credentials.ts'],
		rules: { '@n8n/community-nodes/credential-test-required': 'off' },
	},
	{
		// Wants camel-case URLs of docs.n8n.io; its counterpart of the community plugin checks the address that we have.
		files: ['credentials/**/*.ts'],
		rules: { 'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off' },
	},
];

const rulesOf = (name) => nodesBase.configs[name].rules;

export default [
	{
		ignores: [
			'**/node_modules/**',
			'dist/**',
			'.data/**',
			'.cache/**',
			'coverage/**',
			'**/*.js',
			'eslint.config.mjs',
		],
	},
	{
		files: CODE,
		languageOptions: {
			parser: tseslint.parser,
			sourceType: 'module',
			parserOptions: { ecmaFeatures: { jsx: true } },
		},
		plugins: { '@typescript-eslint': tseslint.plugin, 'import-x': importX },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ varsIgnorePattern: '^_', argsIgnorePattern: '^_' },
			],
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/ban-ts-comment': 'error',
			'import-x/no-duplicates': 'error',
			'import-x/no-self-import': 'error',
			'import-x/order': [
				'error',
				{
					'newlines-between': 'ignore',
					groups: ['builtin', 'external', 'parent', 'sibling', 'index'],
				},
			],
			eqeqeq: 'error',
			'no-console': 'error',
			'no-var': 'error',
			'prefer-const': 'error',
		},
	},
	{
		// What talks to a person at a terminal.
		files: ['scripts/**/*.ts', 'host/**/*.ts', 'bench/**/*.ts', 'sandbox/**/*.ts', 'test/**/*.ts'],
		rules: { 'no-console': 'off' },
	},
	{
		// The arrows run one way, nodes → core ← adapters: core knows no n8n, no HTTP, no SQL, no files, no clock of its own.
		files: ['core/**/*.ts'],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: [
						{ regex: '^n8n-', message: 'core knows no n8n.' },
						{
							regex:
								'^(axios|pg|node:(http|https|sqlite|net|child_process|process|timers).*|http|https|net|@hubspot/.*|pipedrive.*|jsforce.*)$',
							message: 'core knows no HTTP, no SQL and no vendor; that is what adapters are for.',
						},
						{
							regex: '(^|/)(adapters|nodes|credentials|sandbox)(/|$)',
							message: 'core imports neither adapters nor nodes.',
						},
					],
				},
			],
			'no-restricted-globals': [
				'error',
				...['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
					name,
					message: 'Pass it in: core is pure.',
				})),
			],
			'no-restricted-syntax': [
				'error',
				{
					selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
					message: 'Time comes in as a value.',
				},
				{
					selector: "NewExpression[callee.name='Date'][arguments.length=0]",
					message: 'Time comes in as a value.',
				},
				{
					selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
					message: 'Randomness comes in as a value.',
				},
			],
		},
	},
	{
		files: ['adapters/**/*.ts'],
		rules: {
			'no-restricted-imports': [
				'error',
				{ patterns: [{ regex: '(^|/)nodes(/|$)', message: 'Adapters do not know the nodes.' }] },
			],
		},
	},
	{
		...communityNodes.configs.recommended,
		files: PACKAGE,
		languageOptions: { parser: tseslint.parser },
		rules: { ...communityNodes.configs.recommended.rules, ...OFF_FOR_THE_PACKAGE },
	},
	{ files: ['nodes/**/*.ts'], plugins: { 'n8n-nodes-base': nodesBase }, rules: rulesOf('nodes') },
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: rulesOf('credentials'),
	},
	...OFF_BY_FILE,
];
