import type { AuditEntry } from '../../../core/conversation/audit';
import { PLANNED_HANDOFF, compareShadow, summariseShadow } from '../../../core/metrics';
import { aConversation, at } from '../../builders';

const PERIOD = { from: at(0), to: at(100) };

const line = (minute: number, action: string, taken = false): AuditEntry => ({
	at: at(minute),
	actor: { kind: 'workflow', name: 'Intake' },
	action,
	reason: 'Asked for a person',
	from: 'bot',
	to: taken ? 'human' : 'bot',
});
const record = (id: string, ...audit: AuditEntry[]) => ({
	conversation: aConversation({ id }),
	audit,
	clocks: [],
});

describe('shadow mode', () => {
	it('is compared with what people did, conversation by conversation', () => {
		const rows = compareShadow(
			[
				record('both', line(5, PLANNED_HANDOFF), line(12, 'escalate', true)),
				record('early', line(5, PLANNED_HANDOFF), line(9, PLANNED_HANDOFF)),
				record('late', line(7, 'escalate', true)),
				record('quiet', line(3, 'set_details')),
			],
			PERIOD,
		);
		expect(rows).toEqual([
			{
				conversationId: 'both',
				agreement: 'both',
				plannedAt: at(5),
				plannedReason: 'Asked for a person',
				personAt: at(12),
				earlierByMinutes: 7,
			},
			expect.objectContaining({ agreement: 'only_workflow', plannedAt: at(5) }),
			{ conversationId: 'late', agreement: 'only_people', personAt: at(7) },
			{ conversationId: 'quiet', agreement: 'neither' },
		]);
		expect(summariseShadow(rows)).toEqual({
			conversations: 4,
			both: 1,
			onlyWorkflow: 1,
			onlyPeople: 1,
			neither: 1,
			precision: 0.5,
			recall: 0.5,
		});
	});

	it('counts nothing from outside the period, and has no shares of nothing', () => {
		const rows = compareShadow([record('old', line(-5, PLANNED_HANDOFF))], PERIOD);
		expect(rows).toEqual([{ conversationId: 'old', agreement: 'neither' }]);
		expect(summariseShadow(rows)).toEqual({
			conversations: 1,
			both: 0,
			onlyWorkflow: 0,
			onlyPeople: 0,
			neither: 1,
		});
	});
});
