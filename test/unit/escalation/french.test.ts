import { score } from '../../../core/escalation';

const mood = (text: string) => score({ message: { id: 'm', text } }).sentiment.value;

describe('moods in French', () => {
	it.each([
		'pas de souci, la livraison était nickel',
		'aucun problème, j’ai hâte de le recevoir',
		'franchement c’est pas mal du tout, trop stylé',
		'je pleure de rire, vous êtes trop forts',
		'ce gâteau est une tuerie, un vrai régal',
	])('hears praise in words that look bad: "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(0.2);
	});

	it.each([
		'merci pour rien, j’ai perdu ma matinée',
		'on croit rêver, un troisième colis perdu',
		'vous nous prenez pour des pigeons',
		'ça me saoule grave, j’en peux plus',
		'à fuir, jamais vu ça',
	])('hears scorn in words that look good or even: "%s"', (text) => {
		expect(mood(text)).toBeLessThan(-0.2);
	});

	it.each([
		'pourriez-vous m’envoyer la facture de mai ?',
		'j’ai acheté des plantes, une casserole et un panneau',
		'je voudrais revenir à la position précédente',
		'quels sont les frais de livraison pour les trompettes ?',
		'le repas est servi dans le jardin, sur la terrasse',
	])('takes harmless words that begin like bad or good ones for what they are: "%s"', (text) => {
		expect(Math.abs(mood(text))).toBeLessThan(0.2);
	});

	it('turns praise by the "pas" behind it, which spoken French puts there alone', () => {
		expect(mood('le rendu me satisfait pas')).toBeLessThan(-0.2);
		expect(mood('je vous recommande plus à mes voisins')).toBeLessThan(-0.2);
		// Behind a comma it begins something else.
		expect(mood('super, pas besoin de revenir')).toBeGreaterThan(0);
	});
});
