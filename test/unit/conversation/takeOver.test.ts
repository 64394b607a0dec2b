import { applyEvent } from '../../../core/conversation/apply';
import type { Conversation, Owner } from '../../../core/conversation/conversation';
import { takeOver } from '../../../core/conversation/takeOver';
import type { Changes } from '../../../core/ports/store';
import { clocksOnCustomerMessage, DEFAULT_POLICIES, startClock } from '../../../core/sla';
import type { SlaPolicy } from '../../../core/sla/policy';
import { aConversation, ana, at, workflow } from '../../builders';

const SUPPORT: Owner = { kind: 'queue', name: 'Support' };

describe('who takes a conversation from the bot by hand', () => {
	const waiting = aConversation({ lastCustomerMessageAt: at(4), lastMessageAt: at(4) });
	const answered = aConversation({ lastCustomerMessageAt: at(4), lastMessageAt: at(5) });

	const take = (
		conversation: Conversation,
		owner: Owner,
		policies: readonly SlaPolicy[] = DEFAULT_POLICIES,
	): Changes<Conversation> =>
		takeOver(
			{ conversation, clocks: [] },
			{ owner, queue: 'Support', reason: 'Ana took over' },
			{ actor: workflow, now: at(10), policies },
		);
	const kinds = ({ clocks = [] }: Changes<Conversation>) => clocks.map(({ kind }) => kind);

	it('owes a customer who waits the first answer, from then on', () => {
		expect(take(waiting, ana).clocks).toMatchObject([
			{ kind: 'first_response', status: 'running', startedAt: at(10), dueAt: at(15) },
		]);
	});

	it('owes nothing to a customer whom the bot has answered, until they write', () => {
		const { clocks, result } = take(answered, ana);
		expect(clocks).toEqual([]);
		const message = { id: 'm1', sentAt: at(20) };
		expect(clocksOnCustomerMessage(DEFAULT_POLICIES, result, message, [], at(20))).toMatchObject([
			{ kind: 'first_response', startedAt: at(20), dueAt: at(25) },
		]);
	});

	it('leaves nobody in a queue unwatched, whatever is promised', () => {
		expect(kinds(take(answered, SUPPORT))).toEqual(['first_response']);
		const [clock] = take(answered, SUPPORT, []).clocks!;
		expect(clock).toMatchObject({ kind: 'routing_step', status: 'running', dueAt: at(20) });
	});

	it('ends what was promised of the bot', () => {
		const silence = startClock(
			{ name: 'Any reply', kind: 'bot_silence', targetMinutes: 9, clock: 'wall', marks: [100] },
			waiting,
			'm1',
			at(4),
		);
		const { clocks } = takeOver(
			{ conversation: waiting, clocks: [silence] },
			{ owner: ana, queue: 'Support', reason: 'Ana took over' },
			{ actor: workflow, now: at(10), policies: DEFAULT_POLICIES },
		);
		expect(clocks!.map(({ kind, status }) => [kind, status])).toEqual([
			['bot_silence', 'cancelled'],
			['first_response', 'running'],
		]);
	});

	it('keeps the promise by the answer that comes with it', () => {
		const taken = take(waiting, ana);
		const { clocks } = applyEvent(
			{ conversation: taken.result, clocks: taken.clocks! },
			{ type: 'agent_replied', sentAt: at(10) },
			{ actor: workflow, now: at(10), policies: DEFAULT_POLICIES },
		);
		expect(clocks).toMatchObject([{ kind: 'first_response', status: 'met' }]);
	});
});
