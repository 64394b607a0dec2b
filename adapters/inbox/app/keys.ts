import { inbox } from './inbox';
import { claim, mayOf, release, returnToBot, takeOver } from './views/Actions';
import { VIEW_ORDER } from './views/List';

/** Whether what is pressed is meant for a field that somebody writes in. */
function isWriting(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.matches('input, textarea, select');
}

/** Letters do what buttons do. */
export function listenToKeys(): void {
	document.addEventListener('keydown', (event) => {
		if (inbox.state.signedOut || document.querySelector('dialog[open]')) return;
		if (event.key === 'Escape') {
			leave();
			return;
		}
		if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
		const run = commandFor(event.key);
		if (!run) return;
		event.preventDefault();
		run();
	});
}

function leave(): void {
	const { state } = inbox;
	if (document.activeElement instanceof HTMLElement && isWriting(document.activeElement)) {
		document.activeElement.blur();
	} else if (state.side) inbox.set({ side: false });
	else if (state.place === 'team') inbox.showPlace('inbox');
	else if (state.openId) inbox.close();
}

function commandFor(key: string): (() => void) | undefined {
	const { state } = inbox;
	const view = VIEW_ORDER[Number(key) - 1];
	if (view) return () => inbox.showView(view);
	const everywhere: Record<string, () => void> = {
		'?': () => inbox.dialog('keys'),
		'/': () => {
			inbox.showPlace('inbox');
			requestAnimationFrame(() => document.getElementById('search')?.focus());
		},
		f: () => inbox.set({ filtersOpen: !state.filtersOpen, place: 'inbox' }),
		j: () => inbox.step(1),
		k: () => inbox.step(-1),
		o: () => inbox.dialog('away'),
	};
	const letter = key.toLowerCase();
	if (everywhere[letter]) return everywhere[letter];
	if (letter === 'v' && state.start?.me.role === 'supervisor') {
		return () => inbox.showPlace(state.place === 'team' ? 'inbox' : 'team');
	}
	const { detail } = state;
	if (!detail || state.place !== 'inbox') return undefined;
	const may = mayOf(detail, state.start?.me);
	const closes = detail.conversation.windowClosesAt;
	const open = closes !== undefined && Date.parse(closes) > Date.now();
	const suggested = detail.brief?.suggestedReply;
	const hasTemplates = (state.start?.templates.length ?? 0) > 0;
	const here: Record<string, (() => void) | false | undefined> = {
		c: may.claim ? () => void claim() : may.takeOver && (() => void takeOver()),
		r: may.mine && open && (() => inbox.command('reply')),
		n: () => inbox.command('note'),
		q: may.mine && open && (() => inbox.command('quick')),
		s: may.mine && open && suggested ? () => inbox.write(suggested) : undefined,
		a: may.mine && open && (() => inbox.command('attach')),
		p: may.mine && hasTemplates && (() => inbox.dialog('template')),
		t: may.manage && (() => inbox.dialog('transfer')),
		h: may.manage && (() => (may.held ? void inbox.act('resume') : inbox.dialog('hold'))),
		g: () => inbox.dialog('tags'),
		e: may.manage && (() => inbox.dialog('resolve')),
		b: may.manage && (() => void returnToBot()),
		l: may.mine && (() => void release()),
		i: () => inbox.set({ side: !state.side }),
	};
	return here[letter] || undefined;
}
