import { isAxiosError } from 'axios';

import { axiosOver } from '../../../adapters/http/axios';
import type { HttpRequest, HttpResponse } from '../../../core/ports/http';

function client(answer: HttpResponse | Error, defaults?: Parameters<typeof axiosOver>[1]) {
	const requests: HttpRequest[] = [];
	const instance = axiosOver(async (request) => {
		requests.push(request);
		if (answer instanceof Error) throw answer;
		return answer;
	}, defaults);
	return { instance, requests };
}

const ok = (body: string, headers: Record<string, string> = {}): HttpResponse => ({
	status: 200,
	headers: { 'content-type': 'application/json', ...headers },
	body: Buffer.from(body),
});

describe('axios over the port', () => {
	it('sends method, address, query, headers and JSON', async () => {
		const { instance, requests } = client(ok('{}'), {
			baseURL: 'https://api.example/v2/',
			headers: { 'X-Own': '1' },
		});
		await instance.post(
			'/persons',
			{ name: 'Zoë' },
			{ params: { q: 'a b', page: 2 }, timeout: 5000 },
		);
		expect(requests).toEqual([
			{
				method: 'POST',
				url: 'https://api.example/v2/persons?q=a+b&page=2',
				headers: expect.objectContaining({
					'X-Own': '1',
					'Content-Type': 'application/json',
				}) as Record<string, string>,
				body: '{"name":"Zoë"}',
				timeoutMs: 5000,
			},
		]);
	});

	it('sends no body where there is none', async () => {
		const { instance, requests } = client(ok('[]'));
		await instance.get('https://api.example/persons');
		expect(requests[0]).not.toHaveProperty('body');
	});

	it('gives JSON parsed, text as text, and bytes where they are asked for', async () => {
		expect((await client(ok('{"a":[1]}')).instance.get('https://x.example')).data).toEqual({
			a: [1],
		});
		expect((await client(ok('plain')).instance.get('https://x.example')).data).toBe('plain');
		const bytes = await client(ok('é')).instance.get('https://x.example', {
			responseType: 'arraybuffer',
		});
		expect(bytes.data).toEqual(Buffer.from('é'));
	});

	it('keeps status and headers of the answer', async () => {
		const { instance } = client(ok('{}', { 'x-remaining': '7' }));
		const response = await instance.get('https://x.example');
		expect(response.status).toBe(200);
		expect(response.headers['x-remaining']).toBe('7');
	});

	it('rejects with the answer where the status says no', async () => {
		const { instance } = client({ ...ok('{"error":"no"}'), status: 409 });
		const error: unknown = await instance.get('https://x.example').catch((e: unknown) => e);
		expect(isAxiosError(error) && error.response).toMatchObject({
			status: 409,
			data: { error: 'no' },
		});
	});

	it('lets the caller say which statuses are fine', async () => {
		const { instance } = client({ ...ok('{}'), status: 404 });
		const response = await instance.get('https://x.example', {
			validateStatus: (status) => status < 500,
		});
		expect(response.status).toBe(404);
	});

	it('rejects without an answer, and with the network’s code, where none came', async () => {
		const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
		const { instance } = client(new Error('wrapped by n8n', { cause }));
		const error: unknown = await instance.get('https://x.example').catch((e: unknown) => e);
		expect(isAxiosError(error) && { code: error.code, response: error.response }).toEqual({
			code: 'ECONNRESET',
			response: undefined,
		});
	});
});
