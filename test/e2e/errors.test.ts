import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { N8nClient } from '../../host/n8n';
import { LIMIT_MS, environment, sharedCredentialIds, signedInClient } from './harness';
import type { NodeToRun } from './run';
import { OURS, chainOf, runByHand } from './run';

jest.setTimeout(3 * LIMIT_MS);

/*
 * What staff read in the editor when something is wrong: the title names the field or the service, the line below says what to do. Provoked
 * in a real n8n, since it is n8n that shows the two.
 */

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const CHANNEL = '106540352242922';
const FAR_STORE = {
	storage: 'postgres',
	host: '127.0.0.1',
	port: 9,
	database: 'd',
	user: 'u',
	password: 'p',
};

interface Mistake {
	node: string;
	parameters?: object;
	/** In place of one with a conversation. */
	item?: object;
	/** By type; "its own" is the one that the other suites use. */
	credentials?: Record<string, object | 'its own'>;
	/** What the service answers. */
	answer?: { status: number; body: object };
	title: string | RegExp;
	mend: string | RegExp;
}

const conversation = (operation: string, parameters: object = {}) => ({ operation, ...parameters });
const crm = (parameters: object = {}, options: object = {}) => ({
	...parameters,
	options: { baseUrl: environment.hubspotUrl, reference: randomUUID(), ...options },
});
const router = (parameters: object) => ({
	acknowledge: false,
	agents: { agent: [{ name: 'Agent One', email: 'agent.one@shop.example' }] },
	...parameters,
});
const hours = (parameters: object) =>
	router({ businessHours: 'custom', timeZone: 'UTC', ...parameters });
const whatsApp = (baseUrl: string) => ({
	whatsAppHandoffApi: { accessToken: 'x', phoneNumberId: CHANNEL, appSecret: 'x', baseUrl },
});

const MISTAKES: Record<string, Mistake> = {
	'an expression that finds no conversation': {
		node: 'slaClock',
		parameters: { operation: 'get', conversationId: '={{ $json.nothing }}' },
		title: 'Conversation is empty',
		mend: 'Put WhatsApp Trigger, or Conversation → Record Message, before this node.',
	},
	'a conversation that is not there': {
		node: 'conversation',
		parameters: conversation('get', { conversationId: 'c-1' }),
		title: 'There is no conversation c-1',
		mend: 'it needs the ID that WhatsApp Trigger puts into conversation.id',
	},
	'a required text that its expression leaves empty': {
		node: 'conversation',
		parameters: conversation('reply', { text: '={{ $json.nothing }}' }),
		credentials: { whatsAppHandoffApi: 'its own' },
		title: /^Text is empty$/u,
		mend: 'check that its expression finds something in this item',
	},
	'a number that is none': {
		node: 'handoffReport',
		parameters: { operation: 'metrics', days: '={{ "a week" }}' },
		title: 'Days is “a week”, which is no number from 1 to 366',
		mend: 'Enter a number',
	},
	'a time that cannot be read': {
		node: 'slaClock',
		parameters: { operation: 'start', kind: 'promised_follow_up', promisedFor: 'soon' },
		title: 'Promised For is “soon”, which is no time that can be read',
		mend: '2026-11-20T09:30:00Z',
	},
	'a choice that there is not': {
		node: 'handoffRouter',
		parameters: router({ priority: '={{ "top" }}' }),
		title: 'Priority is “top”, which is none of its choices',
		mend: 'low, normal, high, urgent',
	},
	'a misspelt time zone': {
		node: 'handoffRouter',
		parameters: hours({ timeZone: 'Europe/Berln' }),
		title: 'Time Zone is “Europe/Berln”, which is no time zone',
		mend: 'Europe/Berlin',
	},
	'an hour that there is not': {
		node: 'handoffRouter',
		parameters: hours({ openingHours: { window: [{ days: [1], from: '25:00', to: '26:00' }] } }),
		title: 'Business Hours: "25:00" on Monday is not a time of day',
		mend: 'Write it as "09:00"',
	},
	'a closed date in words': {
		node: 'handoffRouter',
		parameters: hours({ closedDates: 'Christmas' }),
		title: 'Business Hours: The closed date "Christmas" is not a date',
		mend: '"2026-12-25"',
	},
	'a list of agents that is none': {
		node: 'handoffRouter',
		parameters: router({ agentSource: 'field', agentsField: '[{' }),
		title: 'Agent List is not valid JSON',
		mend: '[{"name": "Ana", "email": "ana@shop.example"}]',
	},
	'a regular expression as a phrase of a rule': {
		node: 'escalationScorer',
		parameters: { rules: { rule: [{ name: 'Mine', phrases: '/refund(s)?/i' }] } },
		title: 'Rules, “Mine”: “/refund(s)?/i” is a regular expression, and phrases are words',
		mend: '“cancel*” is any word that begins so',
	},
	'a rule that can never fire': {
		node: 'escalationScorer',
		parameters: { rules: { rule: [{ phrases: '' }] } },
		title: 'Rules, rule 1: Phrases is empty, so it can never fire',
		mend: 'Write a word or a phrase to look for, or remove the rule.',
	},
	'past messages without a text': {
		node: 'escalationScorer',
		parameters: { operation: 'testRules', columns: { text: 'body' } },
		title: 'No item has a message text under “body”',
		mend: 'Name the column of the text under Columns',
	},
	'no credential of the CRM': {
		node: 'crmUpsert',
		parameters: crm({ phone: '+4915112345678' }),
		title: 'No HubSpot credential is chosen in this node',
		mend: 'choose or create a credential for HubSpot',
	},
	'a token that the CRM refuses': {
		node: 'crmUpsert',
		parameters: crm({ phone: '+4915112345678' }),
		credentials: { hubspotAppToken: { appToken: 'wrong' } },
		title: /HubSpot.*401/u,
		mend: /token|credential/iu,
	},
	'a right that the CRM does not give': {
		node: 'crmUpsert',
		parameters: crm({ phone: '+4915112345678' }, { baseUrl: 'SERVICE' }),
		credentials: { hubspotAppToken: 'its own' },
		answer: {
			status: 403,
			body: {
				status: 'error',
				category: 'MISSING_SCOPES',
				message: 'This app hasn’t been granted all required scopes to make this call.',
			},
		},
		title: /HubSpot.*403.*required scopes/u,
		mend: 'add the permission in HubSpot',
	},
	'a CRM that does not answer': {
		node: 'crmUpsert',
		parameters: crm({ phone: '+4915112345678' }, { baseUrl: NOWHERE }),
		credentials: { hubspotAppToken: 'its own' },
		title: /HubSpot/u,
		mend: /reach|again|address/iu,
	},
	'no way to know the customer': {
		node: 'crmUpsert',
		parameters: crm(),
		item: { note: 'from a form' },
		credentials: { hubspotAppToken: 'its own' },
		title: 'The customer has neither phone number nor other identity',
		mend: 'Fill in Phone or Email',
	},
	'a stage that there is not': {
		node: 'crmUpsert',
		parameters: crm({ phone: '+4915112345678', stage: 'nowhere' }),
		credentials: { hubspotAppToken: 'its own' },
		title: /stage/iu,
		mend: /choose|list/iu,
	},
	'no credential of WhatsApp': {
		node: 'conversation',
		parameters: conversation('diagnose'),
		title: 'The node has no WhatsApp credential',
		mend: 'WhatsApp Handoff API',
	},
	'no credential to sign links with': {
		node: 'conversation',
		parameters: conversation('signInLink', { agentId: 'agent.one@shop.example' }),
		title: 'No Inbox Sign-In credential is chosen in this node',
		mend: 'the credential that the node Handoff Inbox has',
	},
	'no credential of Chatwoot': {
		node: 'inboxSync',
		title: 'No Chatwoot credential is chosen in this node',
		mend: 'WhatsApp Handoff Chatwoot API',
	},
	'WhatsApp’s 24 hours over, by WhatsApp’s own clock': {
		node: 'conversation',
		parameters: conversation('reply', { text: 'Hello' }),
		credentials: whatsApp('SERVICE'),
		answer: {
			status: 400,
			body: {
				error: {
					message: '(#131047) Re-engagement message',
					type: 'OAuthException',
					code: 131047,
					error_data: { messaging_product: 'whatsapp', details: 'More than 24 hours have passed.' },
				},
			},
		},
		title: /WhatsApp did not take the message \(HTTP 400, code 131047\)/u,
		mend: 'Send a template, or wait for the customer.',
	},
	'a token of WhatsApp that has run out': {
		node: 'conversation',
		parameters: conversation('reply', { text: 'Hello' }),
		credentials: whatsApp('SERVICE'),
		answer: {
			status: 401,
			body: { error: { message: 'Session has expired', type: 'OAuthException', code: 190 } },
		},
		title: /WhatsApp did not take the message \(HTTP 401, code 190\)/u,
		mend: 'Create a permanent system user token',
	},
	'a WhatsApp that does not answer': {
		node: 'conversation',
		parameters: conversation('reply', { text: 'Hello' }),
		credentials: whatsApp(NOWHERE),
		title: /^WhatsApp did not answer \(ECONNREFUSED\)/u,
		mend: 'Check that this machine reaches the address in the credential',
	},
	'a store that does not answer': {
		node: 'conversation',
		parameters: conversation('list'),
		credentials: { whatsAppHandoffStoreApi: FAR_STORE },
		title: /^PostgreSQL at 127\.0\.0\.1:9 did not do what was asked/u,
		mend: 'Check Host and Port in the store credential',
	},
};

describe('what staff read', () => {
	let client: N8nClient;
	let own: Record<string, string>;
	let item: object;
	const made: string[] = [];
	beforeAll(async () => {
		client = await signedInClient();
		own = await sharedCredentialIds(client);
		const recorded = await runByHand(
			client,
			[{ from: `+1650${2_000_000 + (Date.now() % 7_000_000)}`, text: 'My order 10023 never came' }],
			[
				{
					name: 'Record',
					type: `${OURS}conversation`,
					parameters: { operation: 'recordMessage', recordOptions: { channel: CHANNEL } },
				},
			],
		);
		item = recorded.outputs.Record!.flat()[0]!.json;
	});

	// The other suites choose a credential by its type.
	afterAll(async () => {
		for (const id of made) await client.call('DELETE', `/rest/credentials/${id}`);
	});

	async function credentialsOf({ credentials = {} }: Mistake, service: string) {
		const ids: Record<string, string> = {};
		for (const [type, data] of Object.entries(credentials)) {
			if (data === 'its own') {
				ids[type] = own[type]!;
				continue;
			}
			const { id } = await client.call<{ id: string }>('POST', '/rest/credentials', {
				name: `${type} ${randomUUID()}`,
				type,
				data: JSON.parse(JSON.stringify(data).replace('SERVICE', service)) as object,
			});
			ids[type] = id;
			made.push(id);
		}
		return ids;
	}

	/** A service that gives everybody the same answer. */
	async function answering<T>(
		answer: Mistake['answer'],
		work: (url: string) => Promise<T>,
	): Promise<T> {
		const server = createServer((request, response) => {
			request.resume();
			const { status = 200, body = {} } = answer ?? {};
			response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
			response.end(JSON.stringify(body));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
		} finally {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
	}

	it.each(Object.keys(MISTAKES))('names the field and the mend: %s', async (name) => {
		const mistake = MISTAKES[name]!;
		await answering(mistake.answer, async (service) => {
			const node: NodeToRun = {
				name: 'Node',
				type: `${OURS}${mistake.node}`,
				parameters: JSON.parse(
					JSON.stringify(mistake.parameters ?? {}).replace('SERVICE', service),
				) as object,
				credentials: await credentialsOf(mistake, service),
			};
			const run = await runByHand(client, [mistake.item ?? item], [node]);
			expect(run.status).toBe('error');
			const { title, mend } = mistake;
			expect(run.error).toEqual(
				typeof title === 'string' ? expect.stringContaining(title) : expect.stringMatching(title),
			);
			expect(run.errorDescription).toEqual(
				typeof mend === 'string' ? expect.stringContaining(mend) : expect.stringMatching(mend),
			);
		});
	});

	it('is told by n8n itself when a workflow is published whose trigger has no credential', async () => {
		const saved = await client.call<{ id: string; versionId: string }>(
			'POST',
			'/rest/workflows',
			chainOf([{ name: 'WhatsApp Trigger', type: `${OURS}whatsAppTrigger` }]),
		);
		const answer = await client.request('POST', `/rest/workflows/${saved.id}/activate`, {
			versionId: saved.versionId,
		});
		expect(answer.status).toBe(400);
		expect(await answer.text()).toContain('Missing required credential: WhatsApp');
	});
});
