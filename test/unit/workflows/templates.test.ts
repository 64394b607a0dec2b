import { parameters as inboxParameters } from '../../../nodes/HandoffInbox/parameters';
import { Template } from './template';

/** What an agent who has read the conversation does not open with. */
const FORBIDDEN_OPENING = /how (?:can|may) (?:I|we) help/iu;

describe('02 agent inbox', () => {
	it('ships no quick reply that makes customers say again what they want', () => {
		const { quickReplies } = new Template('02-agent-inbox.json').node('Handoff Inbox').parameters;
		expect(quickReplies).toBeDefined();
		expect(JSON.stringify(quickReplies)).not.toMatch(FORBIDDEN_OPENING);
		expect(JSON.stringify(inboxParameters)).not.toMatch(FORBIDDEN_OPENING);
	});
});

describe('03 SLA watchdog', () => {
	const template = new Template('03-sla-watchdog.json');

	it('tells whoever has a conversation now, with why and a link, each time it goes to somebody', () => {
		for (const [router, outputs] of [
			['Route again', [0, 1]],
			['Hand to a person', [0, 1, 2]],
		] as const) {
			for (const output of outputs) {
				expect(template.behind(router, output)).toEqual(['Tell who has it now']);
			}
		}
		const handoff = { notification: { texts: { slack: 'Kim waits for you' } } };
		expect(template.parametersFor('Tell who has it now', { handoff }).text).toBe(
			'Kim waits for you',
		);
	});

	it('tells nobody where a conversation stays with whom it was', () => {
		expect(template.behind('Route again', 3)).toEqual([]);
	});
});
