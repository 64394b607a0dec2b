import { rmSync } from 'node:fs';

import type { Environment } from './environment';
import { ENVIRONMENT_VARIABLE } from './environment';

export default async function stop(): Promise<void> {
	await globalThis.handoffStack?.stop();
	for (const standIn of globalThis.crmStandIns ?? []) await standIn.close();
	const text = process.env[ENVIRONMENT_VARIABLE];
	if (text) rmSync((JSON.parse(text) as Environment).folder, { recursive: true, force: true });
}
