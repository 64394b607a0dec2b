import type { IntakeNews, RefusalReason } from '../../core/conversation/intakeLog';
import { NO_NEWS, noted } from '../../core/conversation/intakeLog';
import type { HandoffStore } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';

/** How long news are gathered before they are written: a flood of forged calls must not become a flood of writes. */
const GATHER_MS = 5_000;

type LogStore = Pick<HandoffStore, 'updateSetting'>;

interface Gathered {
	news: IntakeNews;
	timer?: NodeJS.Timeout;
	writing: Promise<void>;
}

const gathered = new WeakMap<LogStore, Gathered>();

/** Notes a signed delivery. Returns at once; it is written within seconds. */
export function noteDelivery(store: LogStore, now: IsoTime): void {
	note(store, { deliveries: 1, lastDeliveryAt: now, refused: {} });
}

/** Notes that Meta has verified the address. */
export function noteVerification(store: LogStore, now: IsoTime): void {
	note(store, { deliveries: 0, lastVerificationAt: now, refused: {} });
}

/** Notes a refused call with its reason. */
export function noteRefusal(store: LogStore, reason: RefusalReason, now: IsoTime): void {
	note(store, { deliveries: 0, refused: { [reason]: { count: 1, lastAt: now } } });
}

/** Writes what has been gathered. The log is a help, not a record: where it cannot be written nothing else suffers. */
export async function writeIntakeLog(store: LogStore): Promise<void> {
	const own = gathered.get(store);
	if (!own) return;
	clearTimeout(own.timer);
	own.timer = undefined;
	const { news } = own;
	own.news = NO_NEWS;
	if (news !== NO_NEWS) {
		own.writing = own.writing
			.then(() => store.updateSetting('intake.log', (log) => noted(log, news)))
			.then(
				() => undefined,
				() => undefined,
			);
	}
	await own.writing;
}

function note(store: LogStore, news: IntakeNews): void {
	const own = gathered.get(store) ?? { news: NO_NEWS, writing: Promise.resolve() };
	gathered.set(store, own);
	own.news = noted(own.news, news);
	if (own.timer) return;
	own.timer = setTimeout(() => void writeIntakeLog(store), GATHER_MS);
	// Nothing waits for the log, least of all the end of the process.
	own.timer.unref();
}
