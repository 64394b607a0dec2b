import type { SharedContact } from '../../../core/conversation/message';
import type { Fields } from '../fields';
import { asFields, asFilledText, asList, defined } from '../fields';
import type { ContentReader } from './reader';

/** Contact cards, also the answer to a request for the customer's own number. */
export const contacts: ContentReader = (message) => {
	if (!Array.isArray(message.contacts)) return undefined;
	const cards = asList(message.contacts).map(card);
	return { type: 'contacts', text: cards.map(({ name }) => name).join(', '), contacts: cards };
};

function card(contact: Fields): SharedContact {
	const name = asFields(contact.name);
	const parts = [name?.first_name, name?.middle_name, name?.last_name].map(asFilledText);
	return defined({
		name: asFilledText(name?.formatted_name) ?? parts.filter(Boolean).join(' '),
		phones: asList(contact.phones).flatMap(
			(phone) => asFilledText(phone.phone) ?? asFilledText(phone.wa_id) ?? [],
		),
		emails: asList(contact.emails).flatMap((email) => asFilledText(email.email) ?? []),
		company: asFilledText(asFields(contact.org)?.company),
	});
}
