import { asFields, asText } from '../fields';
import type { ContentReader } from './reader';

export const text: ContentReader = (message) => {
	const body = asText(asFields(message.text)?.body);
	return body === undefined ? undefined : { type: 'text', text: body };
};
