import { writeIntakeLog } from '../../../adapters/whatsapp/intakeLog';
import { whatsAppCredential } from '../../../adapters/whatsapp/open';
import type { IntakeLog, TriggerAddress } from '../../../core/conversation/intakeLog';
import { diagnosisOf } from '../../shared/diagnosis';
import { ledBy, toJson } from '../../shared/item';
import type { Operation } from './operation';

export const diagnose: Operation = {
	onConversation: false,
	option: {
		name: 'Why Is Nothing Arriving?',
		value: 'diagnose',
		action: 'Find out why nothing is arriving',
		description:
			'Walks the way from Meta to WhatsApp Trigger (token, number, subscription, address, fields, signature, deliveries) and names the broken link and what to do',
	},
	fields: [],
	async execute({ context, index, item, store }) {
		const credential = await whatsAppCredential(context, index);
		// What this process has gathered and not written yet counts too.
		await writeIntakeLog(store);
		const listening = await store.getSetting<Record<string, TriggerAddress>>('intake.triggers');
		const diagnosis = await diagnosisOf(context, credential, {
			listening: Object.values(listening ?? {}),
			log: await store.getSetting<IntakeLog>('intake.log'),
		});
		return { json: ledBy({ diagnosis: toJson(diagnosis) }, item) };
	},
};
