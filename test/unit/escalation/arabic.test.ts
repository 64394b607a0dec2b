import { score } from '../../../core/escalation';
import { arabicStems } from '../../../core/escalation/arabic';
import { fold } from '../../../core/escalation/text';

const mood = (text: string) => score({ message: { id: 'm', text } }).sentiment.value;

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

	it.each([
		'خدمتكم زبالة ومقرفة',
		'طفشت منكم ومن تطنيشكم',
		'زهقتوني والله',
		'بتكذبوا علينا كل يوم',
		'حسبي الله ونعم الوكيل فيكم',
		'قرفتونا بوعودكم',
		'ندمت على هالتجربة المقرفة',
		'وصلني الجهاز مكسور وما رجعتوا فلوسي',
		'سكر الخط بوجهي',
		'واش هاد الخدمة الخايبة',
	])('hears anger in "%s"', (text) => {
		expect(mood(text)).toBeLessThan(-0.4);
	});

	it.each([
		'ما أجمل هذا المنتج',
		'الله يعطيكم العافية ما قصرتوا',
		'لا عدمناكم يا رب',
		'خدمة راقية وتعامل محترم',
		'بزاف زوين شكرا',
		'تسلم ايدك يا غالي',
	])('hears praise in "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(0.2);
	});

	it.each([
		'وين وصل الطرد الذي طلبته',
		'ممكن رقم خدمة العملاء يا فندم',
		'هل مسموح بالحيوانات الأليفة',
		'هل الكيك فيه مكسرات',
		'بدون سكر من فضلك',
		'ابي اكلم المشرف',
		'هذا رقم التلفون الجديد',
		'كم كيلو لحم الغنم اليوم',
		'من فضلك اريد التوصيل الى المعادي',
	])('hears no anger in "%s"', (text) => {
		expect(mood(text)).toBeGreaterThan(-0.3);
	});
});
