import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { NO_DRAFT, modeOf, moved } from '../drafts';
import type { Mode } from '../drafts';
import { ahead, bytes, duration, plain, when } from '../format';
import { useNow } from '../hooks';
import { t } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import type { Detail, Start } from '../types';
import { claim, mayOf, takeOver } from './Actions';
import { capturedUntil, nameOf } from './common';

/** What WhatsApp takes in one message; longer ones go out as several. */
const LONG = 4096;
/** When the end of the window comes into view. */
const SOON_MS = 4 * 60 * 60 * 1000;

export function Composer({ state, detail }: { state: State; detail: Detail }) {
	const { conversation } = detail;
	const may = mayOf(detail, state.start?.me);
	const [draft, setDraft] = useState(inbox.drafts.get(conversation.id) ?? NO_DRAFT);
	const [mode, setMode] = useState<Mode>(modeOf(draft));
	const [file, setFile] = useState<File | undefined>();
	/** By typing "/" the writer stays in the field; by the button or its key the list is what comes next. */
	const [quick, setQuick] = useState<'typed' | 'asked' | undefined>();
	const area = useRef<HTMLTextAreaElement>(null);
	const picker = useRef<HTMLInputElement>(null);
	const now = useNow();

	const closesAt = conversation.windowClosesAt;
	const open = closesAt !== undefined && Date.parse(closesAt) > now;
	const replying = may.mine && mode === 'reply';
	const writable = replying ? open : true;
	const kind: Mode = replying ? 'reply' : 'note';
	const text = draft[kind];
	const setText = (of: Mode, change: (current: string) => string) =>
		setDraft((current) => ({ ...current, [of]: change(current[of]) }));
	// Who gets the conversation in the middle of a note goes on with the note: it must not go to the customer.
	useLayoutEffect(() => {
		if (may.mine) setMode(modeOf(draft));
	}, [may.mine]);
	const choose = (wanted: Mode) => {
		setDraft(moved(draft, mode, wanted));
		setMode(wanted);
		area.current?.focus();
	};

	useEffect(() => {
		inbox.drafts.set(conversation.id, draft);
	}, [draft]);
	useEffect(
		() =>
			inbox.commands({
				write: (words, append) => {
					setMode('reply');
					setText('reply', (current) => (append ? joined(current, words) : words));
					area.current?.focus();
				},
				reply: () => {
					setMode('reply');
					requestAnimationFrame(() => area.current?.focus());
				},
				note: () => {
					setMode('note');
					requestAnimationFrame(() => area.current?.focus());
				},
				attach: () => picker.current?.click(),
				quick: () => setQuick('asked'),
			}),
		[],
	);
	useEffect(() => {
		const element = area.current;
		if (!element) return;
		element.style.height = 'auto';
		element.style.height = `${Math.min(element.scrollHeight + 2, 220)}px`;
	}, [text, mode, open]);

	const send = async () => {
		if (!text.trim() && !(replying && file)) return;
		// Emptied at once: what is typed while the server answers belongs to the next message.
		setText(kind, () => '');
		// At once as well: what is typed while a note is saved would go out of sight with it.
		if (may.mine) setMode('reply');
		area.current?.focus();
		if (replying) setFile(undefined);
		const done = replying
			? await inbox.send(text.trim(), file ? { file } : {})
			: await inbox.note(text);
		if (!done) {
			setText(kind, (current) => current || text);
			if (replying) setFile((current) => current ?? file);
			else setMode('note');
		}
	};
	const attach = (chosen: File | undefined) => {
		const most = state.start?.maxFileBytes ?? 0;
		if (chosen && chosen.size > most) {
			inbox.tell(
				t('composer.tooLarge', {
					name: plain(chosen.name, 60),
					size: bytes(chosen.size),
					most: bytes(most),
				}),
				'refused',
			);
			return;
		}
		setFile(chosen);
		area.current?.focus();
	};
	const suggested = detail.brief?.suggestedReply;

	return (
		<form
			class="composer"
			id="composer"
			aria-label={t('composer.label')}
			onSubmit={(event) => {
				event.preventDefault();
				void send();
			}}
		>
			{!may.mine && <WhoHasIt state={state} detail={detail} />}
			{!may.mine && draft.reply.trim() !== '' && (
				<p class="unsent">
					<span>{t('composer.unsent', { text: plain(draft.reply, 300) })}</span>
					<button
						type="button"
						onClick={() => setDraft({ ...NO_DRAFT, note: joined(draft.note, draft.reply) })}
					>
						{t('composer.unsentNote')}
					</button>
					<button type="button" onClick={() => setText('reply', () => '')}>
						{t('composer.unsentDrop')}
					</button>
				</p>
			)}
			{may.mine && (
				<div class="modes" role="group" aria-label={t('composer.mode')}>
					{(['reply', 'note'] as const).map((one) => (
						<button key={one} type="button" aria-pressed={mode === one} onClick={() => choose(one)}>
							{t(`composer.${one}`)}
						</button>
					))}
					<Window closesAt={closesAt} now={now} />
				</div>
			)}
			{replying && !open ? (
				<ClosedWindow closesAt={closesAt} start={state.start} />
			) : (
				<div class={replying ? 'write' : 'write note'}>
					{replying && quick && (
						<QuickReplies
							start={state.start}
							focus={quick === 'asked'}
							search={text.startsWith('/') ? text.slice(1) : ''}
							customer={nameOf(conversation.customer)}
							choose={(words) => {
								setText('reply', (current) =>
									current.startsWith('/') || !current.trim() ? words : `${current}\n${words}`,
								);
								setQuick(undefined);
								area.current?.focus();
							}}
							close={() => {
								setQuick(undefined);
								area.current?.focus();
							}}
						/>
					)}
					<textarea
						id="text"
						ref={area}
						rows={2}
						value={text}
						dir="auto"
						aria-label={t(replying ? 'composer.replyTo' : 'composer.noteFor')}
						placeholder={t(replying ? 'composer.replyHint' : 'composer.noteHint')}
						onInput={(event) => {
							const { value } = event.currentTarget;
							setText(kind, () => value);
							const wanted = replying && value.startsWith('/') && !value.includes('\n');
							setQuick(wanted ? 'typed' : undefined);
							if (replying) inbox.noteTyping(value !== '');
						}}
						onKeyDown={(event) => {
							if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
								event.preventDefault();
								void send();
							}
						}}
						onPaste={(event) => {
							const pasted = event.clipboardData?.files[0];
							if (!pasted || !replying) return;
							event.preventDefault();
							attach(pasted);
						}}
					/>
				</div>
			)}
			{replying && file && (
				<p class="attached">
					{t('composer.attached', { name: plain(file.name, 80), size: bytes(file.size) })}
					<button type="button" onClick={() => setFile(undefined)}>
						{t('composer.detach')}
					</button>
				</p>
			)}
			<div class="tools">
				{replying && open && (
					<>
						<input
							type="file"
							class="hidden"
							tabIndex={-1}
							aria-hidden="true"
							ref={picker}
							id="file"
							onChange={(event) => {
								attach(event.currentTarget.files?.[0]);
								event.currentTarget.value = '';
							}}
						/>
						<button type="button" onClick={() => picker.current?.click()}>
							{t('composer.attach')}
						</button>
						{(state.start?.quickReplies.length ?? 0) > 0 && (
							<button
								type="button"
								aria-expanded={quick !== undefined}
								onClick={() => setQuick(quick ? undefined : 'asked')}
							>
								{t('composer.quick')}
							</button>
						)}
						{suggested && (
							<button type="button" onClick={() => inbox.write(suggested)}>
								{t('composer.suggested')}
							</button>
						)}
						{(state.start?.templates.length ?? 0) > 0 && (
							<button type="button" onClick={() => inbox.dialog('template')}>
								{t('composer.template')}
							</button>
						)}
					</>
				)}
				{replying && text.length > LONG * 0.9 && (
					<span class="quiet">{t('composer.tooLong', { count: text.length, most: LONG })}</span>
				)}
				{writable && (
					<button type="submit" class="primary send" disabled={!text.trim() && !(replying && file)}>
						{t(replying ? 'composer.send' : 'composer.save')}
					</button>
				)}
			</div>
		</form>
	);
}

function joined(before: string, words: string): string {
	return before.trim() ? `${before.trimEnd()}\n${words}` : words;
}

function WhoHasIt({ state, detail }: { state: State; detail: Detail }) {
	const { state: of, owner } = detail.conversation;
	const may = mayOf(detail, state.start?.me);
	const name = owner ? plain(owner.name, 60) : '';
	const captured = capturedUntil(detail.conversation);
	const text =
		of === 'bot'
			? captured
				? t('claim.captured', { time: ahead(captured) })
				: t('claim.bot')
			: of === 'closed'
				? t('claim.closed')
				: owner?.kind === 'queue'
					? t('claim.queue')
					: t(may.claim ? 'claim.supervisor' : 'claim.agent', { name });
	return (
		<p class="whoHasIt">
			{text}
			{(may.claim || may.takeOver) && (
				<button type="button" onClick={() => void (may.claim ? claim() : takeOver())}>
					{t(may.claim ? 'action.claim' : 'action.takeOver')}
				</button>
			)}
		</p>
	);
}

function Window({ closesAt, now }: { closesAt: string | undefined; now: number }) {
	const left = closesAt ? Date.parse(closesAt) - now : 0;
	if (left <= 0 || left > SOON_MS) return null;
	return <span class="quiet">{t('window.closes', { time: duration(left) })}</span>;
}

function ClosedWindow({ closesAt, start }: { closesAt?: string; start?: Start }) {
	return (
		<div class="closedWindow" role="note">
			<p>{closesAt ? t('window.closed', { time: when(closesAt) }) : t('window.never')}</p>
			{(start?.templates.length ?? 0) > 0 ? (
				<button type="button" class="primary" onClick={() => inbox.dialog('template')}>
					{t('window.choose')}
				</button>
			) : (
				<p>{t('window.none')}</p>
			)}
		</div>
	);
}

function QuickReplies({
	start,
	focus,
	search,
	customer,
	choose,
	close,
}: {
	start: Start | undefined;
	/** Whether the first of them is what the next key is for. */
	focus: boolean;
	search: string;
	customer: string;
	choose: (text: string) => void;
	close: () => void;
}) {
	const list = useRef<HTMLUListElement>(null);
	const wanted = search.trim().toLowerCase();
	const found = (start?.quickReplies ?? []).filter(
		({ shortcut, text }) =>
			shortcut.toLowerCase().includes(wanted) || text.toLowerCase().includes(wanted),
	);
	useEffect(() => {
		if (focus) list.current?.querySelector('button')?.focus();
	}, []);
	const fill = (text: string) =>
		text.replaceAll('{customer}', customer).replaceAll('{agent}', start?.me.name ?? '');
	return (
		<ul
			class="quick"
			ref={list}
			aria-label={t('composer.quick')}
			onKeyDown={(event) => {
				const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
				if (event.key === 'Escape') {
					event.stopPropagation();
					close();
				} else if (step) {
					event.preventDefault();
					const buttons = [...list.current!.querySelectorAll('button')];
					const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
					buttons[(at + step + buttons.length) % buttons.length]?.focus();
				}
			}}
		>
			{found.map(({ shortcut, text }, index) => (
				<li key={index}>
					<button type="button" onClick={() => choose(fill(text))}>
						<strong>{shortcut}</strong> <span class="quiet">{plain(fill(text), 120)}</span>
					</button>
				</li>
			))}
			{found.length === 0 && <li class="quiet">{t('composer.noQuick')}</li>}
		</ul>
	);
}
