import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import { noteDelivery, noteRefusal, writeIntakeLog } from '../../../adapters/whatsapp/intakeLog';
import type { WhatsAppCredential } from '../../../adapters/whatsapp/open';
import type { Diagnosis } from '../../../core/conversation/diagnosis';
import type { HandoffStore } from '../../../core/ports/store';
import { WhatsAppTrigger } from '../../../nodes/WhatsAppTrigger/WhatsAppTrigger.node';
import { storeFor } from '../../../nodes/shared/store';
import type { Graph } from '../../../sandbox/graph';
import { startGraphStandIn } from '../../../sandbox/graph';
import { temporaryStore } from '../../support';
import { jsonOf, runConversation } from './conversationHarness';
import { deliver } from './triggerHarness';

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));

const ACCOUNT = {
	accessToken: 'token',
	phoneNumberId: '106540352242922',
	businessAccountId: '102290129340398',
	appId: '670843887433847',
	appSecret: 'app-secret',
	verifyToken: 'our words',
};

let graph: Graph;
let store: HandoffStore;
let closeStore: () => Promise<void>;
/** Plays n8n's webhooks: production and test addresses answer Meta's verification. */
let n8n: Server;
let production: string;
let test: string;
let credential: WhatsAppCredential;

beforeEach(async () => {
	graph = await startGraphStandIn(ACCOUNT);
	({ store, close: closeStore } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
	n8n = createServer((request, response) => {
		const { searchParams } = new URL(request.url ?? '/', 'http://n8n');
		const right = searchParams.get('hub.verify_token') === ACCOUNT.verifyToken;
		response.writeHead(right ? 200 : 403).end(right ? searchParams.get('hub.challenge') : '');
	});
	await new Promise<void>((resolve) => n8n.listen(0, '127.0.0.1', resolve));
	const base = `http://127.0.0.1:${(n8n.address() as AddressInfo).port}`;
	production = `${base}/webhook/abc/whatsapp`;
	test = `${base}/webhook-test/abc/whatsapp`;
	credential = { ...ACCOUNT, baseUrl: graph.url, apiVersion: 'v23.0' };
});

afterEach(async () => {
	await graph.close();
	await closeStore();
	n8n.close();
});

/** n8n's request helpers over the wire; an answer of 400 or above is an error, as there. */
const helpers = () => {
	const send = async (options: {
		method: string;
		url: string;
		headers?: Record<string, string>;
		body?: string;
	}) => {
		const response = await fetch(options.url, {
			method: options.method,
			headers: options.headers,
			body: options.body,
		});
		const data = Buffer.from(await response.arrayBuffer());
		const headers = Object.fromEntries(response.headers);
		if (response.status >= 400) {
			throw Object.assign(new Error(`Request failed with status code ${response.status}`), {
				response: { status: response.status, headers, data },
			});
		}
		return { statusCode: response.status, headers, body: data };
	};
	return {
		httpRequest: send,
		httpRequestWithAuthentication: (_type: string, options: Parameters<typeof send>[0]) =>
			send({
				...options,
				headers: { ...options.headers, Authorization: `Bearer ${credential.accessToken}` },
			}),
	};
};

interface Hooks {
	listening?: boolean;
	setup?: 'manual' | 'automatic';
	replaceCallback?: boolean;
	options?: IDataObject;
	/** Why n8n takes the workflow up; "init" at its own start. */
	activation?: 'activate' | 'init' | 'leadershipChange';
}

/** n8n's surface while a workflow is published or listens for a test. */
const hooks = ({
	listening = false,
	activation = 'activate',
	...parameters
}: Hooks): IHookFunctions =>
	({
		getNode: () => ({ name: 'WhatsApp Trigger', type: 'whatsAppTrigger', credentials: {} }),
		getWorkflow: () => ({ id: 'w1', name: 'Intake', active: true }),
		getMode: () => (listening ? 'manual' : 'trigger'),
		getActivationMode: () => (listening ? 'manual' : activation),
		getNodeWebhookUrl: () => (listening ? test : production),
		getNodeParameter: (name: keyof typeof parameters, fallback: unknown) =>
			parameters[name] ?? fallback,
		getCredentials: async () => credential,
		logger: { warn: () => undefined },
		helpers: helpers(),
	}) as unknown as IHookFunctions;

const { webhookMethods } = new WhatsAppTrigger();

/** What n8n does when a workflow is published, or when somebody presses "Listen for test event". */
const start = async (values: Hooks) => {
	const context = hooks(values);
	if (await webhookMethods.default.checkExists.call(context)) return;
	await webhookMethods.default.create.call(context);
};
const stop = (values: Hooks) => webhookMethods.default.delete.call(hooks(values));

const diagnosis = async () => {
	const [[item]] = jsonOf(
		await runConversation({
			operation: 'diagnose',
			items: [{ kept: true }],
			surface: { getCredentials: async () => credential, helpers: helpers() },
		}),
	) as [[IDataObject & { diagnosis: Diagnosis }]];
	expect(item.kept).toBe(true);
	return item.diagnosis;
};

describe('registration of the webhook with Meta', () => {
	beforeEach(() => {
		graph.setup({ subscribed: false });
	});

	it('subscribes the app and sets the address for the business account, once Meta has verified it', async () => {
		await start({ setup: 'automatic' });
		expect(graph.setup()).toMatchObject({ subscribed: true, accountCallback: production });
	});

	it('leaves all as it is when the address stands there already', async () => {
		await start({ setup: 'automatic' });
		expect(await webhookMethods.default.checkExists.call(hooks({ setup: 'automatic' }))).toBe(true);
	});

	it('says why Meta does not take an address that does not answer with the verify token', async () => {
		credential = { ...credential, verifyToken: 'other words' };
		await expect(start({ setup: 'automatic' })).rejects.toMatchObject({
			message: expect.stringContaining('Callback verification failed') as string,
		});
		expect(graph.setup().accountCallback).toBeUndefined();
	});

	it.each([
		['business account', { subscribed: true, accountCallback: 'https://other.example/hook' }],
		['app', { subscribed: true, appCallback: 'https://other.example/hook' }],
	])(
		'never replaces the address of another system (set for the %s) unless staff say so',
		async (level, setup) => {
			graph.setup(setup);
			await expect(start({ setup: 'automatic' })).rejects.toMatchObject({
				message: `Another webhook address is registered for this ${level}: https://other.example/hook`,
				description: expect.stringContaining('switch on "Replace Another Address"') as string,
			});
			expect(graph.setup()).toMatchObject(setup);
			await start({ setup: 'automatic', replaceCallback: true });
			expect(graph.setup().accountCallback).toBe(production);
		},
	);

	it('replaces none that it cannot ask Meta for', async () => {
		graph.setup({ subscribed: true, appCallback: 'https://other.example/hook' });
		credential = { ...credential, phoneNumberId: '100' };
		await expect(start({ setup: 'automatic' })).rejects.toThrow();
		expect(graph.setup().accountCallback).toBeUndefined();
		await start({ setup: 'automatic', replaceCallback: true });
		expect(graph.setup().accountCallback).toBe(production);
	});

	it('takes back its own address and no other, and leaves the app subscribed', async () => {
		await start({ setup: 'automatic' });
		await stop({ setup: 'automatic' });
		expect(graph.setup()).toMatchObject({ subscribed: true, accountCallback: undefined });
		graph.setup({ accountCallback: 'https://other.example/hook' });
		await stop({ setup: 'automatic' });
		expect(graph.setup().accountCallback).toBe('https://other.example/hook');
	});

	it('takes messages again after a restart of n8n, whether or not Meta answers questions then', async () => {
		await start({ setup: 'automatic' });
		graph.fail({ path: 'subscribed_apps', mode: '503', times: 20 });
		for (const activation of ['init', 'leadershipChange'] as const) {
			await expect(start({ setup: 'automatic', activation })).resolves.toBeUndefined();
		}
		await expect(start({ setup: 'automatic' })).rejects.toThrow();
		expect(graph.setup()).toMatchObject({ subscribed: true, accountCallback: production });
	});

	it('touches nothing at Meta in manual setup', async () => {
		const before = { ...graph.setup() };
		await start({ setup: 'manual' });
		await stop({ setup: 'manual' });
		expect(graph.setup()).toEqual(before);
	});
});

describe('a test listen', () => {
	it('never takes production off, neither when it begins nor when it ends', async () => {
		await start({ setup: 'automatic' });
		await expect(start({ setup: 'automatic', listening: true })).rejects.toMatchObject({
			message: expect.stringContaining('Meta delivers to another address') as string,
		});
		await stop({ setup: 'automatic', listening: true });
		expect(graph.setup()).toMatchObject({ subscribed: true, accountCallback: production });
		expect(Object.values((await store.getSetting<object>('intake.triggers')) ?? {})).toHaveLength(
			1,
		);
	});

	it('does not take the address of the app off either, also where staff let publishing replace it', async () => {
		graph.setup({ appCallback: 'https://other.example/hook' });
		await expect(
			start({ setup: 'automatic', listening: true, replaceCallback: true }),
		).rejects.toMatchObject({
			description: expect.stringContaining('https://other.example/hook') as string,
		});
		expect(graph.setup().accountCallback).toBeUndefined();
	});

	it('registers the test address where none stands, and takes it back', async () => {
		await start({ setup: 'automatic', listening: true });
		expect(graph.setup().accountCallback).toBe(test);
		await stop({ setup: 'automatic', listening: true });
		expect(graph.setup().accountCallback).toBeUndefined();
	});

	it('gives way to its own workflow that is published, but not to another node', async () => {
		await start({ setup: 'automatic', listening: true });
		const own = production;
		production = own.replace('abc', 'other');
		await expect(start({ setup: 'automatic' })).rejects.toMatchObject({
			message: expect.stringContaining('Another webhook address') as string,
		});
		production = own;
		await start({ setup: 'automatic' });
		expect(graph.setup().accountCallback).toBe(production);
		// The listen ends after it: what stands then is not its own.
		await stop({ setup: 'automatic', listening: true });
		expect(graph.setup().accountCallback).toBe(production);
	});

	it('says which link is broken before it begins, and what to do', async () => {
		graph.setup({ appCallback: test, fields: [] });
		await expect(start({ setup: 'manual', listening: true })).rejects.toMatchObject({
			message:
				'Nothing would arrive while listening: The app is not subscribed to the field "messages", only to: none',
			description: expect.stringMatching(/Webhook fields.*Check Before Listening/su) as string,
		});
	});

	it('says so where Meta delivers to production, and begins all the same where staff want to call it themselves', async () => {
		graph.setWebhook(production);
		await expect(start({ setup: 'manual', listening: true })).rejects.toMatchObject({
			message: expect.stringContaining(`Meta delivers to ${production}`) as string,
		});
		await expect(
			start({ setup: 'manual', listening: true, options: { checkBeforeListening: false } }),
		).resolves.toBeUndefined();
	});

	it('begins without a word where Meta delivers to it, and where Meta cannot be reached', async () => {
		graph.setWebhook(test);
		await expect(start({ setup: 'manual', listening: true })).resolves.toBeUndefined();
		credential = { ...credential, baseUrl: 'http://127.0.0.1:9' };
		await expect(start({ setup: 'manual', listening: true })).resolves.toBeUndefined();
	});
});

describe('Why Is Nothing Arriving?', () => {
	beforeEach(async () => {
		graph.setWebhook(production);
		await start({ setup: 'manual' });
	});

	it('finds nothing broken where all links hold', async () => {
		noteDelivery(store, '2026-11-20T10:00:00.000Z');
		const found = await diagnosis();
		expect(found.links.map(({ link, state }) => `${link} ${state}`)).toEqual([
			'credential holds',
			'token holds',
			'phone_number holds',
			'permissions holds',
			'subscription holds',
			'trigger holds',
			'address holds',
			'fields holds',
			'signature holds',
			'deliveries holds',
		]);
		expect(found).toMatchObject({
			ok: true,
			summary: 'Nothing is broken: the last delivery came at 2026-11-20T10:00:00.000Z.',
			lastDeliveryAt: '2026-11-20T10:00:00.000Z',
		});
	});

	it('says to write to the number where all links hold and nothing has come yet', async () => {
		expect(await diagnosis()).toMatchObject({
			ok: true,
			summary: expect.stringContaining('write to the number from a phone') as string,
		});
	});

	const cases: Array<[string, string, RegExp, () => Promise<void> | void]> = [
		[
			'an incomplete credential',
			'credential',
			/lacks: App Secret, Verify Token/,
			() => {
				credential = { ...credential, appSecret: '', verifyToken: '' };
			},
		],
		[
			'a token that Meta does not take',
			'token',
			/access token/,
			() => {
				credential = { ...credential, accessToken: 'expired' };
			},
		],
		[
			'a token that has ended',
			'token',
			/ended at 2026-01-01/,
			() => {
				graph.setup({ tokenEndsAt: new Date('2026-01-01T00:00:00Z') });
			},
		],
		[
			'a wrong phone number ID',
			'phone_number',
			/does not give the phone number 15550001111/,
			() => {
				credential = { ...credential, phoneNumberId: '15550001111' };
			},
		],
		[
			'a missing permission',
			'permissions',
			/lacks whatsapp_business_management/,
			() => {
				graph.setup({ scopes: ['whatsapp_business_messaging'] });
			},
		],
		[
			'an app that is not subscribed to the business account',
			'subscription',
			/No app is subscribed/,
			() => {
				graph.setup({ subscribed: false });
			},
		],
		[
			'a workflow that is not published',
			'trigger',
			/No published workflow/,
			async () => {
				await stop({ setup: 'manual' });
			},
		],
		[
			'an address of another system, set for the phone number',
			'address',
			/delivers to https:\/\/other\.example\/hook \(set for the phone number\)/,
			() => {
				graph.setup({ numberCallback: 'https://other.example/hook' });
			},
		],
		[
			'a test address that was left at Meta',
			'address',
			/webhook-test/,
			() => {
				graph.setup({ appCallback: test });
			},
		],
		[
			'a field that is not subscribed',
			'fields',
			/only to: message_template_status_update/,
			() => {
				graph.setup({ fields: ['message_template_status_update'] });
			},
		],
		[
			'an app secret of another app',
			'signature',
			/do not fit/,
			() => {
				credential = { ...credential, appSecret: 'another' };
			},
		],
		[
			'calls whose signature does not fit',
			'signature',
			/2 calls came with a signature that does not fit/,
			() => {
				const now = new Date().toISOString();
				noteRefusal(store, 'mismatch', now);
				noteRefusal(store, 'mismatch', now);
			},
		],
		[
			'calls without a signature',
			'deliveries',
			/1 call was refused.*carries no signature/,
			() => noteRefusal(store, 'missing', new Date().toISOString()),
		],
	];

	it.each(cases)('names %s and what to do', async (_what, link, found, breakIt) => {
		await breakIt();
		const result = await diagnosis();
		expect({ ok: result.ok, broken: result.broken }).toEqual({ ok: false, broken: link });
		expect(result.summary).toMatch(found);
		expect(result.mend).toBeTruthy();
	});

	it('holds nothing against the setup that came before the last good delivery', async () => {
		noteRefusal(store, 'mismatch', new Date(Date.now() - 60_000).toISOString());
		noteDelivery(store, new Date().toISOString());
		const result = await diagnosis();
		expect(result.ok).toBe(true);
		expect(result.refused).toEqual([
			expect.objectContaining({
				reason: 'mismatch',
				count: 1,
				meaning: 'its signature does not fit the app secret in the credential',
			}),
		]);
	});

	it('holds nothing against the setup where somebody only opened the address in a browser', async () => {
		noteRefusal(store, 'not_a_handshake', new Date().toISOString());
		const result = await diagnosis();
		expect(result.ok).toBe(true);
		expect(result.refused).toHaveLength(1);
	});

	it('concludes nothing from a Meta that cannot be reached', async () => {
		credential = { ...credential, baseUrl: 'http://127.0.0.1:9' };
		const result = await diagnosis();
		expect(result.broken).toBeUndefined();
		expect(result.links.find(({ link }) => link === 'token')).toMatchObject({ state: 'unknown' });
	});

	it('never shows token or app secret', async () => {
		const all = JSON.stringify(await diagnosis());
		expect(all).not.toContain(ACCOUNT.appSecret);
		expect(all).not.toContain('Bearer');
	});
});

describe('the log of the trigger', () => {
	const log = async () => {
		await new Promise(setImmediate);
		await writeIntakeLog(store);
		return store.getSetting('intake.log');
	};

	it('counts refused calls by reason, notes Meta’s verification and the last delivery', async () => {
		const body = { object: 'whatsapp_business_account', entry: [] };
		await deliver({ method: 'POST', body, signature: '' });
		await deliver({ method: 'POST', body, signature: `sha256=${'0'.repeat(64)}` });
		await deliver({ method: 'POST', body, signature: `sha256=${'0'.repeat(64)}` });
		await deliver({ method: 'POST', body });
		await deliver({
			method: 'GET',
			query: { 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': 'our words' },
		});
		expect(await log()).toEqual({
			deliveries: 1,
			lastDeliveryAt: expect.any(String) as string,
			lastVerificationAt: expect.any(String) as string,
			refused: {
				missing: { count: 1, lastAt: expect.any(String) as string },
				mismatch: { count: 2, lastAt: expect.any(String) as string },
			},
		});
	});

	it('is written once for a flood of forged calls', async () => {
		const writes = jest.spyOn(store, 'updateSetting');
		for (let i = 0; i < 200; i++) noteRefusal(store, 'mismatch', '2026-11-20T10:00:00.000Z');
		await writeIntakeLog(store);
		expect(writes).toHaveBeenCalledTimes(1);
		expect(await store.getSetting('intake.log')).toMatchObject({
			refused: { mismatch: { count: 200 } },
		});
	});

	it('does not stand in the way of a delivery where it cannot be written', async () => {
		jest.spyOn(store, 'updateSetting').mockRejectedValue(new Error('disk full'));
		noteDelivery(store, '2026-11-20T10:00:00.000Z');
		await expect(writeIntakeLog(store)).resolves.toBeUndefined();
	});
});
