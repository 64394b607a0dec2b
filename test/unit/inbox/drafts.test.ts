import { NO_DRAFT, modeOf, moved } from '../../../adapters/inbox/app/drafts';

describe('what is begun in the composer', () => {
	it('goes on as the note that it was, also for whoever has the conversation now', () => {
		expect(modeOf({ reply: '', note: 'Careful' })).toBe('note');
		expect(modeOf({ reply: 'Hello', note: 'Careful' })).toBe('reply');
		expect(modeOf(NO_DRAFT)).toBe('reply');
	});

	it('moves along when its writer chooses the other kind, and never over something that is there', () => {
		expect(moved({ reply: 'Hello', note: '' }, 'reply', 'note')).toEqual({
			reply: '',
			note: 'Hello',
		});
		const both = { reply: 'Hello', note: 'Careful' };
		expect(moved(both, 'reply', 'note')).toBe(both);
		expect(moved(both, 'note', 'note')).toBe(both);
	});
});
