import type { WatchdogStore } from '../../../../adapters/clock/scheduler';
import type { Conversation } from '../../../../core/conversation/conversation';
import type { Changes, ConversationView, IntakeResult, Turn } from '../../../../core/ports/store';
import { takeEvents } from '../../../../core/sla';
import type { SlaClock, SlaEvent } from '../../../../core/sla/clock';

/** What the watchdog needs of a store, in memory, with leases: every call is one step, as a transaction is. */
export class MemoryStore implements WatchdogStore {
	readonly namespace = 'default';
	readonly conversations = new Map<string, Conversation>();
	readonly settings = new Map<string, unknown>();
	readonly lost: Array<IntakeResult & { handled: boolean }> = [];
	/** Calls of each method, for the tests that ask how much is polled. */
	readonly calls: Record<string, number> = {};
	private readonly byConversation = new Map<string, Map<string, SlaClock>>();
	private readonly agenda = new Agenda();
	private readonly leased = new Map<string, { event: SlaEvent; until: number }>();
	private readonly once = new Map<string, { until: number } | { result: unknown }>();

	put(...clocks: SlaClock[]): void {
		for (const clock of clocks) {
			const own = this.byConversation.get(clock.conversationId) ?? new Map<string, SlaClock>();
			this.agenda.remove(own.get(clock.id));
			own.set(clock.id, clock);
			this.byConversation.set(clock.conversationId, own);
			this.agenda.add(clock);
		}
	}

	erase(conversationId: string): void {
		for (const clock of this.of(conversationId)) this.agenda.remove(clock);
		this.byConversation.delete(conversationId);
		this.conversations.delete(conversationId);
		for (const [id, { event }] of this.leased) {
			if (event.clock.conversationId === conversationId) this.leased.delete(id);
		}
	}

	of(conversationId: string): SlaClock[] {
		return [...(this.byConversation.get(conversationId)?.values() ?? [])];
	}

	private note(method: string): Promise<void> {
		this.calls[method] = (this.calls[method] ?? 0) + 1;
		return Promise.resolve();
	}

	async nextClockEventAt() {
		await this.note('nextClockEventAt');
		return this.agenda.first();
	}

	async takeDueEvents(now: string, limit: number, leaseMs: number) {
		await this.note('takeDueEvents');
		const until = Date.parse(now) + leaseMs;
		const again = [...this.leased.values()].filter((lease) => lease.until <= Date.parse(now));
		const events = again.map(({ event }) => event);
		const due = this.agenda.due(now);
		const first = due.slice(0, Math.max(0, limit - events.length));
		const customers = new Set(first.map(({ conversationId }) => conversationId));
		for (const clock of due) {
			if (!customers.has(clock.conversationId)) continue;
			const taken = takeEvents(clock, now);
			this.put(taken.clock);
			events.push(...taken.events);
		}
		for (const event of events) this.leased.set(event.id, { event, until });
		return events;
	}

	async confirmEvents(ids: string[]) {
		await this.note('confirmEvents');
		for (const id of ids) this.leased.delete(id);
	}

	async conversation(id: string) {
		await this.note('conversation');
		return this.conversations.get(id);
	}

	async history(conversationId: string) {
		await this.note('history');
		return this.lost
			.filter(({ conversation }) => conversation.id === conversationId)
			.map(({ message }) => message);
	}

	async clocks(conversationId: string) {
		await this.note('clocks');
		return this.of(conversationId);
	}

	async unhandled(before: string, limit: number) {
		await this.note('unhandled');
		return this.lost
			.filter(({ handled, message }) => !handled && message.receivedAt < before)
			.slice(0, limit);
	}

	async markHandled(ids: string[]) {
		await this.note('markHandled');
		for (const one of this.lost) if (ids.includes(one.message.id)) one.handled = true;
	}

	async decide<T>(id: string, decide: (view: ConversationView) => Changes<T>): Promise<T> {
		await this.note('decide');
		const live = this.of(id).filter(({ status }) => ['running', 'paused'].includes(status));
		const changes = decide({ conversation: this.conversations.get(id)!, clocks: live });
		if (changes.conversation) this.conversations.set(id, changes.conversation);
		this.put(...(changes.clocks ?? []));
		for (const one of this.lost) {
			if (changes.handled?.ids.includes(one.message.id)) one.handled = true;
		}
		return changes.result;
	}

	async beginOnce(key: string, now: string, leaseMs: number): Promise<Turn> {
		await this.note('beginOnce');
		const known = this.once.get(key);
		if (known && 'result' in known) return { state: 'done', result: known.result };
		if (known && known.until > Date.parse(now)) return { state: 'busy' };
		this.once.set(key, { until: Date.parse(now) + leaseMs });
		return known ? { state: 'mine', again: true } : { state: 'mine' };
	}

	async extendOnce(key: string, now: string, leaseMs: number) {
		await this.note('extendOnce');
		const known = this.once.get(key);
		if (known && 'until' in known) known.until = Date.parse(now) + leaseMs;
	}

	async completeOnce(key: string, result: unknown) {
		await this.note('completeOnce');
		this.once.set(key, { result });
	}

	async abandonOnce(key: string) {
		await this.note('abandonOnce');
		const known = this.once.get(key);
		if (known && 'until' in known) this.once.delete(key);
	}

	async getSetting<T>(key: string) {
		await this.note('getSetting');
		return this.settings.get(key) as T | undefined;
	}
}

/** Clocks in the order of their next events, as the index of a store has them. */
class Agenda {
	private readonly clocks: SlaClock[] = [];

	add(clock: SlaClock): void {
		if (clock.nextEventAt) this.clocks.splice(this.placeOf(clock), 0, clock);
	}

	remove(clock: SlaClock | undefined): void {
		if (!clock?.nextEventAt) return;
		const place = this.placeOf(clock);
		if (this.clocks[place]?.id === clock.id) this.clocks.splice(place, 1);
	}

	first(): string | undefined {
		return this.clocks[0]?.nextEventAt;
	}

	due(now: string): SlaClock[] {
		const none = this.clocks.findIndex(({ nextEventAt }) => nextEventAt! > now);
		return none < 0 ? [...this.clocks] : this.clocks.slice(0, none);
	}

	/** Where it stands, or would. */
	private placeOf(clock: SlaClock): number {
		let from = 0;
		let to = this.clocks.length;
		while (from < to) {
			const middle = (from + to) >> 1;
			if (isBefore(this.clocks[middle]!, clock)) from = middle + 1;
			else to = middle;
		}
		return from;
	}
}

function isBefore(a: SlaClock, b: SlaClock): boolean {
	return a.nextEventAt === b.nextEventAt ? a.id < b.id : a.nextEventAt! < b.nextEventAt!;
}
