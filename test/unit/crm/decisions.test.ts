import fc from 'fast-check';

import { dealChanges, contactChanges } from '../../../core/crm/fill';
import {
	comparablePhone,
	contactKeys,
	htmlToText,
	matchContact,
	phoneSpellings,
	resolveStage,
	safeHtml,
	shortened,
	shortenedHtml,
	splitName,
	stageMove,
	textToHtml,
} from '../../../core/crm';
import type { CrmContact, CrmDeal, CrmPipeline } from '../../../core/ports/crm';

const contact = (id: string, changes: Partial<CrmContact> = {}): CrmContact => ({
	id,
	phones: [],
	...changes,
});

describe('Which contact a customer is', () => {
	test.each([
		['+49 (0)30 901820', '+4930901820'],
		['030 901820', '+4930901820'],
		['0049 30 901820', '+4930901820'],
	])('reads %s as %s where the customer writes from Germany', (text, e164) => {
		expect(comparablePhone(text, 'DE')).toBe(e164);
	});

	test.each([
		['+5215512345678', '+52 55 1234 5678'],
		['+551187654321', '+55 11 98765-4321'],
	])('takes %s and %s for one mobile', (old, today) => {
		expect(comparablePhone(old)).toBe(comparablePhone(today));
	});

	test('every spelling of a number that is searched for is the same number', () => {
		for (const e164 of ['+16505551234', '+4930901820', '+5511987654321']) {
			const country = e164.startsWith('+1') ? 'US' : e164.startsWith('+49') ? 'DE' : 'BR';
			for (const spelling of phoneSpellings(e164)) {
				expect(comparablePhone(spelling, country)).toBe(e164);
			}
		}
	});

	test('the phone number goes before the e-mail address, and the oldest before later ones', () => {
		const input = { phone: '+16505551234', email: 'robin@customer.example' };
		const match = matchContact(input, [
			contact('1', { email: 'ROBIN@customer.example', createdAt: '2020-01-01' }),
			contact('2', { phones: ['650-555-1234'], createdAt: '2025-01-01' }),
			contact('3', { phones: ['+1 650 555 1234'], createdAt: '2024-01-01' }),
			contact('4', { phones: ['+44 650 555 1234'] }),
		]);
		expect(match).toMatchObject({ contact: { id: '3' }, matchedBy: 'phone' });
		expect(match!.others.map(({ id }) => id)).toEqual(['2', '1']);
	});

	test('the choice does not depend on the order in which the CRM lists the contacts', () => {
		const contacts = ['9', '10', '11'].map((id) => contact(id, { phones: ['+16505551234'] }));
		fc.assert(
			fc.property(fc.shuffledSubarray(contacts, { minLength: 3 }), (shuffled) => {
				expect(matchContact({ phone: '+16505551234' }, shuffled)!.contact.id).toBe('9');
			}),
		);
	});

	test('nobody is matched by nothing', () => {
		expect(matchContact({ firstName: 'Robin' }, [contact('1')])).toBeUndefined();
		expect(matchContact({ email: '' }, [contact('1', { email: '' })])).toBeUndefined();
	});

	test('a number and the WhatsApp id of the same number are one key', () => {
		expect(contactKeys({ phone: '+16505551234', waId: '16505551234', userId: 'US.1' })).toEqual([
			'tel:+16505551234',
			'user:US.1',
		]);
	});
});

describe('What is written on a record that is there', () => {
	test('only what is empty is filled', () => {
		const current = contact('1', { firstName: 'Rob', phones: ['650-555-1234'] });
		const input = {
			phone: '+16505551234',
			firstName: 'Robin',
			lastName: 'Sample',
			email: 'r@customer.example',
			properties: { tier: 'gold' },
		};
		expect(contactChanges(current, input, false)).toEqual({
			email: 'r@customer.example',
			properties: { tier: 'gold' },
		});
		expect(contactChanges(current, input, true)).toMatchObject({
			firstName: 'Robin',
			lastName: 'Sample',
		});
	});

	test('what has been written is not written again, whatever it was', () => {
		const text = fc.option(fc.string(), { nil: undefined });
		fc.assert(
			fc.property(text, text, fc.boolean(), (firstName, company, overwrite) => {
				const input = { firstName, company };
				const changes = contactChanges(contact('1'), input, overwrite) ?? {};
				expect(contactChanges(contact('1', changes as object), input, overwrite)).toBeUndefined();
			}),
		);
	});

	test('an amount that staff entered stays', () => {
		const deal = { id: '1', name: 'A', pipelineId: 'p', stageId: 's', closed: false, amount: 900 };
		const input = { key: 'k', name: 'B', amount: 100, currency: 'EUR' };
		expect(dealChanges(deal, input, false)).toEqual({ currency: 'EUR' });
		expect(dealChanges(deal, input, true)).toEqual({ name: 'B', amount: 100, currency: 'EUR' });
	});
});

describe('The stage of a deal', () => {
	const pipelines: CrmPipeline[] = [
		{
			id: 'sales',
			name: 'Sales',
			stages: [
				{ id: 'lost', name: 'Lost', order: 3, closed: true },
				{ id: 'offer', name: 'Offer', order: 2, closed: false },
				{ id: 'new', name: 'New', order: 1, closed: false },
			],
		},
		{
			id: 'other',
			name: 'Other',
			stages: [{ id: 'x', name: 'X', order: 0, closed: false }],
		},
	];
	const deal = (stageId: string, pipelineId = 'sales', closed = false): CrmDeal => ({
		id: '1',
		name: '',
		pipelineId,
		stageId,
		closed,
	});
	const target = (stageId: string) => {
		const resolved = resolveStage(pipelines, { stageId });
		if ('missing' in resolved) throw new Error(resolved.missing);
		return resolved.target;
	};

	test('without a choice it is the first open stage of the first pipeline', () => {
		expect(resolveStage(pipelines, {})).toMatchObject({
			target: { pipeline: { id: 'sales' }, stage: { id: 'new' } },
		});
	});

	test('a stage names its pipeline, and an unknown one is refused by name', () => {
		expect(target('x').pipeline.id).toBe('other');
		expect(resolveStage(pipelines, { pipelineId: 'sales', stageId: 'x' })).toEqual({
			missing: 'Pipeline Sales has no stage x',
		});
	});

	test.each([
		['forwards', deal('new'), 'offer', true],
		['nowhere', deal('offer'), 'offer', false],
		['backwards', deal('offer'), 'new', false],
		['out of a stage that its pipeline no longer has', deal('negotiation'), 'offer', false],
		['out of no stage', deal(''), 'offer', true],
		['out of a closed stage', deal('lost', 'sales', true), 'offer', false],
		['into another pipeline', deal('x', 'other'), 'offer', false],
	])('%s', (_name, current, stageId, moves) => {
		expect(stageMove(current, target(stageId), pipelines, false).move).toBe(moves);
	});

	test('what is refused is told, and done where it is allowed', () => {
		const refused = stageMove(deal('offer'), target('new'), pipelines, false);
		expect(refused).toMatchObject({ warning: expect.stringContaining('Offer') });
		expect(stageMove(deal('offer'), target('new'), pipelines, true)).toEqual({ move: true });
	});
});

describe('Names', () => {
	test.each([
		['Robin Sample', { firstName: 'Robin', lastName: 'Sample' }],
		['Ada van der Berg', { firstName: 'Ada', lastName: 'van der Berg' }],
		['Robin', { firstName: 'Robin' }],
		['  ', {}],
		[undefined, {}],
	])('%s', (name, parts) => {
		expect(splitName(name)).toEqual(parts);
	});
});

describe('Note text', () => {
	test('keeps what makes a brief readable', () => {
		const html = '<h3>Brief</h3><ul><li><b>Wants</b> a refund</li></ul><p>a<br>b &amp; c</p>';
		expect(safeHtml(html)).toBe(html);
	});

	test.each([
		'<script>alert(1)</script>',
		'<img src=x onerror=alert(1)>',
		'<b onclick="x()">b</b>',
		'<a href="javascript:alert(1)">x</a>',
		'<svg/onload=alert(1)>',
		'<<script>script>alert(1)<</script>/script>',
		'<iframe src="https://x.example">',
	])('makes %s harmless', (html) => {
		expect(safeHtml(html)).not.toMatch(/<(script|img|svg|iframe)|<[^>]*(onclick|javascript:)/i);
	});

	test('lets no element through but the few it knows, whatever comes', () => {
		const piece = fc.constantFrom('<', '>', '"', 'a href="', 'b', 'script', ' onload=', '/', 'x');
		fc.assert(
			fc.property(fc.array(piece), (pieces) => {
				expect(safeHtml(pieces.join(''))).not.toMatch(/<(?!\/?(b|a)>|a href="https?:)/);
			}),
		);
	});

	test('a text that is too long for a CRM is cut, and what was cut open is closed', () => {
		const long = `<ul><li><b>${'word '.repeat(20)}</b> &amp; more</li></ul>`;
		expect(shortenedHtml(long, 60)).toMatch(/^<ul><li><b>word .*…<\/b><\/li><\/ul>$/u);
		expect(shortenedHtml(long, 60).length).toBeLessThanOrEqual(60);
		expect(shortenedHtml(long, 10_000)).toBe(long);
		expect(shortened('😀😀', 3)).toBe('😀…');
	});

	test('a cut text is never longer than asked, and safe and whole whatever comes', () => {
		const piece = fc.constantFrom(
			'<p>',
			'</p>',
			'<b>',
			'</b>',
			'<br>',
			'&amp;',
			'😀',
			'word ',
			'<',
		);
		fc.assert(
			fc.property(
				fc.array(piece, { maxLength: 60 }),
				fc.integer({ min: 20, max: 120 }),
				(all, most) => {
					const cut = shortenedHtml(safeHtml(all.join('')), most);
					expect(cut.length).toBeLessThanOrEqual(Math.max(most, 0));
					expect(cut.isWellFormed()).toBe(true);
					expect(cut).not.toMatch(/<(?!\/?(b|p|br)>)|&(?!amp;|lt;)/u);
				},
			),
		);
	});

	test('text becomes HTML and back without loss', () => {
		const text = 'a < b && c > d\nsecond line';
		expect(htmlToText(textToHtml(text))).toBe(text);
	});
});
