import type { IWebhookFunctions } from 'n8n-workflow';

import { answer, answerWithin } from '../../../nodes/WhatsAppTrigger/request';
import { VirtualTimers } from '../sla/support/virtualTimers';

/** An Express response, as far as an answer goes. */
function respondTo() {
	const sent: Array<[number, string]> = [];
	let status = 200;
	const response = {
		headersSent: false,
		status(code: number) {
			status = code;
			return response;
		},
		type: () => response,
		setHeader() {
			if (response.headersSent) throw new Error('Cannot set headers after they are sent');
			return response;
		},
		send(body: string) {
			response.setHeader();
			sent.push([status, body]);
			response.headersSent = true;
			return response;
		},
		json: (body: unknown) => response.send(JSON.stringify(body)),
	};
	const context = { getResponseObject: () => response } as unknown as IWebhookFunctions;
	return { sent, response, context };
}

describe('the answer to a delivery', () => {
	it('is n8n’s, which waits until the run is stored, so that a burst comes no faster than n8n can begin runs', () => {
		const { context, response, sent } = respondTo();
		const timers = new VirtualTimers(0);
		answerWithin(context, 3_000, timers);
		response.status(200).send('');
		timers.callNext(3_000);
		expect(sent).toEqual([[200, '']]);
	});

	it('is given by the node where n8n takes too long, and what n8n answers later is no error', () => {
		const { context, response, sent } = respondTo();
		const timers = new VirtualTimers(0);
		answerWithin(context, 3_000, timers);
		expect(timers.callNext(2_999)).toBe(false);
		expect(sent).toEqual([]);
		timers.callNext(3_000);
		response.status(200);
		response.setHeader();
		response.send('');
		response.status(500).json({ message: 'late' });
		expect(sent).toEqual([[200, 'Received']]);
	});

	it('is given once, whoever asks for it again', () => {
		const { context, sent } = respondTo();
		answer(context, 401, 'Refused');
		answer(context, 200, 'Received');
		expect(sent).toEqual([[401, 'Refused']]);
	});
});
