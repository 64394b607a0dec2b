import path from 'node:path';

import { signToken } from '../adapters/inbox/tokens';
import { waitForExecution } from './executions';
import { ROOT } from './install';
import { OWNER } from './n8n';
import { tellProgress } from './progress';
import { play } from './scriptedConversation';
import type { Stack } from './stack';
import {
	connect,
	createCredentials,
	publish,
	readWorkflow,
	startStack,
	webhookIsLive,
	webhookUrl,
} from './stack';

/** n8n's usual port, so that the editor stands where one expects it; another one if it is taken. */
const EDITOR_PORT = 5678;
const PHONE_PORT = 5680;
const HUBSPOT_PORT = 5681;
const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Told by Ctrl-C, once; what runs at that moment fails, and that is no news then. */
let interrupted = false;

async function main(): Promise<void> {
	const running: { stack?: Stack } = {};
	const stop = (): void => {
		if (interrupted) return;
		interrupted = true;
		// While n8n is still starting there is nothing to wait for: it ends with this process.
		if (!running.stack) process.exit(0);
		tellProgress('Stopping', () => running.stack!.stop()).then(() => process.exit(0), fail);
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	const stack = await startStack({
		folder: path.join(ROOT, '.data', 'demo'),
		progress: tellProgress,
		port: EDITOR_PORT,
		graphPort: PHONE_PORT,
		hubspotPort: HUBSPOT_PORT,
		hubspotToken: process.env.HUBSPOT_ACCESS_TOKEN,
	});
	running.stack = stack;
	void stack.n8n.died().then((error) => {
		if (!interrupted) fail(error);
	});
	try {
		await setUpAndPlay(stack);
	} catch (error) {
		if (interrupted) return;
		await stack.stop();
		throw error;
	}
}

function fail(error: unknown): void {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
}

async function setUpAndPlay(stack: Stack): Promise<void> {
	const { n8n, graph } = stack;
	const { intakeId, intakeUrl, inboxUrl } = await tellProgress(
		'Importing and publishing the templates',
		async () => {
			const credentials = await createCredentials(stack);
			const inbox = connect(readWorkflow('02-agent-inbox.json'), credentials, undefined);
			const watchdog = connect(readWorkflow('03-sla-watchdog.json'), credentials, undefined);
			const intake = connect(
				readWorkflow('01-whatsapp-intake-faq-bot.json'),
				credentials,
				stack.hubspot?.url,
			);
			await publish(stack, inbox);
			await publish(stack, watchdog);
			return {
				intakeId: await publish(stack, intake),
				intakeUrl: webhookUrl(n8n, intake, 'whatsAppTrigger', 'whatsapp'),
				inboxUrl: webhookUrl(n8n, inbox, 'handoffInbox', 'inbox'),
			};
		},
	);

	await webhookIsLive(intakeUrl);
	if (graph) {
		graph.setWebhook(intakeUrl);
		console.log('');
		await play(stack, graph, (wanted) => waitForExecution(n8n, intakeId, wanted, 60_000));
	} else {
		console.log(`\nThe real WhatsApp is connected. Enter this address at Meta: ${intakeUrl}`);
	}

	const link = signToken(
		{
			id: 'agent.one@shop.example',
			name: 'Agent One',
			role: 'supervisor',
			use: 'link',
			nonce: String(process.hrtime.bigint()),
			expiresAt: Date.now() + LINK_LIFETIME_MS,
		},
		stack.inboxSecret,
	);
	console.log(
		[
			'',
			'Everything stays up until you press Ctrl-C.',
			`  n8n editor      ${n8n.url}   (${OWNER.email} / ${OWNER.password})`,
			...(graph ? [`  Customer phone  ${graph.phonePageUrl}`] : []),
			`  Agents’ inbox   ${inboxUrl}?link=${link}   (this link signs in once)`,
			'',
		].join('\n'),
	);
}

main().catch(fail);
