import { useState } from 'preact/hooks';

import { fileAddress } from '../api';
import { plain, timeOfDay } from '../format';
import { t, told } from '../i18n';
import type { Shown } from '../thread';
import type { ConversationMessage } from '../types';
import { Link } from './common';

/** Texts beyond this are shown in part until somebody wants all of it: a customer can send 64 KB. */
const SHOWN_AT_FIRST = 2_000;

export function Message({
	shown,
	conversationId,
	customer,
	myId,
}: {
	shown: Shown;
	conversationId: string;
	customer: string;
	myId: string | undefined;
}) {
	const { message, quoted, revoked, edited, reactions } = shown;
	const side = message.internal ? 'note' : message.direction;
	return (
		<li class={`message ${side} ${message.author}`} id={`m-${message.id}`}>
			<p class="speaker">{speakerOf(message, customer, myId)}</p>
			<div class="body">
				{message.quoted && <Quote message={message} quoted={quoted} customer={customer} />}
				{revoked ? (
					<p class="aside">{t('message.revoked')}</p>
				) : (
					<>
						<Content message={message} conversationId={conversationId} />
						<Words text={edited ?? message.text} message={message} />
						{edited !== undefined && (
							<p class="aside">{t('message.edited', { text: plain(message.text, 200) })}</p>
						)}
					</>
				)}
			</div>
			<p class="meta">
				{reactions.map(({ who, emoji }) => (
					<span
						class="reaction"
						key={who}
						role="img"
						aria-label={t(`message.reactionBy.${who}`, { emoji: plain(emoji, 8) })}
					>
						{plain(emoji, 8)}
					</span>
				))}
				<time dateTime={message.sentAt}>{timeOfDay(message.sentAt)}</time>
				<Ticks message={message} />
			</p>
			{message.errors?.map(({ code, title, details }) => (
				<p class="error" key={code}>
					{t('message.error', { reason: plain(details ?? title, 300) })}
				</p>
			))}
		</li>
	);
}

function speakerOf(message: ConversationMessage, customer: string, myId?: string): string {
	const { author, authorId, authorName, internal } = message;
	const who =
		author === 'customer'
			? customer
			: author === 'agent' && authorId !== undefined && authorId === myId
				? t('speaker.you')
				: plain(authorName ?? '', 60) || t(`speaker.${author}`);
	return internal ? `${t('message.note')} · ${who}` : who;
}

const TICKS: Partial<Record<NonNullable<ConversationMessage['status']>, string>> = {
	sent: '✓',
	delivered: '✓✓',
	read: '✓✓',
	played: '✓✓',
};

function Ticks({ message: { direction, internal, status } }: { message: ConversationMessage }) {
	if (direction !== 'out' || internal || !status) return null;
	return (
		<span class={`ticks ${status}`}>
			{TICKS[status] && <span aria-hidden="true">{TICKS[status]} </span>}
			{told('status', status)}
		</span>
	);
}

function Quote({
	message,
	quoted,
	customer,
}: {
	message: ConversationMessage;
	quoted?: ConversationMessage;
	customer: string;
}) {
	const { forwarded, forwardedManyTimes, id, product } = message.quoted!;
	return (
		<>
			{(forwarded || forwardedManyTimes) && <p class="aside">{t('message.forwarded')}</p>}
			{product && <p class="aside">{plain(product.productId ?? '', 80)}</p>}
			{id && (
				<blockquote>
					<span class="aside">
						{t('message.quoted')} {quoted ? speakerOf(quoted, customer) : t('message.quotedGone')}
					</span>
					{quoted && <p>{plain(wordsOf(quoted), 160)}</p>}
				</blockquote>
			)}
		</>
	);
}

/** What a message says in a line: its words, or what kind it is. */
function wordsOf(message: ConversationMessage): string {
	return message.text || message.media?.fileName || told('message', message.type);
}

function Words({ text, message }: { text: string; message: ConversationMessage }) {
	const [whole, showWhole] = useState(false);
	// These say themselves what they are about.
	if (!text || ['reaction', 'edit', 'revoke', 'contacts', 'order'].includes(message.type))
		return null;
	if (message.type === 'location' && text === message.location?.name) return null;
	const cut = text.length > SHOWN_AT_FIRST && !whole;
	return (
		<>
			<p class="words" dir="auto">
				{cut ? `${text.slice(0, SHOWN_AT_FIRST)}…` : text}
			</p>
			{cut && (
				<button type="button" class="link" onClick={() => showWhole(true)}>
					{t('message.whole', { count: text.length })}
				</button>
			)}
		</>
	);
}

function Content({
	message,
	conversationId,
}: {
	message: ConversationMessage;
	conversationId: string;
}) {
	switch (message.type) {
		case 'image':
		case 'sticker':
		case 'video':
		case 'audio':
		case 'document':
			return <File message={message} conversationId={conversationId} />;
		case 'location':
			return <Place message={message} />;
		case 'contacts':
			return (
				<ul class="cards">
					{(message.contacts ?? []).map((contact, index) => (
						<li key={index}>
							<span class="aside">{t('message.contact')}</span>
							<strong>{plain(contact.name, 100)}</strong>
							{[contact.company, ...contact.phones, ...contact.emails]
								.filter(Boolean)
								.map((line) => (
									<span key={line}>{plain(line!, 100)}</span>
								))}
						</li>
					))}
				</ul>
			);
		case 'interactive':
		case 'button':
			return <Choice message={message} />;
		case 'order':
			return (
				<ul class="cards">
					<li>
						<span class="aside">{t('message.order')}</span>
						{(message.order?.items ?? []).map((item, index) => (
							<span key={index}>
								{`${item.quantity} × ${plain(item.productId, 60)}`}
								{item.price !== undefined && `, ${item.price} ${item.currency ?? ''}`}
							</span>
						))}
						{message.order?.text && <span dir="auto">{plain(message.order.text, 1000)}</span>}
					</li>
				</ul>
			);
		case 'reaction':
			return (
				<p class="aside">
					{message.reaction?.emoji
						? t('message.reaction', { emoji: plain(message.reaction.emoji, 8) })
						: t('message.reactionGone')}
				</p>
			);
		case 'edit':
			return (
				<>
					<p class="aside">{t('message.edit')}</p>
					<p class="words" dir="auto">
						{message.target?.text ?? message.text}
					</p>
				</>
			);
		case 'revoke':
			return <p class="aside">{t('message.revoke')}</p>;
		case 'template':
			return <Template message={message} />;
		case 'call':
			return (
				<p class="aside">
					{t('message.call')} {message.call?.event} {message.call?.status}
				</p>
			);
		case 'system':
			return message.system?.newWaId ? <p class="aside">{t('message.numberChanged')}</p> : null;
		case 'unsupported':
		case 'unknown':
			return message.text ? null : <p class="aside">{t('message.unsupported')}</p>;
		default:
			return message.referral ? <Referral message={message} /> : null;
	}
}

function Template({ message: { template } }: { message: ConversationMessage }) {
	const name = plain(template?.name ?? '', 100);
	return (
		<>
			<p class="aside">
				{t('message.template')}
				{name && `: ${name}`}
			</p>
			{template?.insteadOf && (
				<p class="aside">
					{t('message.templateInstead', { text: plain(template.insteadOf, 300) })}
				</p>
			)}
		</>
	);
}

function Referral({ message: { referral } }: { message: ConversationMessage }) {
	const headline = plain(referral?.headline ?? referral?.sourceUrl ?? '', 160);
	return (
		<p class="aside">
			{t('message.referral')}
			{headline && ': '}
			<Link href={referral?.sourceUrl}>{headline}</Link>
		</p>
	);
}

function Place({ message: { location } }: { message: ConversationMessage }) {
	if (!location) return <p class="aside">{t('message.location')}</p>;
	const { latitude, longitude, name, address } = location;
	const point = `${latitude}/${longitude}`;
	return (
		<ul class="cards">
			<li>
				<span class="aside">{t('message.location')}</span>
				{name && <strong>{plain(name, 100)}</strong>}
				{address && <span>{plain(address, 200)}</span>}
				<Link
					href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${point}`}
				>
					{t('message.map')} ({latitude}, {longitude})
				</Link>
			</li>
		</ul>
	);
}

function Choice({ message: { interactive, text } }: { message: ConversationMessage }) {
	if (!interactive) return null;
	const answers = Object.entries(interactive.data ?? {}).filter(([key]) => key !== 'flow_token');
	return (
		<>
			<p class="aside">
				{interactive.kind === 'flow' ? t('message.flow') : t('message.chose')}
				{interactive.title && interactive.title !== text && ` ${plain(interactive.title, 100)}`}
			</p>
			{answers.length > 0 && (
				<dl class="pairs">
					{answers.map(([key, value]) => (
						<div key={key}>
							<dt>{plain(key.replaceAll('_', ' '), 60)}</dt>
							<dd>{plain(typeof value === 'string' ? value : JSON.stringify(value), 300)}</dd>
						</div>
					))}
				</dl>
			)}
		</>
	);
}

function File({
	message,
	conversationId,
}: {
	message: ConversationMessage;
	conversationId: string;
}) {
	const [gone, setGone] = useState(false);
	const { media, type, id } = message;
	const name = plain(media?.fileName ?? '', 100) || told('message', media?.voice ? 'voice' : type);
	if (!media?.id || gone) {
		return (
			<p class="aside">
				{name}
				{gone && `. ${t('message.noFile')}`}
			</p>
		);
	}
	const address = fileAddress(conversationId, id);
	const lost = () => setGone(true);
	switch (type) {
		case 'image':
		case 'sticker':
			return (
				<a href={address} target="_blank" rel="noreferrer noopener" class="picture">
					<img
						src={address}
						loading="lazy"
						class={type}
						alt={`${told('message', type)}. ${t('message.open')}`}
						onError={lost}
					/>
				</a>
			);
		case 'audio':
			return <audio controls preload="none" src={address} aria-label={name} onError={lost} />;
		case 'video':
			return <video controls preload="none" src={address} aria-label={name} onError={lost} />;
		default:
			return (
				<a href={address} download={name} class="file">
					{t('message.save', { name })}
				</a>
			);
	}
}
