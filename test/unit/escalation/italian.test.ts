import { score } from '../../../core/escalation';

const mood = (text: string) => score({ message: { id: 'm', text } }).sentiment.value;

describe('moods in Italian', () => {
	it('lets a comma end what a negation denies', () => {
		expect(mood('è arrivato senza graffi, gentili e bravi')).toBeGreaterThan(
			mood('è arrivato senza persone gentili e brave'),
		);
		expect(mood('livré sans rayure, excellent accueil')).toBeGreaterThan(0.2);
	});
});
