import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { ahead, day, plain } from '../format';
import { plural, t } from '../i18n';
import { PENDING_MS, inbox } from '../inbox';
import type { State } from '../inbox';
import { arrange } from '../thread';
import type { Detail } from '../types';
import { Actions } from './Actions';
import { Composer } from './Composer';
import { Message } from './Message';
import { capturedUntil, nameOf, ownerText } from './common';

/** Closer to the end than this, the reader follows along as messages come in. */
const NEAR_END = 60;

export function Thread({ state }: { state: State }) {
	const { detail, openId, start } = state;
	if (!openId) {
		return (
			<section class="thread empty" aria-label={t('thread.label')}>
				<p>{t('thread.none')}</p>
			</section>
		);
	}
	if (!detail || detail.conversation.id !== openId) {
		return (
			<section class="thread empty" aria-label={t('thread.label')}>
				<p>{t('loading')}</p>
			</section>
		);
	}
	const { conversation } = detail;
	const { customer } = conversation;
	const captured = capturedUntil(conversation);
	return (
		<section class="thread" aria-label={t('thread.label')} id="thread">
			<header class="who">
				<button type="button" class="back" onClick={() => inbox.close()}>
					{t('thread.back')}
				</button>
				<div class="name">
					<h2 id="customer">{nameOf(customer)}</h2>
					<p id="state">
						{[
							customer.phone ?? customer.key,
							ownerText(conversation, start?.me.id),
							...(captured ? [t('thread.captured', { time: ahead(captured) })] : []),
						].join(', ')}
					</p>
				</div>
				<Actions state={state} detail={detail} />
			</header>
			<Messages key={openId} state={state} detail={detail} />
			<Others state={state} />
			<Composer key={`composer-${openId}`} state={state} detail={detail} />
		</section>
	);
}

function Messages({ state, detail }: { state: State; detail: Detail }) {
	const box = useRef<HTMLDivElement>(null);
	/** Where the reader was before the list changed. */
	const before = useRef({ first: '', height: 0, atEnd: true });
	const { messages, more, conversation } = detail;
	const pending = state.pending.filter(({ conversationId }) => conversationId === conversation.id);
	const first = messages[0]?.id ?? '';
	const last = messages.at(-1)?.id ?? '';

	useLayoutEffect(() => {
		const element = box.current!;
		const { first: was, height, atEnd } = before.current;
		if (was !== '' && first !== was) element.scrollTop += element.scrollHeight - height;
		else if (atEnd) element.scrollTop = element.scrollHeight;
		before.current = { ...before.current, first, height: element.scrollHeight };
	}, [first, last, messages.length, pending.length]);

	const noteScroll = () => {
		const { scrollHeight, scrollTop, clientHeight } = box.current!;
		before.current = {
			first,
			height: scrollHeight,
			atEnd: scrollHeight - scrollTop - clientHeight < NEAR_END,
		};
	};
	// Pictures come in after the text and push the end away from a reader who is there.
	const noteLoad = () => {
		const element = box.current!;
		if (before.current.atEnd) element.scrollTop = element.scrollHeight;
	};
	useEffect(() => {
		const element = box.current!;
		element.addEventListener('load', noteLoad, true);
		return () => element.removeEventListener('load', noteLoad, true);
	}, []);

	return (
		<div
			class="messages"
			id="messages"
			ref={box}
			onScroll={noteScroll}
			tabIndex={0}
			role="region"
			aria-label={t('thread.messages')}
		>
			{more && (
				<button type="button" class="older" onClick={() => void inbox.older()}>
					{t('thread.older')}
				</button>
			)}
			<ol aria-live="polite" aria-relevant="additions">
				{arrange(messages).flatMap((shown) => [
					...(shown.startsDay
						? [
								<li class="day" key={`day-${shown.message.id}`}>
									{day(shown.message.sentAt)}
								</li>,
							]
						: []),
					<Message
						key={shown.message.id}
						shown={shown}
						conversationId={conversation.id}
						customer={nameOf(conversation.customer)}
						myId={state.start?.me.id}
					/>,
				])}
				{pending.map((one) => (
					<li class="message out agent pending" key={one.key}>
						<div class="body">
							{one.fileName && <p class="aside">{plain(one.fileName)}</p>}
							<p class="words" dir="auto">
								{one.text}
							</p>
						</div>
						{Date.now() - one.at < PENDING_MS ? (
							<p class="meta">{t('pending.waiting')}</p>
						) : (
							<div class="meta">
								<p class="error">{t('pending.nothing')}</p>
								<button
									type="button"
									onClick={() => {
										inbox.write(one.text);
										inbox.dropPending(one.key);
									}}
								>
									{t('pending.again')}
								</button>{' '}
								<button type="button" onClick={() => inbox.dropPending(one.key)}>
									{t('pending.drop')}
								</button>
							</div>
						)}
					</li>
				))}
			</ol>
		</div>
	);
}

/** Who else is in this conversation, so that two do not answer at once. */
function Others({ state: { present, openId, start } }: { state: State }) {
	const here = present.filter(
		({ conversationId, agentId }) => conversationId === openId && agentId !== start?.me.id,
	);
	const typing = here.filter((one) => one.typing);
	const named = typing.length > 0 ? typing : here;
	const names = new Intl.ListFormat(document.documentElement.lang).format(
		named.map(({ name }) => plain(name, 60)),
	);
	return (
		<p class={`others ${typing.length > 0 ? 'typing' : ''}`} role="status">
			{named.length > 0 &&
				plural(typing.length > 0 ? 'presence.typing' : 'presence.looking', named.length, { names })}
		</p>
	);
}
