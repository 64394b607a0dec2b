import type { Conversation } from '../conversation/conversation';
import { inLanguage, languageOf } from '../conversation/language';
import { filled } from '../routing/acknowledgement';
import ours from './texts/closing.json';

/** What staff chose: nothing, our own words in the customer's language, or theirs with {customer} and {agent}. */
export type ClosingChoice = { kind: '' } | { kind: 'standard' } | { kind: 'own'; text: string };

/**
 * With what the agent's closing message begins: the agent may change it or take it away. A sentence with the name of a customer whose
 * name nobody knows is left out rather than sent with a gap. Empty for none.
 */
export function closingMessage(
	choice: ClosingChoice,
	conversation: Pick<Conversation, 'profile' | 'identity' | 'language'>,
	agentName: string,
): string {
	if (choice.kind === 'standard') return inLanguage(ours, languageOf(conversation));
	if (choice.kind === '') return '';
	const customer = conversation.profile.name ?? conversation.identity.name;
	return filled(choice.text, { customer, agent: agentName });
}
