import type { Owner } from '../conversation/conversation';
import { VERDICTS } from '../metrics/labels';
import type { InboxAction, ReplyTemplate } from './actions';
import { INBOX_ACTIONS } from './actions';

/** More than any template has. */
const MOST_PARAMETERS = 30;

/**
 * The action that a request's body asks for; undefined if it is none. Whatever has the wrong type is as good as absent, and only
 * known fields are read: the body comes from a browser and may be anything.
 */
export function readAction(body: unknown): InboxAction | undefined {
	if (typeof body !== 'object' || body === null) return undefined;
	const fields = body as Record<string, unknown>;
	const text = (key: string) => (typeof fields[key] === 'string' ? fields[key] : '');
	const action = INBOX_ACTIONS.find((name) => name === fields.action);
	const conversationId = text('conversationId');
	if (!action || !conversationId) return undefined;
	const to = ownerOf(fields.to);
	const template = templateOf(fields.template);
	const verdict = VERDICTS.find((one) => one === fields.verdict);
	const optional = (key: 'resolution' | 'nextAction' | 'until' | 'handoffId') =>
		text(key) ? { [key]: text(key) } : {};
	return {
		action,
		conversationId,
		text: text('text'),
		key: text('key'),
		disposition: text('disposition'),
		...optional('resolution'),
		...optional('nextAction'),
		...optional('until'),
		...optional('handoffId'),
		...(verdict ? { verdict } : {}),
		...(fields.anyway === true ? { anyway: true } : {}),
		...(to ? { to } : {}),
		...(template ? { template } : {}),
		...(Array.isArray(fields.tags) ? { tags: fields.tags.filter(isText) } : {}),
		...(Array.isArray(fields.known) ? { known: fields.known.filter(isText) } : {}),
	};
}

function ownerOf(value: unknown): Owner | undefined {
	const { kind, id, name } = (value ?? {}) as Record<string, unknown>;
	if (!isText(name)) return undefined;
	if (kind === 'queue') return { kind, name };
	return kind === 'agent' && isText(id) ? { kind, id, name } : undefined;
}

function templateOf(value: unknown): ReplyTemplate | undefined {
	const { name, language, bodyParameters } = (value ?? {}) as Record<string, unknown>;
	if (!isText(name) || name === '') return undefined;
	return {
		name,
		language: isText(language) && language ? language : 'en_US',
		bodyParameters: Array.isArray(bodyParameters)
			? bodyParameters.filter(isText).slice(0, MOST_PARAMETERS)
			: [],
	};
}

function isText(value: unknown): value is string {
	return typeof value === 'string';
}
