import type {
	IDataObject,
	INodeExecutionData,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Alert, AlertView } from '../../core/sla/alert';
import { alertView } from '../../core/sla/alert';
import type { Duty, SlaPolicy } from '../../core/sla';
import { checkPolicies, leaveDuty, SHOWS_EVERY_MS, takeDuty } from '../../core/sla';
import { isoTime } from '../../core/time';
import { Handover, RunFailed } from '../../adapters/clock/handover';
import { startLoop } from '../../adapters/clock/loop';
import type { SchedulerReport } from '../../adapters/clock/scheduler';
import { startScheduler } from '../../adapters/clock/scheduler';
import { systemClock } from '../../adapters/clock/system';
import { systemTimers } from '../../adapters/clock/timers';
import type { HandoffStore } from '../../core/ports/store';
import { toNodeError } from '../shared/errors';
import { handoffItem, toJson } from '../shared/item';
import { storeFor } from '../shared/store';
import { policiesFrom } from './policies';
import type { SampleKind } from './sample';
import { sampleAlert, sampleMessage } from './sample';

/** The outputs in their order on the canvas. */
const OUTPUTS = ['warning', 'breach', 'recovery', 'met'] as const;
type Output = (typeof OUTPUTS)[number];

/**
 * Checks the promises and watches over them while the workflow is published; by hand, fires the sample event that the node is set to.
 * Throws NodeOperationError for a promise that cannot be kept, and where another watchdog is on duty.
 */
export async function watch(context: ITriggerFunctions): Promise<ITriggerResponse> {
	const read = (name: string, fallback?: unknown) => context.getNodeParameter(name, fallback);
	const policies = policiesFrom(read);
	const now = () => isoTime(systemClock.now());
	const [finding, ...further] = checkPolicies(policies, now());
	if (finding) {
		// n8n shows the message wherever it says that publishing failed, the description only in places.
		throw new NodeOperationError(context.getNode(), finding, {
			description: [
				...further,
				'Change it in SLA Watchdog and publish again. Until then nobody is warned.',
			].join(' '),
		});
	}

	if (context.getMode() === 'manual') {
		const kind = read('options.sample', 'breach') as SampleKind;
		return {
			manualTriggerFunction: async () => {
				if (kind === 'recovery') {
					const { conversation, message } = sampleMessage('sample', now());
					context.emit(onOutput('recovery', handoffItem(conversation, message)));
					return;
				}
				const alert = sampleAlert(policies[0]!, 'sample', now(), kind);
				context.emit(onOutput(kind, alertItem(alert, alertView(alert, now()))));
			},
		};
	}

	try {
		const store = await storeFor(context);
		const report = reporter(context);
		const leave = await goOnDuty(context, store, policies, report);

		const begin = (data: INodeExecutionData[][]): Promise<IRun> => {
			const run = deferred<IRun>();
			context.emit(data, undefined, run);
			return run.promise;
		};
		const handover = new Handover();
		const scheduler = startScheduler(
			store,
			{
				alert: (alert, view) =>
					handover.handOn(view.idempotencyKey, begin(onOutput(view.type, alertItem(alert, view)))),
				recovered: async ({ conversation, message }) => {
					const run = await begin(onOutput('recovery', handoffItem(conversation, message)));
					// A run that begins and ends with this node says "success" and has dealt with nothing.
					if (run?.status === 'success' && lastOf(run) === context.getNode().name) return 'nobody';
					// One that waits stands in n8n's database, which goes on with it after a restart.
					return ['success', 'waiting'].includes(run?.status);
				},
			},
			report,
			{
				pollMs: Number(read('options.pollSeconds', 15)) * 1000,
				recoverAfterMs: Number(read('options.recoverAfterMinutes', 5)) * 60_000,
			},
		);
		return {
			closeFunction: async () => {
				// What has been begun keeps its lease, so another watchdog may come on duty meanwhile.
				await Promise.all([scheduler.stop(), leave()]);
			},
		};
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/**
 * Puts this watchdog on duty for the store, with its promises, and shows from time to time that it is at work; gives back what ends
 * that. Throws where another one is.
 */
async function goOnDuty(
	context: ITriggerFunctions,
	store: HandoffStore,
	policies: readonly SlaPolicy[],
	report: SchedulerReport,
): Promise<() => Promise<void>> {
	const { id = '', name = '' } = context.getWorkflow();
	const mine = (): Duty => ({
		workflowId: id,
		workflowName: name,
		node: context.getNode().name,
		seenAt: isoTime(systemClock.now()),
	});
	const show = () => store.updateSetting('sla.watchdog', (current) => takeDuty(current, mine()));
	await show();
	await store.putSetting('sla.policies', policies);
	let failing = false;
	const loop = startLoop(
		async () => {
			await show();
			failing = false;
			return SHOWS_EVERY_MS;
		},
		(error) => {
			report.failed(error, !failing);
			failing = true;
			return SHOWS_EVERY_MS;
		},
		systemTimers,
	);
	return async () => {
		await loop.stop();
		await store.updateSetting('sla.watchdog', (current) => leaveDuty(current, mine()));
	};
}

/** The last node that a run has come to. */
function lastOf(run: IRun): string | undefined {
	return run.data?.resultData?.lastNodeExecuted;
}

/** `handoff` stands by itself, so that the nodes behind read it as they do after the Handoff Router. */
function alertItem(alert: Alert, view: AlertView): IDataObject {
	const { handoff } = alert.conversation;
	return {
		...handoffItem(alert.conversation),
		...(handoff ? { handoff: toJson(handoff) } : {}),
		sla: toJson(view),
	};
}

function onOutput(output: Output, json: IDataObject): INodeExecutionData[][] {
	return OUTPUTS.map((name) => (name === output ? [{ json }] : []));
}

/**
 * What goes wrong is in the log every time, and once, when it begins, among the executions where staff see it. There a run that
 * has failed stands already.
 */
function reporter(context: ITriggerFunctions): SchedulerReport {
	return {
		failed(error, first) {
			const failure = toNodeError(context.getNode(), error);
			context.logger.warn(`SLA Watchdog could not finish a check: ${failure.message}`);
			if (first && !(error instanceof RunFailed)) context.saveFailedExecution(failure);
		},
	};
}

function deferred<T>() {
	let resolve!: (value: T | PromiseLike<T>) => void;
	let reject!: (error: Error) => void;
	const promise = new Promise<T>((onResolve, onReject) => {
		resolve = onResolve;
		reject = onReject;
	});
	return { promise, resolve, reject };
}
