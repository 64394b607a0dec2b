import type { ComponentChildren } from 'preact';

import { isCaptured } from '../../../../core/conversation/conversation';
import { plain, when } from '../format';
import { t, told } from '../i18n';
import { inbox } from '../inbox';
import type { State } from '../inbox';
import type { AuditEntry, Detail, SlaClock } from '../types';
import { mayOf } from './Actions';
import { Countdown, Field, Link } from './common';

export function Side({ state }: { state: State }) {
	const { detail, openId } = state;
	if (!detail || detail.conversation.id !== openId) return null;
	return (
		<aside class="side" aria-label={t('side.label')} id="side" tabIndex={0}>
			<button type="button" class="back" onClick={() => inbox.set({ side: false })}>
				{t('dialog.close')}
			</button>
			<Why detail={detail} />
			<Brief detail={detail} mine={mayOf(detail, state.start?.me).mine} />
			<Promises clocks={detail.clocks} />
			<Crm detail={detail} />
			<Customer detail={detail} />
			<Collected detail={detail} />
			<Reviews detail={detail} />
			<Notes detail={detail} />
			<History detail={detail} />
		</aside>
	);
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
	return (
		<section>
			<h2>{title}</h2>
			{children}
		</section>
	);
}

function Why({ detail: { conversation } }: { detail: Detail }) {
	const { handoff, state } = conversation;
	// What was captured off hours waits for a person while the bot goes on.
	if (!handoff || (state === 'bot' && !isCaptured(conversation))) return null;
	return (
		<Section title={t('side.why')}>
			<p>{handoff.reason}</p>
			{handoff.score > 0 && <p class="quiet">{t('side.score', { score: handoff.score })}</p>}
			<ul class="signals">
				{handoff.signals
					.filter(({ points }) => points !== 0)
					.map(({ signal, label, evidence, points }) => (
						<li key={signal}>
							{label} <span class="quiet">{t('side.points', { points })}</span>
							{evidence && <blockquote dir="auto">{plain(evidence, 300)}</blockquote>}
						</li>
					))}
			</ul>
		</Section>
	);
}

function Brief({ detail: { brief }, mine }: { detail: Detail; mine: boolean }) {
	if (!brief) return null;
	const intent = brief.intent && intentOf(brief.intent);
	const facts = (['product', 'budget', 'timeline', 'urgency'] as const).flatMap((key) =>
		brief[key] ? [[t(`side.${key}`), brief[key].value] as const] : [],
	);
	return (
		<>
			<Section title={t('side.brief')}>
				<p>{plain(brief.headline, 400)}</p>
				{brief.sentiment && (
					<p class="quiet">
						{t('side.mood')}: {brief.sentiment.summary}
					</p>
				)}
				{intent && (
					<p class="quiet">
						{t('side.intent')}: {plain(intent, 200)}
					</p>
				)}
				{brief.escalation?.leadClass && (
					<p class="quiet">
						{t('side.lead')}: {brief.escalation.leadClass}
					</p>
				)}
			</Section>
			{brief.need && (
				<Section title={t('side.need')}>
					<blockquote dir="auto">{plain(brief.need.value, 600)}</blockquote>
				</Section>
			)}
			{brief.unansweredQuestion && (
				<Section title={t('side.question')}>
					<blockquote dir="auto">{plain(brief.unansweredQuestion.value, 600)}</blockquote>
				</Section>
			)}
			{facts.length > 0 && (
				<Section title={t('side.facts')}>
					<Pairs pairs={facts} />
				</Section>
			)}
			{brief.references.length > 0 && (
				<Section title={t('side.references')}>
					<Pairs
						pairs={brief.references.map(
							({ kind, value }) => [told('reference', kind), value] as const,
						)}
					/>
				</Section>
			)}
			{brief.botTried.length > 0 && (
				<Section title={t('side.tried')}>
					<ul>
						{brief.botTried.map(({ value }, index) => (
							<li key={index}>{plain(value, 300)}</li>
						))}
					</ul>
				</Section>
			)}
			{brief.suggestedReply && (
				<Section title={t('side.suggested')}>
					<p class="suggested" dir="auto">
						{brief.suggestedReply}
					</p>
					{mine && (
						<button type="button" onClick={() => inbox.write(brief.suggestedReply)}>
							{t('side.use')}
						</button>
					)}
				</Section>
			)}
		</>
	);
}

/** "track_order, 92 %" */
function intentOf({ name, confidence }: { name: string; confidence?: number }): string {
	return confidence === undefined
		? words(name)
		: `${words(name)}, ${Math.round(confidence * 100)} %`;
}

/** What was promised, and how it stands. */
function Promises({ clocks }: { clocks: SlaClock[] }) {
	const shown = clocks.filter(({ status }) => status !== 'cancelled').slice(-6);
	if (shown.length === 0) return null;
	return (
		<Section title={t('side.promises')}>
			<ul>
				{shown.map((clock) => (
					<li key={clock.id} class="promise">
						<span>{told('kind', clock.kind)}</span>
						<Standing clock={clock} />
					</li>
				))}
			</ul>
		</Section>
	);
}

function Standing({ clock: { status, settledAt, dueAt } }: { clock: SlaClock }) {
	if (status === 'running' || (status === 'breached' && !settledAt)) {
		return <Countdown dueAt={dueAt} />;
	}
	const word = status === 'paused' ? 'paused' : status === 'met' ? 'met' : 'breached';
	return <span class={`clock ${word}`}>{t(`clock.${word}`)}</span>;
}

/** The customer in the CRM, as the workflow has noted it. */
function Crm({ detail: { brief, conversation } }: { detail: Detail }) {
	const deals = brief?.openDeals ?? [];
	const orders = brief?.openOrders ?? [];
	const records = conversation.crm?.records ?? [];
	if (deals.length + orders.length + records.length === 0) return null;
	const known = new Set(records.map(({ url }) => url));
	return (
		<Section title={t('side.crm')}>
			<ul>
				{records.map(({ kind, name, url, stage }) => (
					<li key={`${kind} ${url}`}>
						{told('side', kind)}: <Link href={url}>{plain(name, 100)}</Link>
						{stage && <span class="quiet"> {plain(stage, 60)}</span>}
					</li>
				))}
				{deals
					.filter(({ url }) => !url || !known.has(url))
					.map(({ name, stage, amount, url }) => (
						<li key={`${name} ${url}`}>
							{t('side.deal')}: <Link href={url}>{plain(name, 100)}</Link>
							<span class="quiet"> {[stage, amount].filter(Boolean).join(', ')}</span>
						</li>
					))}
				{orders.map(({ reference, status }) => (
					<li key={reference}>
						{t('side.orders')}: {plain(reference, 60)} <span class="quiet">{status}</span>
					</li>
				))}
			</ul>
		</Section>
	);
}

function Customer({ detail: { conversation } }: { detail: Detail }) {
	const { customer } = conversation;
	const consent = customer.consent?.status;
	const pairs = (
		[
			['side.name', customer.name],
			['side.phone', customer.phone],
			['side.username', customer.username],
			['side.email', customer.email],
			['side.company', customer.company],
			['side.language', customer.language],
			['side.segment', customer.segment],
			['side.accountManager', customer.accountManager],
			['side.consent', consent && consent !== 'unknown' ? t(`consent.${consent}`) : undefined],
		] as const
	).flatMap(([key, value]) => (value ? [[t(key), value] as const] : []));
	return (
		<Section title={t('side.customer')}>
			<Pairs
				pairs={[
					...pairs,
					...Object.entries(customer.fields ?? {}).map(
						([key, value]) => [key, String(value)] as const,
					),
				]}
			/>
			{customer.vip && <span class="chip vip">{t('list.vip')}</span>}
			{conversation.tags.map((tag) => (
				<span class="chip" key={tag}>
					{plain(tag, 40)}
				</span>
			))}
		</Section>
	);
}

function Collected({ detail: { conversation } }: { detail: Detail }) {
	const pairs = Object.entries(conversation.collected).map(
		([key, value]) => [words(key), String(value)] as const,
	);
	const { outcome } = conversation;
	return (
		<>
			{pairs.length > 0 && (
				<Section title={t('side.collected')}>
					<Pairs pairs={pairs} />
				</Section>
			)}
			{outcome && (
				<Section title={t('side.outcome')}>
					<p>
						{[outcome.disposition, outcome.resolution, outcome.nextAction]
							.filter(Boolean)
							.join('; ')}
					</p>
				</Section>
			)}
		</>
	);
}

/** Whether each handoff was right, for the weekly review; chosen here it is kept at once. */
function Reviews({ detail: { reviews } }: { detail: Detail }) {
	if (reviews.length === 0) return null;
	return (
		<Section title={t('side.reviews')}>
			{reviews.map(({ handoffId, at, reason, verdict }) => (
				<Field
					key={handoffId}
					label={at ? `${when(at)}, ${plain(reason ?? '', 80)}` : t('review.none')}
				>
					<select
						value={verdict ?? ''}
						onChange={(event) => void inbox.label(handoffId, event.currentTarget.value)}
					>
						{verdict === undefined && <option value="">{t('review.open')}</option>}
						{(at ? VERDICTS_ON_HANDOFF : VERDICTS_ON_NONE).map((one) => (
							<option key={one} value={one}>
								{t(`review.${one}`)}
							</option>
						))}
					</select>
				</Field>
			))}
		</Section>
	);
}

const VERDICTS_ON_HANDOFF = ['justified', 'wrongly_routed', 'unnecessary', 'missed'] as const;
const VERDICTS_ON_NONE = ['missed', 'unnecessary'] as const;

function Notes({ detail: { messages } }: { detail: Detail }) {
	const notes = messages.filter(({ internal }) => internal);
	if (notes.length === 0) return null;
	return (
		<Section title={t('side.notes')}>
			<ul>
				{notes.toReversed().map((note) => (
					<li key={note.id}>
						<p class="noteText" dir="auto">
							{plain(note.text, 600)}
						</p>
						<p class="quiet">
							{plain(note.authorName ?? told('speaker', note.author), 60)}, {when(note.sentAt)}
						</p>
					</li>
				))}
			</ul>
		</Section>
	);
}

function History({ detail: { audit } }: { detail: Detail }) {
	if (audit.length === 0) return null;
	return (
		<Section title={t('side.history')}>
			<ol class="history">
				{audit.toReversed().map((entry, index) => (
					<li key={audit.length - index}>
						<span class="quiet">{when(entry.at)}</span>{' '}
						{told('audit', entry.action).replace('{owner}', plain(entry.owner?.name ?? '', 60))}{' '}
						{t('audit.by', { name: actorOf(entry) })}
						{entry.reason && <span class="quiet">: {plain(entry.reason, 200)}</span>}
					</li>
				))}
			</ol>
		</Section>
	);
}

function actorOf({ actor }: AuditEntry): string {
	return plain(actor.name ?? '', 60) || t(`actor.${actor.kind}`);
}

/** "orderNumber" and "order_number" as words. */
function words(key: string): string {
	const spaced = key
		.replace(/([a-z\d])([A-Z])/gu, '$1 $2')
		.replaceAll('_', ' ')
		.toLowerCase();
	return plain(spaced.charAt(0).toUpperCase() + spaced.slice(1), 60);
}

function Pairs({ pairs }: { pairs: ReadonlyArray<readonly [string, string]> }) {
	if (pairs.length === 0) return null;
	return (
		<dl class="pairs">
			{pairs.map(([name, value], index) => (
				<div key={index}>
					<dt>{plain(name, 60)}</dt>
					<dd dir="auto">
						<Link href={value}>{plain(value, 300)}</Link>
					</dd>
				</div>
			))}
		</dl>
	);
}
