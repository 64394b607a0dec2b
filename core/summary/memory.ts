import type { ConversationMessage } from '../conversation/message';
import { byTime, isCustomerTurn } from '../conversation/message';
import type { BriefMemory, Candidate, ReferenceKind, Slot } from './brief';
import { english, languageVotes, languages, leadingLanguages } from './languages';
import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { moodOf, RELIEVED, staysUnsolved, withoutFormula } from './mood';
import { CODE_KINDS, findReferences, namedKinds, URL_PATTERN } from './references';
import { ALL_KINDS, boundedText, findSecrets } from './secrets';
import type { BotReading } from './replies';
import { answers, INTRODUCTION, readReply } from './replies';
import { MIN_NEED, readCustomer } from './statements';
import { MAX_MESSAGE_CHARACTERS, oneLine, sameWords } from './text';

/**
 * The summary as a fold: each message changes the memory, and the brief is read off the memory. Going on from an earlier
 * memory is therefore the same as reading everything again. All lists are bounded.
 */

const MAX_CANDIDATES = 3;
const MAX_REFERENCES = 40;
const MAX_IDS_PER_REFERENCE = 5;
const MAX_QUESTIONS = 5;
const MAX_TRIED = 6;
const MAX_MISUNDERSTOOD = 5;
const MAX_ATTACHMENTS = 20;
const MAX_SENTIMENT = 12;
const MAX_RECENT_IDS = 200;
/** By how much a later statement must outweigh the first one to be taken for the need. */
const NEED_MARGIN = 0.4;
/** What a need that was a question and has been answered still weighs. */
const SETTLED_WEIGHT = 0.4;
/** By how much a later date may weigh less than the one before and still be the one that counts. */
const TIMELINE_MARGIN = 0.5;
/** After a silence of a day (WhatsApp's service window) the customer comes with something new. */
const SESSION_GAP_MS = 24 * 60 * 60 * 1000;
/** What was said in an earlier session weighs this much of what it did. */
const SESSION_WEIGHT = 0.2;

export interface ReadOptions {
	/** Country in which national phone numbers are read. */
	country?: string;
	/** The customer's language as far as it is known otherwise, e.g. from the profile. */
	language?: string;
	/** Sentiment of a text, -1 to 1, where the caller measures it. */
	sentiment?: (text: string, language: string | undefined) => number;
}

export function emptyMemory(transcriptLimit: number): BriefMemory {
	return {
		version: 1,
		count: 0,
		lastId: '',
		lastSentAt: '',
		lastReceivedAt: '',
		recentIds: [],
		languages: {},
		slots: { need: [], product: [], budget: [], timeline: [], urgency: [] },
		references: [],
		openQuestions: [],
		tried: [],
		misunderstood: { count: 0, messageIds: [] },
		asked: [],
		attachments: [],
		sentiment: [],
		transcript: [],
		transcriptLimit,
	};
}

/** Whether a message has not been read into this memory. */
export function isNew(memory: BriefMemory, message: ConversationMessage): boolean {
	if (memory.count === 0) return true;
	if (memory.recentIds.includes(message.id)) return false;
	if (message.sentAt > memory.lastSentAt) return true;
	if (message.sentAt === memory.lastSentAt && message.id > memory.lastId) return true;
	return message.receivedAt > memory.lastReceivedAt;
}

/** Reads messages in the order of the thread. The memory given is not changed. */
export function readMessages(
	before: BriefMemory,
	messages: readonly ConversationMessage[],
	options: ReadOptions,
): BriefMemory {
	const memory = structuredClone(before);
	for (const message of [...messages].sort(byTime)) read(memory, message, options);
	if (memory.transcript.length > memory.transcriptLimit)
		memory.transcript = memory.transcript.slice(-memory.transcriptLimit);
	return memory;
}

function read(memory: BriefMemory, message: ConversationMessage, options: ReadOptions): void {
	const gap = Date.parse(message.sentAt) - Date.parse(memory.lastSentAt || message.sentAt);
	if (message.author === 'customer' && gap > SESSION_GAP_MS) newSession(memory);
	note(memory, message);
	if (message.type === 'revoke' && message.target)
		return forget(memory, message.target.messageId, true);
	if (message.type === 'edit' && message.target) {
		const { messageId, text = message.text } = message.target;
		const known = memory.transcript.find((line) => line.id === messageId);
		forget(memory, messageId, false);
		if (known) known.text = tidy(text);
		if (message.author === 'customer') readText(memory, messageId, text, options);
		return;
	}
	if (message.internal || message.type === 'note') return;
	if (message.type === 'reaction' || message.type === 'system') return;

	addToTranscript(memory, message);
	addAttachment(memory, message);
	if (isCustomerTurn(message)) {
		readExtras(memory, message);
		readText(memory, message.id, message.text, options);
		memory.asked = [];
		delete memory.expects;
		delete memory.offered;
	} else if (message.direction === 'out' && message.author !== 'system') {
		readOutgoing(memory, message, options);
	}
}

function note(memory: BriefMemory, message: ConversationMessage): void {
	memory.count += 1;
	if (
		message.sentAt > memory.lastSentAt ||
		(message.sentAt === memory.lastSentAt && message.id > memory.lastId)
	) {
		memory.lastSentAt = message.sentAt;
		memory.lastId = message.id;
	}
	if (message.receivedAt > memory.lastReceivedAt) memory.lastReceivedAt = message.receivedAt;
	memory.recentIds.push(message.id);
	if (memory.recentIds.length > MAX_RECENT_IDS) memory.recentIds.shift();
}

function readText(memory: BriefMemory, messageId: string, raw: string, options: ReadOptions): void {
	const text = boundedText(raw, MAX_MESSAGE_CHARACTERS).toWellFormed();
	if (text.trim() === '') return;
	const votes = languageVotes(text);
	for (const [code, count] of Object.entries(votes))
		memory.languages[code] = Math.min((memory.languages[code] ?? 0) + count, 10_000);
	const languages = languagesOf(memory, votes, options);

	const secrets = findSecrets(text, { kinds: ALL_KINDS, ...country(options) });
	// A question mark within an address ends no sentence either.
	const addresses = [...text.matchAll(URL_PATTERN)].map((match) => ({
		start: match.index,
		end: match.index + match[0].length,
	}));
	const askedKinds = memory.asked.filter((kind) => !isSlot(kind));
	const references = findReferences(text, { asked: askedKinds, ...country(options) });
	const reading = readCustomer(text, languages, [...secrets, ...addresses], {
		budget: memory.asked.includes('budget'),
		timeline: memory.asked.includes('timeline'),
		name: memory.asked.includes('name'),
		opening: (memory.slots.need[0]?.score ?? 0) < MIN_NEED,
		buying: memory.slots.product.length > 0,
		answersAsked: references.some(({ kind }) => askedKinds.includes(kind)),
		unsolved: memory.unsolved === true,
		expects: memory.expects === true,
	});
	if (options.sentiment) {
		const value = options.sentiment(withoutFormula(text), languages[0]?.code);
		const signs = {
			...reading,
			asks: reading.questions.length > 0,
			presses: reading.person || reading.statements.some(({ slot }) => slot === 'urgency'),
		};
		const mood = moodOf(value, text, signs, memory.sentiment, memory.unsolved);
		if (staysUnsolved(value, mood, text, signs, memory.unsolved === true)) memory.unsolved = true;
		else delete memory.unsolved;
		memory.sentiment.push(round(mood));
		// "Brilliant!" after an answer says that it was one.
		if (memory.offered && mood >= RELIEVED && reading.questions.length === 0 && !reading.missed)
			answered(memory);
		if (memory.sentiment.length > MAX_SENTIMENT) memory.sentiment.shift();
	}
	// "My parcel 4711 never came" after an answer is something else, and its "never" turns nothing down.
	const turnsToOther =
		reading.trouble &&
		reading.questions.length === 0 &&
		(references.length > 0 || reading.statements.some(({ slot }) => slot === 'product'));
	for (const { slot, value, score } of reading.statements)
		offer(memory, slot, { value: tidy(value), messageId, score }, turnsToOther);
	if (reading.name && !isBotsName(memory, reading.name))
		memory.name = { value: tidy(reading.name), messageId };
	for (const { kind, value } of references) addReference(memory, kind, value, messageId);

	// "I have read that, it says nothing of it": without a question of its own it says that the last one is still open.
	const { answeredQuestion } = memory;
	const unhelped =
		reading.missed ||
		(reading.denied &&
			reading.questions.length === 0 &&
			answeredQuestion?.fresh === true &&
			!turnsToOther);
	if (unhelped && answeredQuestion) {
		memory.openQuestions.push({
			value: answeredQuestion.value,
			messageId: answeredQuestion.messageId,
		});
		for (const need of memory.slots.need)
			if (need.messageId === answeredQuestion.messageId) delete need.settled;
		delete memory.answeredQuestion;
	}
	for (const question of reading.questions) {
		const value = tidy(question);
		memory.openQuestions = memory.openQuestions.filter(
			(open) => sameWords(open.value) !== sameWords(value),
		);
		memory.openQuestions.push({ value, messageId });
	}
	if (memory.openQuestions.length > MAX_QUESTIONS)
		memory.openQuestions = memory.openQuestions.slice(-MAX_QUESTIONS);
}

/** "Thanks, Pip": what the bot has called itself is not the customer, unless the customer had said so before. */
function isBotsName(memory: BriefMemory, name: string): boolean {
	if (memory.name && sameWords(memory.name.value) === sameWords(name)) return false;
	return memory.transcript.some(
		({ author, text }) => author !== 'customer' && INTRODUCTION.test(text) && text.includes(name),
	);
}

/** What WhatsApp's own message types say: a basket, a product, an advertisement, a place. */
function readExtras(memory: BriefMemory, message: ConversationMessage): void {
	const { order, referral, quoted, location } = message;
	if (order) {
		const value = order.items.map((item) => `${item.quantity} × ${item.productId}`).join(', ');
		if (value !== '')
			offer(memory, 'product', { value: tidy(value), messageId: message.id, score: 3 });
	}
	if (quoted?.product?.productId)
		offer(memory, 'product', {
			value: tidy(quoted.product.productId),
			messageId: message.id,
			score: 2.2,
		});
	if (referral?.headline)
		offer(memory, 'product', { value: tidy(referral.headline), messageId: message.id, score: 1 });
	const place = location && [location.name, location.address].filter(Boolean).join(', ');
	if (place) addReference(memory, 'address', tidy(place), message.id);
}

function readOutgoing(
	memory: BriefMemory,
	message: ConversationMessage,
	options: ReadOptions,
): void {
	const text = boundedText(message.text, MAX_MESSAGE_CHARACTERS).toWellFormed();
	if (text.trim() === '') {
		if (message.author === 'agent' && message.media) answered(memory);
		return;
	}
	if (memory.answeredQuestion) memory.answeredQuestion.fresh = false;
	const languages = languagesOf(memory, languageVotes(text), options);
	const reading = readReply(text, languages);
	for (const { kind, value } of findReferences(text, { codesOnly: true }))
		addReference(memory, kind, value, message.id);

	if (reading.fallback && message.author === 'bot') {
		memory.misunderstood.count += 1;
		memory.misunderstood.messageIds.push(message.id);
		if (memory.misunderstood.messageIds.length > MAX_MISUNDERSTOOD)
			memory.misunderstood.messageIds.shift();
	}
	memory.asked = [];
	if (reading.asks) {
		memory.asked.push(...namedKinds(text).filter((kind) => CODE_KINDS.includes(kind)));
		const names = (pick: (language: CompiledLanguage) => RegExp) =>
			languages.some((language) => has(pick(language), text));
		if (names(({ patterns }) => patterns.budget)) memory.asked.push('budget');
		if (names(({ bot }) => bot.asksWhen)) memory.asked.push('timeline');
		if (names(({ bot }) => bot.asksName)) memory.asked.push('name');
	}
	const repeated = memory.tried.some(
		({ value }) => sameWords(value) === sameWords(tidy(reading.answer)),
	);
	// A bot that says the same once more has not understood what was asked since.
	delete memory.offered;
	delete memory.expects;
	if (reading.asks) memory.expects = true;
	// Where the window had closed, the customer has the template, and not the answer.
	if (message.template?.insteadOf !== undefined) return;
	if (reading.answer !== '' && !(repeated && message.author === 'bot')) {
		memory.offered = true;
		if (message.author !== 'bot' || meets(memory, reading, languages)) answered(memory);
		if (message.author === 'bot') {
			memory.tried.push({ value: tidy(reading.answer), messageId: message.id });
			if (memory.tried.length > MAX_TRIED) memory.tried.shift();
		}
	}
}

/** A bot answers with what it has; that meets a question only if it speaks of what was asked. */
function meets(
	memory: BriefMemory,
	{ answer, elsewhere }: BotReading,
	languages: readonly CompiledLanguage[],
): boolean {
	const open = memory.openQuestions[memory.openQuestions.length - 1];
	return open === undefined || answers(answer, open.value, languages, elsewhere);
}

function isSlot(kind: BriefMemory['asked'][number]): kind is 'budget' | 'timeline' | 'name' {
	return kind === 'budget' || kind === 'timeline' || kind === 'name';
}

function answered(memory: BriefMemory): void {
	const last = memory.openQuestions[memory.openQuestions.length - 1];
	if (last) {
		memory.answeredQuestion = { ...last, fresh: true };
		for (const need of memory.slots.need)
			if (need.messageId === last.messageId && last.value.includes(need.value)) need.settled = true;
	}
	memory.openQuestions = [];
}

function offer(memory: BriefMemory, slot: Slot, candidate: Candidate, turnsToOther = false): void {
	const candidates = memory.slots[slot];
	// What the customer needs is said first and repeated in anger; a product, sum or date may be corrected later.
	const at = candidates.findIndex((known) => {
		if (slot === 'need') {
			// What has been answered gives way to what is wrong now.
			const standing = known.settled && turnsToOther ? known.score * SETTLED_WEIGHT : known.score;
			return standing + NEED_MARGIN < candidate.score;
		}
		// What somebody complains of stays; "my stove is cold" tells what else it means.
		if (slot === 'product' && memory.unsolved && known.messageId !== candidate.messageId)
			return known.score < candidate.score;
		const corrects = slot === 'timeline' && known.messageId !== candidate.messageId;
		return known.score - (corrects ? TIMELINE_MARGIN : 0) <= candidate.score;
	});
	candidates.splice(at < 0 ? candidates.length : at, 0, candidate);
	candidates.length = Math.min(candidates.length, MAX_CANDIDATES);
}

function newSession(memory: BriefMemory): void {
	for (const candidates of Object.values(memory.slots))
		for (const candidate of candidates) candidate.score *= SESSION_WEIGHT;
	memory.openQuestions = [];
	delete memory.answeredQuestion;
	delete memory.unsolved;
	memory.asked = [];
}

function addReference(
	memory: BriefMemory,
	kind: ReferenceKind,
	value: string,
	messageId: string,
): void {
	const key = referenceKey(value);
	const known = memory.references.find(
		(reference) => reference.kind === kind && referenceKey(reference.value) === key,
	);
	if (known) {
		if (!known.messageIds.includes(messageId)) {
			known.messageIds.push(messageId);
			// The first mention stays: it is the one whose spelling is shown.
			if (known.messageIds.length > MAX_IDS_PER_REFERENCE) known.messageIds.splice(1, 1);
		}
		return;
	}
	memory.references.push({ kind, value, messageIds: [messageId] });
	if (memory.references.length > MAX_REFERENCES) memory.references.shift();
}

function referenceKey(value: string): string {
	return value.toLowerCase().replace(/[\s-]/gu, '');
}

/** The customer took a message back or wrote it anew: nothing rests on its old words. */
function forget(memory: BriefMemory, messageId: string, fromTranscript: boolean): void {
	for (const slot of Object.keys(memory.slots) as Slot[])
		memory.slots[slot] = memory.slots[slot].filter((known) => known.messageId !== messageId);
	for (const reference of memory.references)
		reference.messageIds = reference.messageIds.filter((id) => id !== messageId);
	memory.references = memory.references.filter(({ messageIds }) => messageIds.length > 0);
	memory.openQuestions = memory.openQuestions.filter((open) => open.messageId !== messageId);
	if (memory.answeredQuestion?.messageId === messageId) delete memory.answeredQuestion;
	if (memory.name?.messageId === messageId) delete memory.name;
	memory.tried = memory.tried.filter((tried) => tried.messageId !== messageId);
	if (fromTranscript) {
		memory.transcript = memory.transcript.filter((line) => line.id !== messageId);
		memory.attachments = memory.attachments.filter((file) => file.messageId !== messageId);
	}
}

type Line = BriefMemory['transcript'][number];

function addToTranscript(memory: BriefMemory, message: ConversationMessage): void {
	const text = tidy(spoken(message));
	if (text === '') return;
	const line = {
		id: message.id,
		at: message.sentAt,
		receivedAt: message.receivedAt,
		author: message.author,
		...(message.authorName ? { name: message.authorName } : {}),
		text,
	};
	let at = memory.transcript.length;
	while (at > 0 && isAfter(memory.transcript[at - 1]!, line)) at -= 1;
	memory.transcript.splice(at, 0, line);
	if (memory.transcript.length > memory.transcriptLimit + 50)
		memory.transcript = memory.transcript.slice(-memory.transcriptLimit);
}

/** Whether a line stands behind another in the thread. */
function isAfter(a: Line, b: Line): boolean {
	return byTime(placed(a), placed(b)) > 0;
}

const placed = ({ id, at, receivedAt = at }: Line) => ({ id, sentAt: at, receivedAt });

/** A message as one line of a transcript; a file without words, and a template, show what they are. */
export function spoken(message: ConversationMessage): string {
	const name = message.media?.fileName;
	const template = message.template ? `[template ${message.template.name}]` : '';
	const file = message.media
		? `[${message.media.voice ? 'voice message' : message.type}${name ? `: ${name}` : ''}]`
		: message.location
			? '[location]'
			: message.contacts
				? '[contacts]'
				: '';
	return [template, file, message.text].filter((part) => part.trim() !== '').join(' ');
}

function addAttachment(memory: BriefMemory, message: ConversationMessage): void {
	const add = (type: string, name?: string, url?: string) => {
		memory.attachments.push({
			type,
			...(name ? { name: tidy(name) } : {}),
			...(url ? { url } : {}),
			messageId: message.id,
		});
	};
	const { media, location, contacts } = message;
	if (media) add(media.voice ? 'voice' : message.type, media.fileName, media.url);
	if (location)
		add(
			'location',
			location.name ?? location.address,
			location.url ??
				`https://www.openstreetmap.org/?mlat=${location.latitude}&mlon=${location.longitude}`,
		);
	if (contacts) add('contacts', contacts.map((contact) => contact.name).join(', '));
	if (memory.attachments.length > MAX_ATTACHMENTS)
		memory.attachments = memory.attachments.slice(-MAX_ATTACHMENTS);
}

/** The languages to read a text in: its own, and the one that the customer has spoken so far. */
function languagesOf(
	memory: BriefMemory,
	votes: Readonly<Record<string, number>>,
	options: ReadOptions,
): CompiledLanguage[] {
	const codes = [
		...leadingLanguages(votes),
		...leadingLanguages(memory.languages),
		options.language?.toLowerCase().split(/[-_]/u)[0],
	];
	const spoken = languages().filter((language) => codes.includes(language.code));
	if (spoken.length === 0) return [english()];
	return spoken.sort((a, b) => codes.indexOf(a.code) - codes.indexOf(b.code));
}

function country(options: ReadOptions): { country?: string } {
	return options.country ? { country: options.country } : {};
}

function tidy(text: string): string {
	return oneLine(boundedText(text, MAX_MESSAGE_CHARACTERS));
}

function round(value: number): number {
	// JSON knows no -0: a brief read back would differ from the one that was saved.
	return Math.round(Math.max(-1, Math.min(1, value)) * 100) / 100 || 0;
}
