/**
 * Hindi has no one spelling in Latin letters: "bekaar", "bekar"; "wapas", "vapas"; "paise", "pese". In its own script a few
 * signs are written two ways as well: "गये", "गए"; "हूँ", "हूं". Spellings that sound alike come out the same here.
 */
export function soundOf(word: string): string {
	return DEVANAGARI.test(word) ? inDevanagari(word) : inLatin(word);
}

/** Shorter sounds turn into other words too easily ("kam" and "kaam", "bat" and "baat"). */
const SHORTEST = 4;
const DEVANAGARI = /[\u0900-\u097F]/;

function inLatin(word: string): string {
	return word
		.replace(/ph/g, 'f')
		.replace(/ee/g, 'i')
		.replace(/oo/g, 'u')
		.replace(/[ae]y(?=[^aeiou]|$)|ei|ai/g, 'e')
		.replace(/au|ou|ow/g, 'o')
		.replace(/iy(?=[aeo])/g, 'i')
		.replace(/uw(?=[aei])/g, 'u')
		.replace(/z/g, 'j')
		.replace(/w/g, 'v')
		.replace(/q/g, 'k')
		.replace(/cch/g, 'ch')
		.replace(/(.)\1+/g, '$1');
}

function inDevanagari(word: string): string {
	return word
		.replace(/\u0901/g, '\u0902')
		.replace(/[ङञणनम]\u094D(?=[क-म])/g, '\u0902')
		.replace(/(?<=[\u0904-\u094C])यी/g, 'ई')
		.replace(/(?<=[\u0904-\u094C])ये/g, 'ए')
		.replace(/(.)\u094D\1/g, '$1');
}

/** Known Hindi words by their sound; where some share one, the first. */
export class Sounds {
	private readonly bySound = new Map<string, string>();

	constructor(
		words: Iterable<string>,
		/** Words of any language, which stay as they are. */
		private readonly known: ReadonlySet<string>,
	) {
		for (const word of words) {
			const sound = soundOf(word);
			if (sound.length >= SHORTEST && !this.bySound.has(sound)) this.bySound.set(sound, word);
		}
	}

	/** The known spelling of a word that no lexicon knows, or undefined. */
	spelling(word: string): string | undefined {
		if (word.length < SHORTEST || this.known.has(word)) return undefined;
		return this.bySound.get(soundOf(word));
	}
}
