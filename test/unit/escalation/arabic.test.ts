import { arabicStems } from '../../../core/escalation/arabic';
import { fold } from '../../../core/escalation/text';

describe('Arabic as it is written', () => {
	it.each([
		['والخدمة', 'خدمة'],
		['خدمتكم', 'خدمة'],
		['وخدمتكم', 'خدمة'],
		['كذابين', 'كذاب'],
		['بتكذب', 'يكذب'],
		['سنكذب', 'يكذب'],
		['تكذبون', 'يكذب'],
	])('takes "%s" for a form of "%s"', (word, stem) => {
		expect(arabicStems(fold(word))).toContain(fold(stem));
	});

	it.each([
		['نصيحة', 'يصيح'],
		['هاتف', 'يتف'],
		['بيت', 'يت'],
		['service', 'servic'],
	])('does not take "%s" for a form of "%s"', (word, stem) => {
		expect(arabicStems(fold(word))).not.toContain(fold(stem));
	});
});
