import { render } from 'preact';
import { useEffect } from 'preact/hooks';

import { t, useStartLanguage } from './i18n';
import { inbox, useInbox } from './inbox';
import type { State } from './inbox';
import { listenToKeys } from './keys';
import { useStartTheme } from './theme';
import { Dialogs, availabilityText } from './views/Dialogs';
import { List } from './views/List';
import { Side } from './views/Side';
import { Team } from './views/Team';
import { Thread } from './views/Thread';

function Page() {
	const state = useInbox();
	const { openId, side, place, counts, signedOut } = state;
	useEffect(() => {
		document.title = counts.waiting > 0 ? `(${counts.waiting}) ${t('title')}` : t('title');
	}, [counts.waiting]);
	if (signedOut) {
		return (
			<main class="signedOut">
				<h1>{t('signedOut.title')}</h1>
				<p>{t('signedOut.text')}</p>
			</main>
		);
	}
	const shows = openId ? (side ? 'shows-side' : 'shows-thread') : 'shows-list';
	return (
		<>
			<Bar state={state} />
			<main class={`${place} ${shows} ${side ? 'with-side' : ''}`}>
				{place === 'team' ? (
					<Team state={state} />
				) : (
					<>
						<List state={state} />
						<Thread state={state} />
						<Side state={state} />
					</>
				)}
			</main>
			<div id="notice" role="alert">
				{state.notice && (
					<p class={state.notice.kind} onClick={() => inbox.set({ notice: undefined })}>
						{state.notice.text}
					</p>
				)}
			</div>
			<Dialogs state={state} key={state.dialog ?? ''} />
		</>
	);
}

function Bar({ state }: { state: State }) {
	const { start, connected, place } = state;
	const me = inbox.myself(state);
	return (
		<header class="bar">
			<h1>{t('title')}</h1>
			{start?.me.role === 'supervisor' && (
				<nav class="places" aria-label={t('title')}>
					{(['inbox', 'team'] as const).map((one) => (
						<button
							key={one}
							type="button"
							aria-current={place === one ? 'page' : undefined}
							onClick={() => inbox.showPlace(one)}
						>
							{t(`nav.${one}`)}
						</button>
					))}
				</nav>
			)}
			<p id="connection" role="status" class={connected ? '' : 'lost'}>
				{connected ? '' : t('connection.lost')}
			</p>
			{start && (
				<>
					<button
						type="button"
						class={`availability ${me.available ? '' : 'away'}`}
						onClick={() => inbox.dialog('away')}
					>
						<span class="mark" aria-hidden="true" />
						<span id="me">{start.me.name}</span>: {availabilityText(me)}
					</button>
					<button type="button" onClick={() => inbox.dialog('settings')}>
						{t('nav.settings')}
					</button>
					<button type="button" class="keyboard" onClick={() => inbox.dialog('keys')}>
						{t('nav.keys')} <kbd>?</kbd>
					</button>
				</>
			)}
		</header>
	);
}

useStartLanguage();
useStartTheme();
listenToKeys();
// Begun first: what came with the page is there when it is drawn.
void inbox.begin();
render(<Page />, document.getElementById('app')!);
