import { Handover, RunFailed } from '../../../adapters/clock/handover';

describe('an alert that is given to a workflow', () => {
	const run = (status: string) => Promise.resolve({ status });

	it.each(['success', 'waiting'])('is handed on when its run ends with %s', async (status) => {
		await expect(new Handover().handOn('a', run(status))).resolves.toBeUndefined();
	});

	it('comes again when its run has failed, and is left to the next mark after the third', async () => {
		const handover = new Handover();
		await expect(handover.handOn('a', run('error'))).rejects.toBeInstanceOf(RunFailed);
		await expect(handover.handOn('b', run('error'))).rejects.toBeInstanceOf(RunFailed);
		await expect(handover.handOn('a', run('crashed'))).rejects.toBeInstanceOf(RunFailed);
		await expect(handover.handOn('a', run('canceled'))).resolves.toBeUndefined();
	});

	it('has all its tries again after a run that went well', async () => {
		const handover = new Handover();
		for (let round = 0; round < 2; round++) {
			await expect(handover.handOn('a', run('error'))).rejects.toBeInstanceOf(RunFailed);
			await expect(handover.handOn('a', run('error'))).rejects.toBeInstanceOf(RunFailed);
			await handover.handOn('a', run('success'));
		}
	});

	it('is not handed on where n8n could not begin the run', async () => {
		const refused = Promise.reject(new Error('The database is locked'));
		await expect(new Handover().handOn('a', refused)).rejects.toThrow('The database is locked');
	});
});
