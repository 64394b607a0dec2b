import { useState } from 'preact/hooks';

import { isSuccess } from '../../../../core/conversation/outcome';
import { plain, when } from '../format';
import { holdChoices, holdUntil, inDays, inHours } from '../holds';
import type { HoldChoice } from '../holds';
import { LANGUAGE_NAMES, chooseLanguage, currentLanguage, t } from '../i18n';
import type { Key, Language } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import { newKey } from '../retryKeys';
import { ping, setNotes, setSound, wants } from '../notify';
import { chooseTheme, currentTheme } from '../theme';
import type { Theme } from '../theme';
import { Dialog, Field } from './common';

export function Dialogs({ state }: { state: State }) {
	switch (state.dialog) {
		case 'keys':
			return <Keys />;
		case 'settings':
			return <Settings />;
		case 'away':
			return <Away state={state} />;
		case 'transfer':
			return <Transfer state={state} />;
		case 'resolve':
			return <Resolve state={state} />;
		case 'hold':
			return <Hold state={state} />;
		case 'returnToBot':
			return <ReturnToBot state={state} />;
		case 'tags':
			return <Tags state={state} />;
		case 'template':
			return <Template state={state} />;
		default:
			return null;
	}
}

/** Closes the dialog if the server took it. */
async function finish(done: Promise<boolean>, text?: string): Promise<void> {
	if (!(await done)) return;
	inbox.dialog(undefined);
	if (text) inbox.tell(text);
}

const KEYS: ReadonlyArray<[string, Key]> = [
	['J', 'keys.next'],
	['K', 'keys.previous'],
	['1 – 5', 'keys.views'],
	['/', 'keys.search'],
	['F', 'keys.filter'],
	['C', 'keys.claim'],
	['R', 'keys.reply'],
	['N', 'keys.note'],
	['Q', 'keys.quick'],
	['S', 'keys.suggested'],
	['A', 'keys.attach'],
	['P', 'keys.template'],
	['T', 'keys.transfer'],
	['H', 'keys.hold'],
	['G', 'keys.tags'],
	['E', 'keys.resolve'],
	['B', 'keys.bot'],
	['L', 'keys.release'],
	['I', 'keys.side'],
	['O', 'keys.away'],
	['V', 'keys.team'],
	['?', 'keys.help'],
	['Ctrl+⏎', 'keys.send'],
	['Esc', 'keys.escape'],
];

function Keys() {
	return (
		<Dialog title={t('keys.title')}>
			<p class="quiet">{t('keys.text')}</p>
			<dl class="keys">
				{KEYS.map(([key, text]) => (
					<div key={key}>
						<dt>
							<kbd>{key}</kbd>
						</dt>
						<dd>{t(text)}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}

function Settings() {
	const [, draw] = useState(0);
	const [denied, setDenied] = useState(false);
	const again = () => draw((n) => n + 1);
	return (
		<Dialog title={t('settings.title')}>
			<Field label={t('settings.language')}>
				<select
					value={currentLanguage()}
					onChange={(event) => {
						chooseLanguage(event.currentTarget.value as Language);
						inbox.set({});
					}}
				>
					{Object.entries(LANGUAGE_NAMES).map(([language, name]) => (
						<option key={language} value={language} lang={language}>
							{name}
						</option>
					))}
				</select>
			</Field>
			<Field label={t('settings.theme')}>
				<select
					value={currentTheme()}
					onChange={(event) => {
						chooseTheme(event.currentTarget.value as Theme);
						inbox.set({});
					}}
				>
					{(['system', 'light', 'dark'] as const).map((theme) => (
						<option key={theme} value={theme}>
							{t(`theme.${theme}`)}
						</option>
					))}
				</select>
			</Field>
			<label class="check">
				<input
					type="checkbox"
					checked={wants.sound}
					onChange={(event) => {
						setSound(event.currentTarget.checked);
						again();
					}}
				/>
				{t('settings.sound')}
			</label>
			<label class="check">
				<input
					type="checkbox"
					checked={wants.notes}
					onChange={async (event) => {
						setDenied(!(await setNotes(event.currentTarget.checked)));
						again();
					}}
				/>
				{t('settings.notes')}
			</label>
			{denied && (
				<p class="error" role="alert">
					{t('settings.notesDenied')}
				</p>
			)}
			<div class="aside">
				<button type="button" onClick={() => ping(true)}>
					{t('settings.try')}
				</button>{' '}
				<button type="button" onClick={() => void inbox.signOut()}>
					{t('settings.signOut')}
				</button>
			</div>
		</Dialog>
	);
}

function Away({ state }: { state: State }) {
	const me = inbox.myself(state);
	const choose = (available: boolean, until?: Date) =>
		void finish(inbox.setAvailable(available, until?.toISOString()));
	return (
		<Dialog title={t('away.title')}>
			<p>{t('away.text')}</p>
			<div class="choices">
				{!me.available && (
					<button type="button" class="primary" onClick={() => choose(true)}>
						{t('away.back')}
					</button>
				)}
				<button type="button" onClick={() => choose(false, inHours(1))}>
					{t('away.hour')}
				</button>
				<button type="button" onClick={() => choose(false, inDays(1, 8))}>
					{t('away.today')}
				</button>
				<button type="button" onClick={() => choose(false)}>
					{t('away.open')}
				</button>
			</div>
		</Dialog>
	);
}

function Transfer({ state }: { state: State }) {
	const [to, setTo] = useState('');
	const [reason, setReason] = useState('');
	const { start, detail } = state;
	const owner = detail?.conversation.owner;
	const agents = (start?.agents ?? []).filter(
		({ id }) => !(owner?.kind === 'agent' && owner.id === id),
	);
	const send = () => {
		const [kind, ...rest] = to.split(':');
		const name = rest.join(':');
		const agent = agents.find(({ id }) => id === name);
		const recipient =
			kind === 'agent' ? { kind, id: name, name: agent?.name ?? name } : { kind, name };
		void finish(
			inbox.act('transfer', { to: recipient, text: reason }),
			t('done.transferred', { name: plain(recipient.name, 60) }),
		);
	};
	return (
		<Dialog title={t('transfer.title')} label={t('transfer.do')} submit={send} disabled={to === ''}>
			<Field label={t('transfer.to')}>
				<select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
					<option value="">{t('transfer.choose')}</option>
					<optgroup label={t('transfer.agents')}>
						{agents.map(({ id, name, open, available, online }) => (
							<option key={id} value={`agent:${id}`}>
								{[
									plain(name, 60),
									t('transfer.open', { count: open }),
									!available && t('transfer.away'),
									available && !online && t('transfer.offline'),
								]
									.filter(Boolean)
									.join(', ')}
							</option>
						))}
					</optgroup>
					<optgroup label={t('transfer.teams')}>
						{(start?.teams ?? []).map((name) => (
							<option key={name} value={`queue:${name}`}>
								{plain(name, 60)}
							</option>
						))}
					</optgroup>
				</select>
			</Field>
			<Field label={t('transfer.reason')}>
				<textarea
					rows={2}
					value={reason}
					maxLength={500}
					onInput={(event) => setReason(event.currentTarget.value)}
				/>
			</Field>
		</Dialog>
	);
}

function Resolve({ state }: { state: State }) {
	const { detail, start } = state;
	const outcomes = start?.outcomes.length ? start.outcomes : ['solved'];
	const [disposition, setDisposition] = useState(outcomes[0]!);
	const [resolution, setResolution] = useState('');
	const [nextAction, setNextAction] = useState('');
	/** What the agent made of it; undefined while that is nothing. */
	const [written, setWritten] = useState<string>();
	// Nobody thanks whoever sent spam.
	const closing = written ?? (isSuccess(disposition) ? (detail?.closing ?? '') : '');
	const closes = detail?.conversation.windowClosesAt;
	const open = closes !== undefined && Date.parse(closes) > Date.now();
	const send = () =>
		void finish(
			inbox.act('resolve', {
				disposition,
				resolution,
				nextAction,
				text: open ? closing : '',
				key: newKey(),
			}),
			t('done.resolved'),
		);
	return (
		<Dialog title={t('resolve.title')} label={t('resolve.do')} submit={send}>
			<Field label={t('resolve.outcome')}>
				<select value={disposition} onChange={(event) => setDisposition(event.currentTarget.value)}>
					{outcomes.map((outcome) => (
						<option key={outcome}>{outcome}</option>
					))}
				</select>
			</Field>
			<Field label={t('resolve.resolution')}>
				<input
					type="text"
					value={resolution}
					maxLength={500}
					onInput={(event) => setResolution(event.currentTarget.value)}
				/>
			</Field>
			<Field label={t('resolve.next')}>
				<input
					type="text"
					value={nextAction}
					maxLength={500}
					onInput={(event) => setNextAction(event.currentTarget.value)}
				/>
			</Field>
			{open ? (
				<Field label={t('resolve.closing')}>
					<textarea
						rows={3}
						value={closing}
						maxLength={4096}
						onInput={(event) => setWritten(event.currentTarget.value)}
					/>
				</Field>
			) : (
				<p class="quiet">{t('resolve.noClosing')}</p>
			)}
		</Dialog>
	);
}

function ReturnToBot({ state: { detail } }: { state: State }) {
	const { lastCustomerMessageAt = '', lastAgentMessageAt = '' } = detail?.conversation ?? {};
	const isAnswered =
		lastAgentMessageAt >= (detail?.conversation.lastAskedAt ?? lastCustomerMessageAt);
	return (
		<Dialog
			title={t('returnToBot.title')}
			label={t('returnToBot.do')}
			submit={() => void finish(inbox.returnToBot(true), t('done.returned'))}
		>
			<p>{t(isAnswered ? 'returnToBot.justWritten' : 'returnToBot.unanswered')}</p>
			<p class="quiet">{t('returnToBot.text')}</p>
		</Dialog>
	);
}

function Hold({ state }: { state: State }) {
	const [choice, setChoice] = useState<HoldChoice>('hour');
	const [at, setAt] = useState('');
	const [reason, setReason] = useState('');
	const send = () => {
		const until = holdUntil(choice, at, new Date());
		void finish(
			inbox.act('hold', { text: reason, ...(until ? { until: until.toISOString() } : {}) }),
			t('done.held'),
		);
	};
	return (
		<Dialog
			title={t('hold.title')}
			label={t('hold.do')}
			submit={send}
			disabled={choice === 'at' && !at}
		>
			<p class="quiet">{t('hold.text')}</p>
			<Field label={t('hold.until')}>
				<select
					value={choice}
					onChange={(event) => setChoice(event.currentTarget.value as HoldChoice)}
				>
					{holdChoices(state.detail?.conversation.owner).map((one) => (
						<option key={one} value={one}>
							{t(`hold.${one}`)}
						</option>
					))}
				</select>
			</Field>
			{choice === 'at' && (
				<Field label={t('hold.time')}>
					<input
						type="datetime-local"
						value={at}
						onInput={(event) => setAt(event.currentTarget.value)}
					/>
				</Field>
			)}
			<Field label={t('hold.reason')}>
				<input
					type="text"
					value={reason}
					maxLength={300}
					onInput={(event) => setReason(event.currentTarget.value)}
				/>
			</Field>
		</Dialog>
	);
}

function Tags({ state }: { state: State }) {
	const own = state.detail?.conversation.tags ?? [];
	const [tags, setTags] = useState(own);
	const [text, setText] = useState('');
	const add = (tag: string) => {
		const clean = tag.trim();
		if (clean && !tags.includes(clean)) setTags([...tags, clean]);
		setText('');
	};
	const others = state.tags.filter((tag) => !tags.includes(tag)).slice(0, 12);
	const all = text.trim() && !tags.includes(text.trim()) ? [...tags, text.trim()] : tags;
	return (
		<Dialog
			title={t('tags.title')}
			label={t('tags.do')}
			submit={() => void finish(inbox.act('tag', { tags: all, known: own }))}
		>
			{tags.length === 0 && <p class="quiet">{t('tags.none')}</p>}
			<ul class="tags">
				{tags.map((tag) => (
					<li key={tag}>
						<button
							type="button"
							class="chip"
							aria-label={t('tags.remove', { tag })}
							onClick={() => setTags(tags.filter((one) => one !== tag))}
						>
							{plain(tag, 40)} ×
						</button>
					</li>
				))}
			</ul>
			<Field label={t('tags.add')}>
				<input
					type="text"
					value={text}
					maxLength={40}
					placeholder={t('tags.addHint')}
					onInput={(event) => setText(event.currentTarget.value)}
					onKeyDown={(event) => {
						if (event.key !== 'Enter' || !text.trim()) return;
						event.preventDefault();
						add(text);
					}}
				/>
			</Field>
			{others.length > 0 && (
				<>
					<p class="quiet">{t('tags.known')}</p>
					<ul class="tags">
						{others.map((tag) => (
							<li key={tag}>
								<button type="button" class="chip" onClick={() => add(tag)}>
									{plain(tag, 40)}
								</button>
							</li>
						))}
					</ul>
				</>
			)}
		</Dialog>
	);
}

/** Variables of a template's body, "{{1}}", in the order of their numbers. */
function variablesOf(text: string): string[] {
	const found = new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/gu)].map(([, name]) => name!));
	return [...found].sort((a, b) => Number(a) - Number(b));
}

function Template({ state }: { state: State }) {
	const templates = state.start?.templates ?? [];
	const [chosen, setChosen] = useState(0);
	const [values, setValues] = useState<Record<string, string>>({
		1: state.detail?.conversation.customer.name ?? '',
	});
	const template = templates[chosen];
	if (!template) return null;
	const variables = variablesOf(template.text);
	const preview = template.text.replace(
		/\{\{\s*(\w+)\s*\}\}/gu,
		(whole, name: string) => values[name] || whole,
	);
	const complete = variables.every((name) => values[name]?.trim());
	const send = () =>
		void finish(
			inbox.send(preview, {
				template: {
					name: template.name,
					language: template.language,
					bodyParameters: variables.map((name) => values[name]!.trim()),
				},
			}),
		);
	return (
		<Dialog title={t('template.title')} label={t('template.do')} submit={send} disabled={!complete}>
			<Field label={t('template.which')}>
				<select
					value={String(chosen)}
					onChange={(event) => setChosen(Number(event.currentTarget.value))}
				>
					{templates.map(({ name, language }, index) => (
						<option key={index} value={String(index)}>
							{name} ({language})
						</option>
					))}
				</select>
			</Field>
			{variables.map((name) => (
				<Field key={name} label={t('template.value', { number: name })}>
					<input
						type="text"
						value={values[name] ?? ''}
						maxLength={500}
						onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
					/>
				</Field>
			))}
			<p class="quiet">{t('template.preview')}</p>
			<p class="suggested" dir="auto">
				{preview}
			</p>
		</Dialog>
	);
}

/** "Available", "Away until 14:00". */
export function availabilityText({ available, until }: { available: boolean; until?: string }) {
	if (available) return t('away.available');
	return until ? t('away.awayUntil', { time: when(until) }) : t('away.away');
}
