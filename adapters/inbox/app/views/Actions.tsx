import { t } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import type { Detail, Start } from '../types';

/** What this agent may do with the open conversation; the server decides again. */
export function mayOf(detail: Detail, me: Start['me'] | undefined) {
	const { state, owner, hold, handoff } = detail.conversation;
	const human = state === 'human';
	const mine = human && owner?.kind === 'agent' && owner.id === me?.id;
	const supervisor = me?.role === 'supervisor';
	const held = human && hold !== undefined && hold.handoffId === handoff?.id;
	return {
		mine,
		held,
		claim: human && !mine && (owner?.kind === 'queue' || supervisor),
		takeOver: state === 'bot',
		manage: mine || (human && supervisor),
	};
}

export async function claim(): Promise<void> {
	if (await inbox.act('claim')) inbox.tell(t('done.claimed'));
}

export async function takeOver(): Promise<void> {
	if (await inbox.act('takeOver')) inbox.tell(t('done.claimed'));
}

export async function returnToBot(): Promise<void> {
	if (await inbox.returnToBot()) inbox.tell(t('done.returned'));
}

export async function release(): Promise<void> {
	if (await inbox.act('release')) inbox.tell(t('done.released'));
}

export function Actions({ state, detail }: { state: State; detail: Detail }) {
	const may = mayOf(detail, state.start?.me);
	const busy = state.acting !== undefined;
	return (
		<div class="actions" id="actions" role="group" aria-busy={busy} aria-label={t('action.label')}>
			{may.claim && (
				<button type="button" class="primary" disabled={busy} onClick={() => void claim()}>
					{t('action.claim')}
				</button>
			)}
			{may.takeOver && (
				<button type="button" class="primary" disabled={busy} onClick={() => void takeOver()}>
					{t('action.takeOver')}
				</button>
			)}
			{may.manage && (
				<>
					<button type="button" onClick={() => inbox.dialog('transfer')}>
						{t('action.transfer')}
					</button>
					{may.held ? (
						<button type="button" disabled={busy} onClick={() => void inbox.act('resume')}>
							{t('action.resume')}
						</button>
					) : (
						<button type="button" onClick={() => inbox.dialog('hold')}>
							{t('action.hold')}
						</button>
					)}
				</>
			)}
			<button type="button" onClick={() => inbox.dialog('tags')}>
				{t('action.tags')}
			</button>
			{may.mine && (
				<button type="button" disabled={busy} onClick={() => void release()}>
					{t('action.release')}
				</button>
			)}
			{may.manage && (
				<>
					<button type="button" disabled={busy} onClick={() => void returnToBot()}>
						{t('action.returnToBot')}
					</button>
					<button
						type="button"
						class={may.mine ? 'primary' : ''}
						onClick={() => inbox.dialog('resolve')}
					>
						{t('action.resolve')}
					</button>
				</>
			)}
			<button
				type="button"
				class="details"
				aria-expanded={state.side}
				onClick={() => inbox.set({ side: !state.side })}
			>
				{t('thread.details')}
			</button>
		</div>
	);
}
