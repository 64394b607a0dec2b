import { useEffect, useRef } from 'preact/hooks';

import { ahead, duration, plain, when } from '../format';
import { useNow } from '../hooks';
import { t, told } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import type { Filters, Row, View } from '../types';
import { NO_FILTERS } from '../types';
import { useVirtual } from '../virtual';
import { Countdown, Field, nameOfRow, ownerText } from './common';

export const VIEW_ORDER: readonly View[] = ['waiting', 'mine', 'people', 'bot', 'closed'];

/** Height of a row; all are alike, so that the list knows where each one is without drawing it. */
const ROW_HEIGHT = 92;
/** Rows before the end of what is loaded at which the next ones are asked for. */
const AHEAD = 30;

export function List({ state }: { state: State }) {
	return (
		<nav class="list" aria-label={t('list.label')}>
			<Views state={state} />
			<Search state={state} />
			{state.filtersOpen && <FilterPanel state={state} />}
			<Rows state={state} />
		</nav>
	);
}

function Views({ state: { view, counts } }: { state: State }) {
	const count = (one: View) =>
		one === 'bot' || one === 'closed' ? undefined : counts[one as keyof typeof counts];
	return (
		<div class="views" role="group" aria-label={t('list.views')}>
			{VIEW_ORDER.map((one) => (
				<button
					key={one}
					type="button"
					aria-pressed={one === view}
					onClick={() => inbox.showView(one)}
				>
					{t(`view.${one}`)}
					{count(one) !== undefined && <span class="count"> {count(one)}</span>}
				</button>
			))}
		</div>
	);
}

function Search({ state: { filters, filtersOpen } }: { state: State }) {
	const set = activeFilters(filters);
	return (
		<div class="search">
			<input
				id="search"
				type="search"
				aria-label={t('list.search')}
				placeholder={t('list.search')}
				autocomplete="off"
				maxLength={200}
				value={filters.search}
				onInput={(event) => inbox.filter({ search: event.currentTarget.value })}
			/>
			<button
				type="button"
				aria-expanded={filtersOpen}
				onClick={() => inbox.set({ filtersOpen: !filtersOpen })}
			>
				{set > 0 ? t('list.filtered', { count: set }) : t('list.filter')}
			</button>
		</div>
	);
}

function activeFilters({ search: _search, ...others }: Filters): number {
	return Object.values(others).filter(Boolean).length;
}

function FilterPanel({ state: { filters, start, tags } }: { state: State }) {
	const choice = (key: 'owner' | 'queue' | 'tag', options: Array<[string, string]>) => (
		<Field label={t(`filter.${key}`)}>
			<select
				value={filters[key]}
				onChange={(event) => inbox.filter({ [key]: event.currentTarget.value })}
			>
				<option value="">{t('filter.any')}</option>
				{options.map(([value, name]) => (
					<option key={value} value={value}>
						{plain(name, 60)}
					</option>
				))}
			</select>
		</Field>
	);
	const date = (key: 'since' | 'until') => (
		<Field label={t(`filter.${key}`)}>
			<input
				type="date"
				value={filters[key]}
				onChange={(event) => inbox.filter({ [key]: event.currentTarget.value })}
			/>
		</Field>
	);
	return (
		<div class="filters" id="filters">
			{choice(
				'owner',
				(start?.agents ?? []).map(({ id, name }) => [id, name]),
			)}
			{choice(
				'queue',
				(start?.teams ?? []).map((name) => [name, name]),
			)}
			{choice(
				'tag',
				tags.map((tag) => [tag, tag]),
			)}
			{date('since')}
			{date('until')}
			<button
				type="button"
				disabled={activeFilters(filters) === 0}
				onClick={() => inbox.filter({ ...NO_FILTERS, search: filters.search })}
			>
				{t('list.clear')}
			</button>
		</div>
	);
}

function Rows({ state }: { state: State }) {
	const { rows, after, listed, openId, view, filters } = state;
	const scroller = useRef<HTMLDivElement>(null);
	const { rows: shown, height, scrollTo } = useVirtual(scroller, rows.length, ROW_HEIGHT);
	const last = shown.at(-1)?.index ?? 0;
	useEffect(() => {
		if (after && last >= rows.length - AHEAD) void inbox.more();
	}, [after, last, rows.length]);
	const index = rows.findIndex(({ id }) => id === openId);
	const isListed = index >= 0;
	useEffect(() => {
		if (isListed) scrollTo(index);
		// When another conversation is opened or comes into the list, not whenever the list moves.
	}, [openId, isListed]);
	const filtered = filters.search !== '' || activeFilters(filters) > 0;
	return (
		<div class="rows" ref={scroller} tabIndex={-1} aria-busy={!listed}>
			{rows.length > 0 ? (
				<ul class="track" style={{ height: `${height}px` }} aria-label={t(`view.${view}`)}>
					{shown.map(({ index: at, start }) => {
						const row = rows[at]!;
						return (
							<li
								key={row.id}
								style={{ transform: `translateY(${start}px)`, height: `${ROW_HEIGHT}px` }}
							>
								<RowButton row={row} state={state} />
							</li>
						);
					})}
				</ul>
			) : (
				<p class="empty">
					{listed ? t(filtered ? 'empty.filtered' : `empty.${view}`) : t('loading')}
				</p>
			)}
		</div>
	);
}

function RowButton({ row, state }: { row: Row; state: State }) {
	const { openId, seen, start } = state;
	const unread =
		row.lastCustomerMessageAt !== undefined &&
		row.state === 'human' &&
		(seen[row.id] ?? '') < row.lastCustomerMessageAt;
	return (
		<button
			type="button"
			class={`row ${unread ? 'unread' : ''}`}
			aria-current={row.id === openId}
			onClick={() => inbox.open(row.id)}
		>
			<span class="line">
				<strong>
					{unread && <span class="dot" role="img" aria-label={t('list.unread')} />}
					{nameOfRow(row)}
				</strong>
				{row.dueAt && row.heldUntil === undefined ? (
					<Countdown dueAt={row.dueAt} soonAt={row.soonAt} />
				) : (
					<span class="quiet">{when(row.lastMessageAt)}</span>
				)}
			</span>
			<span class="line quiet reason">{plain(row.reason ?? '', 120) || row.key}</span>
			<span class="line quiet">
				<span class="owner">
					{row.waitingSince ? <Waiting row={row} /> : ownerText(row, start?.me.id)}
				</span>
				<span class="chips">
					{row.heldUntil !== undefined && (
						<span class="chip">
							{row.heldUntil === true
								? t('list.held')
								: t('list.heldUntil', { time: ahead(row.heldUntil) })}
						</span>
					)}
					{row.captured && <span class="chip">{t('list.captured')}</span>}
					{row.vip && <span class="chip vip">{t('list.vip')}</span>}
					{row.priority !== 'normal' && (
						<span class={`chip ${row.priority}`}>{told('priority', row.priority)}</span>
					)}
					{row.tags.slice(0, 2).map((tag) => (
						<span class="chip" key={tag}>
							{plain(tag, 24)}
						</span>
					))}
				</span>
			</span>
		</button>
	);
}

function Waiting({ row: { waitingSince, queue, captured } }: { row: Row }) {
	const now = useNow();
	if (captured) {
		const time = ahead(captured.until);
		return <>{t('list.promised', { queue: plain(queue ?? '', 60), time })}</>;
	}
	return (
		<>
			{t('list.waitingSince', {
				queue: plain(queue ?? '', 60),
				time: duration(now - Date.parse(waitingSince!)),
			})}
		</>
	);
}
