/**
 * How a customer feels, read from the scorer's measure of the words and from what the summary knows of the message: whether
 * something is wrong, whether an answer missed the question, whether somebody shouts. Words alone call a plain question
 * negative ("is there someone good with nervous dogs") and a polite complaint positive.
 */

/** What the summary has read in a message. */
export interface MoodSigns {
	/** Something does not work, has not come or is wrong, or shall be undone. */
	trouble: boolean;
	/** As `trouble`, but not where something shall merely be moved, cancelled or sent back. */
	wrong: boolean;
	/** Says what it costs: waiting, a day off, no sleep. */
	burden: boolean;
	/** The customer says that the answer missed the question. */
	missed: boolean;
	/** Says no; after a complaint it has not been put right. */
	denied: boolean;
	asks: boolean;
	/** Presses: it is urgent, or a person is asked for. */
	presses: boolean;
	/** Wants something yet: friendly words are no thanks. */
	wishes: boolean;
}

/** How much of it counts where nothing in the message bears it out. */
const UNSUPPORTED = 0.4;
/** Words as strong as this need nothing to bear them out. */
const STRONG = -0.6;
/** A complaint is at most this. */
const COMPLAINT = -0.3;
/** Whoever presses or asks for a person after a complaint is at most this. */
const PRESSED = -0.2;
/** After a complaint a friendly word relieves from here on; with less, the displeasure of the words lasts. */
export const RELIEVED = 0.36;
const LASTING = -0.05;
/** What is wrong is wrong in even words too ("account 4471", "when will someone come"), until somebody is glad. */
const STILL_WRONG = -0.2;
/** Friendly words beside a question ("super, thanks! how long does it take?") say that the answer has helped. */
const GLAD = 0.34;
/** As warm as this they are no shouting after a complaint either ("THANK YOU SO MUCH"). */
const CHEERED = 0.5;
/** What shouting takes off; from warm words nothing ("thank you!!!"). */
const SHOUTED = 0.3;
const WARM = 0.2;

/** How a letter ends is no feeling: "Kind regards", "Cordialement". */
const FORMULA =
	/(?<![\p{L}\p{M}])(?:(?:kind|best|warm|many)?\s*regards|yours (?:sincerely|faithfully)|(?:mit )?(?:freundlich|lieb|best|viel|schön|herzlich)e[nr]? gr(?:ü|ue)(?:ß|ss)e?n?|(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|(?:bien )?cordialement|(?:cordiali|distinti) saluti|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|(?:com os )?(?:melhores )?cumprimentos|atenciosamente|salam hormat|(?:مع )?(?:خالص )?تحياتي|مع التحية)(?![\p{L}\p{M}])/giu;

/** A message without the formula that ends it. */
export function withoutFormula(text: string): string {
	return text.replace(FORMULA, ' ');
}

/** Two marks in a row, or all in capitals. */
const SHOUT = /[!?！？؟]{2}/u;
const MIN_CAPITALS = 8;

/** The mood of one message, -1 to 1, after the moods of those before it. */
export function moodOf(
	value: number,
	text: string,
	is: MoodSigns,
	before: readonly number[],
	unsolved = false,
): number {
	const complained = unsolved || before.some((earlier) => earlier <= COMPLAINT);
	const upset = is.trouble || is.burden || is.missed || (complained && is.denied);
	const loud = shouts(text);
	let mood = value;
	if (mood < 0 && mood > STRONG && !upset && !loud) mood *= UNSUPPORTED;
	if (upset) mood = Math.min(mood, COMPLAINT);
	// Neither a question nor pressing is praise, however friendly the words; cheering ("so good!! …?") is.
	const cheers = loud && !upset && value > (complained ? CHEERED : WARM);
	if (mood > 0 && (is.asks || is.presses) && !cheers) mood *= UNSUPPORTED;
	if (is.wishes) mood = Math.min(mood, RELIEVED - 0.01);
	if (loud && !cheers && (upset || complained || value <= WARM)) mood -= SHOUTED;
	if (complained) {
		if (is.presses || (loud && !cheers)) mood = Math.min(mood, PRESSED);
		else if (!upset && mood < RELIEVED)
			mood = Math.min(mood, unsolved && value < GLAD ? STILL_WRONG : LASTING);
	}
	return mood;
}

/** Whether something is wrong that nobody has put right, after a message of the given measure and mood. */
export function staysUnsolved(
	value: number,
	mood: number,
	text: string,
	is: MoodSigns,
	before: boolean,
): boolean {
	if (is.wrong || is.burden) return true;
	if (!before || mood >= RELIEVED) return false;
	return value < (shouts(text) ? CHEERED : GLAD) || is.missed || is.denied;
}

function shouts(text: string): boolean {
	if (SHOUT.test(text)) return true;
	const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
	return capitals >= MIN_CAPITALS && capitals > 2 * (text.match(/\p{Ll}/gu)?.length ?? 0);
}

/** From these on a mood is called by its name. */
const NEGATIVE = -0.15;
const POSITIVE = 0.3;
/** How many of the newest messages make the mood at the end, and what each weighs of the one behind it. */
const NEWEST = 4;
const FADING = 0.7;
/** A message that only informs ("4500187") tells half as much, and makes none before it fade. */
const PLAIN = 0.05;
const PLAIN_WEIGHT = 0.5;

/** The course of the moods in words: "Neutral", "From neutral to negative". */
export function describeCourse(course: readonly number[]): string {
	const first = nameOf(course[0] as number);
	const last = nameOf(moodAtEnd(course));
	return first === last ? last.charAt(0).toUpperCase() + last.slice(1) : `From ${first} to ${last}`;
}

function nameOf(mood: number): string {
	return mood >= POSITIVE ? 'positive' : mood <= NEGATIVE ? 'negative' : 'neutral';
}

/** The newest message counts most; one cool word after three angry ones does not change it. */
function moodAtEnd(course: readonly number[]): number {
	// Warm thanks without a question close what was wrong before.
	const last = course.at(-1) ?? 0;
	if (last >= RELIEVED) return last;
	let sum = 0;
	let weights = 0;
	let fading = 1;
	for (const mood of course.slice(-NEWEST).reverse()) {
		const plain = Math.abs(mood) < PLAIN;
		const weight = plain ? fading * PLAIN_WEIGHT : fading;
		sum += mood * weight;
		weights += weight;
		if (!plain) fading *= FADING;
	}
	return sum / weights;
}
