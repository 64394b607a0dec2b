/**
 * How a customer feels, read from the scorer's measure of the words and from what the summary knows of the message: whether
 * something is wrong, whether an answer missed the question, whether somebody shouts. Words alone call a plain question
 * negative ("is there someone good with nervous dogs") and a polite complaint positive.
 */

/** What the summary has read in a message. */
export interface MoodSigns {
	/** Something does not work, has not come or is wrong. */
	trouble: boolean;
	/** The customer says that the answer missed the question. */
	missed: boolean;
	asks: boolean;
	/** Presses: it is urgent, or a person is asked for. */
	presses: boolean;
}

/** How much of it counts where nothing in the message bears it out. */
const UNSUPPORTED = 0.4;
/** Words as strong as this need nothing to bear them out. */
const STRONG = -0.6;
/** A complaint is at most this. */
const COMPLAINT = -0.3;
/** Whoever presses or asks for a person after a complaint is at most this. */
const PRESSED = -0.2;
/** What shouting takes off; from warm words nothing ("thank you!!!"). */
const SHOUTED = 0.3;
const WARM = 0.2;

/** Two marks in a row, or all in capitals. */
const SHOUT = /[!?！？؟]{2}/u;
const MIN_CAPITALS = 8;

/** The mood of one message, -1 to 1, after the moods of those before it. */
export function moodOf(
	value: number,
	text: string,
	is: MoodSigns,
	before: readonly number[],
): number {
	const upset = is.trouble || is.missed;
	const loud = shouts(text);
	let mood = value;
	if (mood < 0 && mood > STRONG && !upset && !loud) mood *= UNSUPPORTED;
	if (upset) mood = Math.min(mood, COMPLAINT);
	// Neither a question nor pressing is praise, however friendly the words.
	if (mood > 0 && (is.asks || is.presses)) mood *= UNSUPPORTED;
	if (loud && (upset || mood <= WARM)) mood -= SHOUTED;
	if (is.presses && before.some((earlier) => earlier <= COMPLAINT)) mood = Math.min(mood, PRESSED);
	return mood;
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
const FADING = 0.8;

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
	let sum = 0;
	let weights = 0;
	for (const [age, mood] of course.slice(-NEWEST).reverse().entries()) {
		sum += mood * FADING ** age;
		weights += FADING ** age;
	}
	return sum / weights;
}
