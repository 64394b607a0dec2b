import { useEffect, useRef } from 'preact/hooks';

import type * as Charts from '../charts';
import { duration, number, percent, plain, when } from '../format';
import { useNow } from '../hooks';
import { currentLanguage, t } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import { isDark } from '../theme';
import type { Overview } from '../types';
import { availabilityText } from './Dialogs';
import { Countdown, nameOfRow, ownerText } from './common';

const PERIODS = [1, 7, 30, 90];
/** Bars of a chart beyond these would be too thin to read. */
const MOST_BARS = 8;

export function Team({ state }: { state: State }) {
	const { overview, days } = state;
	return (
		<section class="team" aria-label={t('team.title')} id="team">
			{overview ? (
				<>
					<h2>{t('team.now')}</h2>
					<Live overview={overview} />
					<div class="columns">
						<Queues overview={overview} />
						<Agents overview={overview} />
						<Risks overview={overview} />
					</div>
					<div class="heading">
						<h2>{t('team.figures')}</h2>
						<label>
							<span class="hidden">{t('team.days')}</span>
							<select
								value={String(days)}
								onChange={(event) => inbox.showDays(Number(event.currentTarget.value))}
							>
								{PERIODS.map((count) => (
									<option key={count} value={String(count)}>
										{t('team.lastDays', { count })}
									</option>
								))}
							</select>
						</label>
						<span class="quiet">{t('team.asOf', { time: when(overview.metricsAt) })}</span>
					</div>
					<Figures overview={overview} />
				</>
			) : (
				<p class="empty">{t('loading')}</p>
			)}
		</section>
	);
}

function Tile({ name, value, alert }: { name: string; value: string; alert?: boolean }) {
	return (
		<div class={`tile ${alert ? 'alert' : ''}`}>
			<dt>{name}</dt>
			<dd>{value}</dd>
		</div>
	);
}

function Live({ overview: { waiting, open, late, agents } }: { overview: Overview }) {
	const there = agents.filter(({ available }) => available).length;
	return (
		<dl class="tiles">
			<Tile name={t('team.waiting')} value={number(waiting)} />
			<Tile name={t('team.open')} value={number(open)} />
			<Tile name={t('team.late')} value={number(late)} alert={late > 0} />
			<Tile
				name={t('team.available')}
				value={t('team.ofCapacity', { count: there, most: agents.length })}
			/>
		</dl>
	);
}

function Queues({ overview: { queues } }: { overview: Overview }) {
	const now = useNow();
	return (
		<section>
			<h3>{t('team.queues')}</h3>
			{queues.length === 0 ? (
				<p class="quiet">{t('team.noQueues')}</p>
			) : (
				<table>
					<thead>
						<tr>
							<th scope="col">{t('team.queue')}</th>
							<th scope="col" class="number">
								{t('team.waiting')}
							</th>
							<th scope="col" class="number">
								{t('team.late')}
							</th>
							<th scope="col">{t('team.oldest')}</th>
						</tr>
					</thead>
					<tbody>
						{queues.map(({ queue, waiting, late, oldestAt }) => (
							<tr key={queue}>
								<th scope="row">{plain(queue, 60)}</th>
								<td class="number">{number(waiting)}</td>
								<td class={`number ${late > 0 ? 'late' : ''}`}>{number(late)}</td>
								<td>{oldestAt && duration(now - Date.parse(oldestAt))}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</section>
	);
}

function Agents({ overview: { agents } }: { overview: Overview }) {
	const most = Math.max(1, ...agents.map(({ open, capacity }) => Math.max(open, capacity ?? 0)));
	return (
		<section>
			<h3>{t('team.agents')}</h3>
			{agents.length === 0 ? (
				<p class="quiet">{t('team.noAgents')}</p>
			) : (
				<table>
					<thead>
						<tr>
							<th scope="col">{t('team.agent')}</th>
							<th scope="col">{t('team.load')}</th>
							<th scope="col">{t('team.state')}</th>
						</tr>
					</thead>
					<tbody>
						{agents.map((agent) => {
							const { id, name, open, capacity, online } = agent;
							return (
								<tr key={id}>
									<th scope="row">{plain(name, 60)}</th>
									<td>
										<span class="load">
											<span
												class={`bar ${capacity !== undefined && open >= capacity ? 'full' : ''}`}
												style={{ width: `${Math.round((open / most) * 100)}%` }}
												aria-hidden="true"
											/>
											<span>
												{capacity === undefined
													? number(open)
													: t('team.ofCapacity', { count: open, most: capacity })}
											</span>
										</span>
									</td>
									<td class="quiet">
										{availabilityText(agent)}, {t(online ? 'team.online' : 'team.offline')}
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			)}
		</section>
	);
}

function Risks({ overview: { atRisk } }: { overview: Overview }) {
	return (
		<section>
			<h3>{t('team.risks')}</h3>
			{atRisk.length === 0 ? (
				<p class="quiet">{t('team.noRisks')}</p>
			) : (
				<ul class="risks">
					{atRisk.slice(0, 12).map((row) => (
						<li key={row.id}>
							<button type="button" onClick={() => inbox.open(row.id)}>
								<strong>{nameOfRow(row)}</strong>
								<Countdown dueAt={row.dueAt!} soonAt={row.soonAt} />
								<span class="quiet">{ownerText(row)}</span>
							</button>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function Figures({ overview: { metrics, complete } }: { overview: Overview }) {
	const minutes = (value: number | undefined) =>
		value === undefined ? '–' : t('team.minutes', { count: number(value) });
	const { firstResponse, resolution, satisfaction } = metrics;
	return (
		<>
			<dl class="tiles figures">
				<Tile name={t('team.handoffs')} value={number(metrics.handoffs)} />
				<Tile name={t('team.handoffRate')} value={percent(metrics.handoffRate)} />
				<Tile name={t('team.containment')} value={percent(metrics.trueContainment)} />
				<Tile name={t('team.missed')} value={number(metrics.missed)} />
				<Tile name={t('team.firstResponse')} value={minutes(firstResponse.medianMinutes)} />
				<Tile name={t('team.firstResponse90')} value={minutes(firstResponse.p90Minutes)} />
				<Tile name={t('team.resolution')} value={minutes(resolution.medianMinutes)} />
				<Tile
					name={t('team.breachRate')}
					value={percent(metrics.breachRate)}
					alert={(metrics.breachRate ?? 0) > 0.1}
				/>
				<Tile name={t('team.resolutionRate')} value={percent(metrics.resolutionRate)} />
				<Tile
					name={t('team.satisfaction')}
					value={
						satisfaction === undefined ? '–' : t('team.outOf5', { count: number(satisfaction) })
					}
				/>
			</dl>
			{!complete && <p class="quiet">{t('team.incomplete')}</p>}
			{metrics.handoffs === 0 ? (
				<p class="quiet">{t('team.noFigures')}</p>
			) : (
				<div class="charts">
					<Chart
						title={t('team.chartHours')}
						kind="columns"
						head={t('team.hour')}
						labels={Array.from({ length: 24 }, (_, hour) => `${hour}`)}
						series={[
							{
								name: t('team.handoffs'),
								values: Array.from(
									{ length: 24 },
									(_, hour) => metrics.byHour.find((one) => one.hour === hour)?.handoffs ?? 0,
								),
							},
						]}
					/>
					<Chart
						title={t('team.chartReasons')}
						kind="bars"
						head={t('team.reason')}
						labels={metrics.reasons.slice(0, MOST_BARS).map(({ reason }) => plain(reason, 40))}
						series={[
							{
								name: t('team.handoffs'),
								values: metrics.reasons.slice(0, MOST_BARS).map(({ count }) => count),
							},
						]}
					/>
					<Chart
						title={t('team.chartQueues')}
						kind="stacked"
						head={t('team.queue')}
						labels={metrics.byQueue.slice(0, MOST_BARS).map(({ queue }) => plain(queue, 30))}
						series={[
							{
								name: t('team.kept'),
								values: metrics.byQueue
									.slice(0, MOST_BARS)
									.map(({ handoffs, breached, waiting }) =>
										Math.max(0, handoffs - breached - waiting),
									),
							},
							{
								name: t('team.broken'),
								values: metrics.byQueue.slice(0, MOST_BARS).map(({ breached }) => breached),
								alert: true,
							},
						]}
					/>
					<Chart
						title={t('team.chartAgents')}
						kind="bars"
						head={t('team.agent')}
						labels={metrics.byAgent.slice(0, MOST_BARS).map(({ name }) => plain(name, 30))}
						series={[
							{
								name: t('team.handoffs'),
								values: metrics.byAgent.slice(0, MOST_BARS).map(({ handoffs }) => handoffs),
							},
						]}
					/>
				</div>
			)}
		</>
	);
}

interface Series {
	name: string;
	values: number[];
	alert?: boolean;
}

/** A chart, and the same numbers as a table for whoever reads better so. */
function Chart({
	title,
	kind,
	head,
	labels,
	series,
}: {
	title: string;
	kind: Charts.ChartKind;
	head: string;
	labels: string[];
	series: Series[];
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const data = JSON.stringify([kind, labels, series, isDark(), currentLanguage()]);
	useEffect(() => {
		let drawn: { destroy(): void } | undefined;
		let gone = false;
		void loadCharts().then((charts) => {
			if (!gone && canvas.current) drawn = charts.draw(canvas.current, { kind, labels, series });
		});
		return () => {
			gone = true;
			drawn?.destroy();
		};
	}, [data]);
	return (
		<figure>
			<figcaption>{title}</figcaption>
			<div class="canvas">
				<canvas ref={canvas} role="img" aria-label={title} />
			</div>
			<details>
				<summary>{t('team.asTable')}</summary>
				<table>
					<thead>
						<tr>
							<th scope="col">{head}</th>
							{series.map(({ name }) => (
								<th scope="col" class="number" key={name}>
									{name}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{labels.map((label, index) => (
							<tr key={label}>
								<th scope="row">{label}</th>
								{series.map(({ name, values }) => (
									<td class="number" key={name}>
										{number(values[index])}
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</details>
		</figure>
	);
}

let charts: Promise<typeof Charts> | undefined;

/** The chart library is a file of its own, which only supervisors' browsers load. */
function loadCharts(): Promise<typeof Charts> {
	const address = new URL('?asset=charts.js', location.href).href;
	return (charts ??= import(address) as Promise<typeof Charts>);
}
