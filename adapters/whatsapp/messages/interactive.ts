import type { InteractiveReply } from '../../../core/conversation/message';
import type { Fields } from '../fields';
import { asFields, asFilledText, asNumber, asText, asTime, defined, safeCopy } from '../fields';
import type { Content, ContentReader } from './reader';

/** What the customer tapped or filled in: reply button, list row, flow, permission to be called. */
export const interactive: ContentReader = (message) => {
	const body = asFields(message.interactive);
	const kind = asFilledText(body?.type);
	if (!body || !kind) return undefined;
	return REPLIES[kind]?.(asFields(body[kind]) ?? {}) ?? unknownReply(body, kind);
};

/** A quick-reply button of a template; `payload` is what the template gave it. */
export const button: ContentReader = (message) => {
	const body = asFields(message.button);
	if (!body) return undefined;
	return reply({
		kind: 'template_button',
		id: asFilledText(body.payload),
		title: asText(body.text) ?? asText(body.payload),
	});
};

const REPLIES: Record<string, (body: Fields) => Content> = {
	button_reply: (body) =>
		reply({ kind: 'button', id: asFilledText(body.id), title: asText(body.title) }),

	list_reply: (body) =>
		reply({
			kind: 'list',
			id: asFilledText(body.id),
			title: asText(body.title),
			description: asFilledText(body.description),
		}),

	nfm_reply: (body) =>
		reply({
			kind: 'flow',
			id: asFilledText(body.name),
			title: asText(body.body),
			data: flowAnswers(body.response_json),
		}),

	call_permission_reply: (body) =>
		reply({
			kind: 'call_permission',
			id: asFilledText(body.response),
			data: defined({
				response: asFilledText(body.response),
				source: asFilledText(body.response_source),
				expiresAt: asNumber(body.expiration_timestamp)
					? asTime(body.expiration_timestamp)
					: undefined,
			}),
		}),
};

function reply(answer: InteractiveReply): Content {
	return {
		type: answer.kind === 'template_button' ? 'button' : 'interactive',
		text: answer.title ?? '',
		interactive: defined(answer),
	};
}

/** A kind of reply that Meta added later: its fields are kept as they are. */
function unknownReply(body: Fields, kind: string): Content {
	return reply({ kind: 'other', id: kind, data: safeCopy(body) as Record<string, unknown> });
}

/** A flow's answers come as JSON in a text. Text that is no JSON object is kept under `response`. */
function flowAnswers(json: unknown): Record<string, unknown> | undefined {
	const source = asText(json);
	if (source === undefined) return asFields(safeCopy(json));
	try {
		return asFields(safeCopy(JSON.parse(source))) ?? { response: source };
	} catch {
		return { response: source };
	}
}
