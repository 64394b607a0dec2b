import type { INode } from 'n8n-workflow';

import { recentCredentials } from '../../../nodes/shared/recentCredentials';

const TYPE = 'whatsAppHandoffApi';
const NOW = Date.parse('2026-11-20T09:00:00Z');

const contextOf = (read: jest.Mock, id: string | undefined, workflow = 'w1') => ({
	getNode: () =>
		({ credentials: id ? { [TYPE]: { id, name: 'WhatsApp' } } : {} }) as unknown as INode,
	getWorkflow: () => ({ id: workflow }),
	getCredentials: read as <T extends object>(type: string) => Promise<T>,
});

describe('a credential that is read with every delivery', () => {
	beforeEach(() => jest.useFakeTimers({ now: NOW }));
	afterEach(() => jest.useRealTimers());

	it('is read from n8n once in five seconds, also when many deliveries come at once', async () => {
		const read = jest.fn().mockResolvedValue({ appSecret: 'a' });
		const context = contextOf(read, 'c-once');
		const all = await Promise.all([1, 2, 3].map(() => recentCredentials(context, TYPE)));
		expect(all).toEqual([{ appSecret: 'a' }, { appSecret: 'a' }, { appSecret: 'a' }]);
		expect(read).toHaveBeenCalledTimes(1);
	});

	it('that staff have changed is seen five seconds later', async () => {
		const read = jest
			.fn()
			.mockResolvedValueOnce({ appSecret: 'old' })
			.mockResolvedValue({ appSecret: 'new' });
		const context = contextOf(read, 'c-changed');
		expect(await recentCredentials(context, TYPE)).toEqual({ appSecret: 'old' });
		jest.setSystemTime(NOW + 5_000);
		expect(await recentCredentials(context, TYPE)).toEqual({ appSecret: 'new' });
	});

	it('is never that of another credential, or of another workflow', async () => {
		const read = jest
			.fn()
			.mockResolvedValueOnce({ appSecret: 'a' })
			.mockResolvedValueOnce({ appSecret: 'b' })
			.mockResolvedValueOnce({ appSecret: 'c' });
		await recentCredentials(contextOf(read, 'c-1'), TYPE);
		expect(await recentCredentials(contextOf(read, 'c-2'), TYPE)).toEqual({ appSecret: 'b' });
		expect(await recentCredentials(contextOf(read, 'c-1', 'w2'), TYPE)).toEqual({ appSecret: 'c' });
	});

	it('that could not be read is asked for again', async () => {
		const read = jest
			.fn()
			.mockRejectedValueOnce(new Error('no such credential'))
			.mockResolvedValue({ appSecret: 'a' });
		const context = contextOf(read, 'c-failed');
		await expect(recentCredentials(context, TYPE)).rejects.toThrow('no such credential');
		expect(await recentCredentials(context, TYPE)).toEqual({ appSecret: 'a' });
	});

	it('is read each time where n8n gives it no id', async () => {
		const read = jest.fn().mockResolvedValue({ appSecret: 'a' });
		const context = contextOf(read, undefined);
		await recentCredentials(context, TYPE);
		await recentCredentials(context, TYPE);
		expect(read).toHaveBeenCalledTimes(2);
	});
});
