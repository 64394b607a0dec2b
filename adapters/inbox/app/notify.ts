import { t } from './i18n';
import { remember, remembered } from './remember';

/** Both are off until the agent asks for them: nothing rings or pops up unasked. */
export const wants = {
	sound: remembered('sound', false),
	notes: remembered('notes', false),
};

let audio: AudioContext | undefined;

/** Two short tones, made here: there is no file to load. */
export function ping(always = false): void {
	if (!wants.sound && !always) return;
	audio ??= new AudioContext();
	const start = audio.currentTime;
	for (const [index, frequency] of [660, 880].entries()) {
		const tone = audio.createOscillator();
		const volume = audio.createGain();
		const from = start + index * 0.16;
		tone.frequency.value = frequency;
		volume.gain.setValueAtTime(0, from);
		volume.gain.linearRampToValueAtTime(0.15, from + 0.02);
		volume.gain.exponentialRampToValueAtTime(0.001, from + 0.15);
		tone.connect(volume).connect(audio.destination);
		tone.start(from);
		tone.stop(from + 0.16);
	}
}

export function setSound(on: boolean): void {
	wants.sound = on;
	remember('sound', on);
	if (on) ping(true);
}

/** Asks the browser for permission where it has not been given. False if it was refused. */
export async function setNotes(on: boolean): Promise<boolean> {
	const may =
		!on || ('Notification' in window && (await Notification.requestPermission()) === 'granted');
	wants.notes = on && may;
	remember('notes', wants.notes);
	return may;
}

/** Only where the page is not looked at: otherwise it says so itself. */
export function tellBrowser(text: string, clicked: () => void): void {
	if (!wants.notes || !document.hidden || !('Notification' in window)) return;
	if (Notification.permission !== 'granted') return;
	const note = new Notification(t('title'), { body: text, tag: 'handoff-inbox' });
	note.onclick = () => {
		window.focus();
		clicked();
	};
}
