import { score } from '../../../core/escalation';

const mood = (text: string) => score({ message: { id: 'm', text } }).sentiment.value;

describe('moods in Italian', () => {
	it('lets a comma end what a negation denies', () => {
		expect(mood('è arrivato senza graffi, gentili e bravi')).toBeGreaterThan(
			mood('è arrivato senza persone gentili e brave'),
		);
		expect(mood('livré sans rayure, excellent accueil')).toBeGreaterThan(0);
	});

	it.each([
		'non vedo l’ora di provarlo con mia sorella',
		'nessun problema, è andata alla grande',
		'tutto è arrivato senza intoppi, siete forti',
		'la torta era buona da morire, niente male davvero',
		'muoio dal ridere, siete troppo simpatici',
		'meno male che ci siete voi, tvb',
	])('hears praise in words that look bad: "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(0.2);
	});

	it.each([
		'grazie per niente, ho buttato una mattina',
		'complimenti eh, terzo pacco rotto in un mese',
		'ci prendete pure in giro, roba da matti',
		'siamo alle solite, che figuraccia la vostra ditta',
		'mi avete rotto le scatole con questa pubblicità',
		'bella fregatura il vostro abbonamento',
	])('hears scorn in words that look good or even: "%s"', (text) => {
		expect(mood(text)).toBeLessThan(-0.2);
	});

	it.each([
		'può mandarmi ancora il codice della spedizione?',
		'ho ordinato due paia di zoccoli e una porchetta',
		'in quale soluzione posso sciogliere le lenti?',
		'vorrei sapere a che ora apre la sede di Sorrento',
	])('takes harmless words that begin like bad ones for what they are: "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(-0.15);
	});
});
