import { n8nHttp } from '../../adapters/http/n8n';
import { systemClock } from '../../adapters/clock/system';
import { askMeta } from '../../adapters/whatsapp/diagnosis';
import { graphOver } from '../../adapters/whatsapp/graph';
import type { WhatsAppContext, WhatsAppCredential } from '../../adapters/whatsapp/open';
import { graphFor } from '../../adapters/whatsapp/open';
import type { Diagnosis } from '../../core/conversation/diagnosis';
import { diagnose } from '../../core/conversation/diagnosis';
import type { IntakeLog, TriggerAddress } from '../../core/conversation/intakeLog';
import { isoTime } from '../../core/time';

/** Walks the chain from Meta to WhatsApp Trigger with the node's credential. Never throws for what Meta says. */
export async function diagnosisOf(
	context: WhatsAppContext,
	credential: WhatsAppCredential,
	here: { listening: TriggerAddress[]; log: IntakeLog | undefined },
): Promise<Diagnosis> {
	const facts = await askMeta(
		graphFor(context, credential),
		graphOver(n8nHttp(context), credential),
		credential,
	);
	return diagnose({ ...facts, ...here, now: isoTime(systemClock.now()) });
}
