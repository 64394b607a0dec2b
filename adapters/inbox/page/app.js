'use strict';
/* The agents' page. Everything that comes from a customer is put in as text, never as markup. */

const $ = (id) => document.getElementById(id);
const state = {
	view: 'waiting',
	search: '',
	me: null,
	list: [],
	open: null,
	detail: null,
	version: '',
};

const VIEWS = [
	['waiting', 'Waiting'],
	['mine', 'Mine'],
	['people', 'All with people'],
	['bot', 'With the bot'],
	['closed', 'Closed'],
];

/** Builds an element; strings become text nodes. */
function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
		else if (value === true) element.setAttribute(name, '');
		else if (value !== false && value !== undefined) element.setAttribute(name, value);
	}
	element.append(
		...children.filter((child) => child !== undefined && child !== null && child !== false),
	);
	return element;
}

async function ask(parameters) {
	const response = await fetch(`?${new URLSearchParams(parameters)}`, {
		headers: { accept: 'application/json' },
	});
	if (response.status === 401) return signedOut();
	if (!response.ok) throw new Error((await response.json()).message);
	return response.json();
}

async function act(action, fields = {}) {
	const response = await fetch(location.pathname, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-handoff-inbox': '1' },
		body: JSON.stringify({ action, conversationId: state.open, ...fields }),
	});
	if (response.status === 401) return signedOut();
	const answer = await response.json();
	if (!response.ok) {
		notice(`${answer.message} ${answer.advice ?? ''}`);
		await refresh();
		return false;
	}
	await refresh();
	return true;
}

function signedOut() {
	notice('You are signed out. Open the link from your latest notification to sign in again.');
	throw new Error('signed out');
}

let noticeTimer;
function notice(text) {
	$('notice').replaceChildren(el('p', {}, text));
	clearTimeout(noticeTimer);
	noticeTimer = setTimeout(() => $('notice').replaceChildren(), 8000);
}

const nameOf = (conversation) =>
	conversation.customer.name || conversation.customer.key || 'Customer';

function timeOf(iso) {
	const date = new Date(iso);
	const today = date.toDateString() === new Date().toDateString();
	return date.toLocaleString(
		[],
		today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
	);
}

/** "4:10 left", "late by 2:05": words beside the colour, so that nobody depends on colour alone. */
function clockText(dueAt) {
	const seconds = Math.round((Date.parse(dueAt) - Date.now()) / 1000);
	const total = Math.abs(seconds);
	const hours = Math.floor(total / 3600);
	const minutes = Math.floor((total % 3600) / 60);
	const rest = String(total % 60).padStart(2, '0');
	const told = hours > 0 ? `${hours} h ${minutes} min` : `${minutes}:${rest}`;
	return seconds < 0 ? `late by ${told}` : `${told} left`;
}

function clockElement(dueAt) {
	return el('span', { class: 'clock', 'data-due': dueAt });
}

function tick() {
	for (const element of document.querySelectorAll('[data-due]')) {
		const left = Date.parse(element.dataset.due) - Date.now();
		element.textContent = clockText(element.dataset.due);
		element.classList.toggle('late', left < 0);
		element.classList.toggle('soon', left >= 0 && left < 60_000);
	}
}

function ownerText(conversation) {
	if (conversation.state === 'bot') return 'with the bot';
	if (conversation.state === 'closed') return 'closed';
	return conversation.owner.kind === 'agent'
		? `with ${conversation.owner.name}`
		: `waiting in ${conversation.owner.name}`;
}

function drawTabs(counts) {
	$('tabs').replaceChildren(
		...VIEWS.map(([view, label]) =>
			el(
				'button',
				{
					role: 'tab',
					'aria-selected': String(view === state.view),
					onclick: () => {
						state.view = view;
						refresh();
					},
				},
				counts[view] === undefined ? label : `${label} ${counts[view]}`,
			),
		),
	);
}

function drawList() {
	$('conversations').replaceChildren(
		...state.list.map((conversation) =>
			el(
				'li',
				{},
				el(
					'button',
					{
						'aria-current': String(conversation.id === state.open),
						onclick: () => openConversation(conversation.id),
					},
					el(
						'span',
						{ class: 'line' },
						el('strong', {}, nameOf(conversation)),
						conversation.dueAt
							? clockElement(conversation.dueAt)
							: el('span', { class: 'quiet' }, timeOf(conversation.lastMessageAt)),
					),
					el('span', { class: 'quiet' }, conversation.reason || ownerText(conversation)),
					el('br'),
					el(
						'span',
						{ class: 'quiet' },
						[
							conversation.priority !== 'normal' && `${conversation.priority} priority`,
							ownerText(conversation),
						]
							.filter(Boolean)
							.join(', '),
					),
				),
			),
		),
	);
	$('empty').hidden = state.list.length > 0;
	$('empty').textContent = state.search
		? 'Nobody by that name or number here.'
		: ({
				waiting: 'Nobody is waiting.',
				mine: 'You have no conversations. Claim one that is waiting.',
			}[state.view] ?? 'No conversations here.');
}

function mediaText(message) {
	const what = {
		image: 'Image',
		audio: 'Voice message',
		video: 'Video',
		document: 'Document',
		sticker: 'Sticker',
		location: 'Location',
		contacts: 'Contact',
		order: 'Order',
		reaction: 'Reaction',
		unsupported: 'Message that WhatsApp does not pass on',
		revoke: 'Message deleted by the customer',
	}[message.type];
	if (!what) return '';
	const detail =
		message.media?.fileName ||
		(message.location &&
			[
				message.location.name,
				message.location.address,
				`${message.location.latitude}, ${message.location.longitude}`,
			]
				.filter(Boolean)
				.join(', ')) ||
		message.contacts?.map((contact) => [contact.name, ...contact.phones].join(' ')).join('; ') ||
		message.order?.items.map((item) => `${item.quantity} × ${item.productId}`).join(', ') ||
		message.reaction?.emoji ||
		'';
	return `[${[what, detail].filter(Boolean).join(': ')}]`;
}

function drawMessages(messages) {
	const box = $('messages');
	const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
	const speakers = {
		customer: nameOf(state.detail.conversation),
		bot: 'Bot',
		system: 'System',
		agent: 'Agent',
	};
	box.replaceChildren(
		...messages.map((message) =>
			el(
				'li',
				{
					class: ['message', message.direction, message.author, message.internal && 'note']
						.filter(Boolean)
						.join(' '),
				},
				el(
					'div',
					{ class: 'body' },
					[mediaText(message), message.text].filter(Boolean).join('\n') || `[${message.type}]`,
				),
				el(
					'div',
					{ class: 'meta' },
					[
						message.internal ? 'Internal note' : message.authorName || speakers[message.author],
						timeOf(message.sentAt),
						message.direction === 'out' && !message.internal && message.status,
					]
						.filter(Boolean)
						.join(' · '),
				),
			),
		),
	);
	if (atEnd || state.justOpened) box.scrollTop = box.scrollHeight;
	state.justOpened = false;
}

function drawActions(conversation) {
	const mine = conversation.owner?.kind === 'agent' && conversation.owner.id === state.me.id;
	const buttons = [];
	if (conversation.state === 'human') {
		if (!mine && (conversation.owner.kind === 'queue' || state.me.role === 'supervisor'))
			buttons.push(['Claim', claim, true]);
		if (mine) buttons.push(['Release', () => act('release')]);
		if (mine || state.me.role === 'supervisor')
			buttons.push(['Return to bot', returnToBot], ['Resolve', resolve]);
	}
	if (conversation.state === 'bot') buttons.push(['Take over', () => act('takeOver'), true]);
	$('actions').replaceChildren(
		...buttons.map(([label, onclick, primary]) =>
			el('button', { onclick, class: primary ? 'primary' : '' }, label),
		),
	);
	$('composer').hidden = !mine;
}

function section(title, ...content) {
	const filled = content.flat().filter(Boolean);
	return filled.length > 0 ? [el('h3', {}, title), ...filled] : [];
}

function drawSide({ conversation, brief, clocks, audit }) {
	const line = (text) => text && el('p', {}, text);
	const list = (items) =>
		items.length > 0 && el('ul', {}, ...items.map((item) => el('li', {}, item)));
	const running = clocks.filter(({ status }) => status === 'running' || status === 'breached');
	const { customer, handoff } = conversation;
	$('side').replaceChildren(
		...section(
			'Why it came',
			line(handoff?.reason),
			list(
				(handoff?.signals ?? []).map(
					(signal) => `${signal.label}: ${signal.evidence ?? ''} (${signal.points} points)`,
				),
			),
		),
		...section('What the customer wants', brief?.need && el('blockquote', {}, brief.need.value)),
		...section(
			'Still unanswered',
			brief?.unansweredQuestion && el('blockquote', {}, brief.unansweredQuestion.value),
		),
		...section(
			'References',
			list((brief?.references ?? []).map(({ label, value }) => `${label}: ${value}`)),
		),
		...section('What the bot tried', list((brief?.botTried ?? []).map(({ value }) => value))),
		...section(
			'Promises',
			running.map((clock) => el('p', {}, `${clock.policy}: `, clockElement(clock.dueAt))),
		),
		...section(
			'Customer',
			line(customer.name),
			line(customer.phone),
			line(customer.email),
			line(customer.vip && 'VIP'),
			list(Object.entries(conversation.collected).map(([key, value]) => `${key}: ${value}`)),
		),
		...section(
			'History',
			list(
				audit
					.slice(-12)
					.reverse()
					.map(
						(entry) =>
							`${timeOf(entry.at)} ${entry.action.replaceAll('_', ' ')}${entry.actor.name ? ` by ${entry.actor.name}` : ''}${entry.reason ? `: ${entry.reason}` : ''}`,
					),
			),
		),
	);
	$('suggest').hidden = !brief?.suggestedReply;
}

async function openConversation(id) {
	if (state.open !== id) $('text').value = '';
	state.open = id;
	state.justOpened = true;
	history.replaceState(null, '', `#/c/${id}`);
	await refresh();
}

async function refresh() {
	const data = await ask({ data: 'list', view: state.view, search: state.search });
	state.me = data.me;
	state.list = data.conversations;
	$('me').textContent = data.me.name;
	drawTabs(data.counts);
	drawList();
	if (state.open) {
		state.detail = await ask({ data: 'conversation', id: state.open });
		const { conversation, messages } = state.detail;
		$('nothing').hidden = true;
		$('thread').hidden = $('side').hidden = false;
		$('customer').textContent = nameOf(conversation);
		$('state').textContent =
			`${conversation.customer.phone ?? conversation.customer.key}, ${ownerText(conversation)}`;
		drawActions(conversation);
		drawMessages(messages);
		drawSide(state.detail);
	}
	tick();
}

const claim = () => act('claim');
const returnToBot = () => act('returnToBot');
function resolve() {
	const disposition = prompt('How did it end?', 'solved');
	return disposition === null ? undefined : act('resolve', { disposition });
}

$('composer').addEventListener('submit', async (event) => {
	event.preventDefault();
	const text = $('text').value.trim();
	if (!text) return;
	const internal = $('internal').checked;
	if (await act(internal ? 'note' : 'reply', { text, key: crypto.randomUUID() })) {
		$('text').value = '';
		$('internal').checked = false;
		if (!internal) notice('Reply handed to the workflow.');
	}
});
$('text').addEventListener('keydown', (event) => {
	if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('composer').requestSubmit();
});
$('suggest').addEventListener('click', () => {
	$('text').value = state.detail.brief.suggestedReply;
	$('text').focus();
});
let searchTimer;
$('search').addEventListener('input', () => {
	clearTimeout(searchTimer);
	searchTimer = setTimeout(() => {
		state.search = $('search').value.trim();
		refresh();
	}, 200);
});
document.addEventListener('keydown', (event) => {
	if (event.target.matches('input, textarea') || event.ctrlKey || event.metaKey || event.altKey)
		return;
	const index = state.list.findIndex(({ id }) => id === state.open);
	const go = (to) => state.list[to] && openConversation(state.list[to].id);
	const press = (label) =>
		[...$('actions').children].find((button) => button.textContent === label)?.click();
	const keys = {
		j: () => go(index + 1),
		k: () => go(index - 1),
		c: () => press('Claim'),
		e: () => press('Resolve'),
		b: () => press('Return to bot'),
		r: () => $('text').focus(),
		'/': () => $('search').focus(),
		'?': () => $('keys').showModal(),
	};
	const run = keys[event.key.toLowerCase()];
	if (!run) return;
	event.preventDefault();
	run();
});

/** Asks the server to answer as soon as anything changes, again and again; after a lost connection it looks at once. */
async function follow() {
	for (;;) {
		try {
			const { version } = await ask({ data: 'changes', since: state.version });
			$('connection').textContent = '';
			if (version !== state.version) {
				state.version = version;
				await refresh();
			}
		} catch (error) {
			if (error.message === 'signed out') return;
			$('connection').textContent = 'Not connected, trying again';
			await new Promise((resume) => setTimeout(resume, 2000));
			state.version = '';
		}
	}
}

const wanted = /^#\/c\/(.+)$/.exec(location.hash)?.[1];
(wanted ? openConversation(wanted) : refresh()).then(follow, (error) => notice(error.message));
setInterval(tick, 1000);
