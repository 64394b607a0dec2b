import type { Answer, Exchange } from './http';
import { serve } from './http';

/** What n8n's chat model nodes send for one answer (OpenAI's chat completions). */
export interface ChatRequest {
	messages: Array<{ role: string; content: unknown }>;
	/** Names of the functions that the model may call. */
	tools: string[];
}

/** What the model says: text, or a call of one of the functions that it was offered. */
export type ChatReply = { text: string } | { call: string; arguments: object };

export interface ChatModelStandIn {
	/** Base URL for the credential "OpenAI". */
	url: string;
	/** Every request so far, oldest first. */
	requests: ChatRequest[];
	close(): Promise<void>;
}

/**
 * A chat model that says what `reply` tells it: answers OpenAI's chat completions, streamed or whole, so that n8n's own model
 * nodes can be run without an account. It knows nothing by itself.
 */
export async function startChatModel(
	reply: (request: ChatRequest) => ChatReply,
): Promise<ChatModelStandIn> {
	const requests: ChatRequest[] = [];
	let number = 0;

	const answer = ({ body, response }: Exchange): Answer => {
		const given = body as {
			model?: string;
			stream?: boolean;
			messages?: ChatRequest['messages'];
			tools?: Array<{ function?: { name?: string } }>;
		};
		const request: ChatRequest = {
			messages: given.messages ?? [],
			tools: (given.tools ?? []).map((tool) => tool.function?.name ?? ''),
		};
		requests.push(request);
		const said = reply(request);
		const common = {
			id: `chatcmpl-${(number += 1)}`,
			created: Math.floor(Date.now() / 1000),
			model: given.model ?? 'stand-in',
		};
		const message =
			'text' in said
				? { role: 'assistant', content: said.text }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [
							{
								index: 0,
								id: `call_${number}`,
								type: 'function',
								function: { name: said.call, arguments: JSON.stringify(said.arguments) },
							},
						],
					};
		const finish = 'text' in said ? 'stop' : 'tool_calls';
		if (!given.stream) {
			return {
				status: 200,
				body: {
					...common,
					object: 'chat.completion',
					choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				},
			};
		}
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		for (const [delta, reason] of [
			[message, null],
			[{}, finish],
		] as const) {
			const chunk = {
				...common,
				object: 'chat.completion.chunk',
				choices: [{ index: 0, delta, finish_reason: reason }],
			};
			response.write(`data: ${JSON.stringify(chunk)}\n\n`);
		}
		response.end('data: [DONE]\n\n');
		return undefined;
	};

	const server = await serve([
		{ method: 'POST', path: '/v1/chat/completions', handle: answer },
		{
			method: 'GET',
			path: '/v1/models',
			handle: () => ({
				status: 200,
				body: { object: 'list', data: [{ id: 'stand-in', object: 'model' }] },
			}),
		},
	]);
	return { url: `${server.url}/v1`, requests, close: server.close };
}
