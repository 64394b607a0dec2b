import type { MessageError } from '../../../core/conversation/message';
import type { Fields } from '../fields';
import { asFields, asFilledText, asList, asNumber, defined, safeCopy } from '../fields';
import type { ContentReader } from './reader';

/** The customer sent something that WhatsApp does not give to businesses, e.g. a poll; the error says so. */
export const unsupported: ContentReader = (message) => ({
	type: 'unsupported',
	text: '',
	errors: readErrors(message.errors),
	raw: safeCopy(message),
});

/** Errors as Meta writes them in messages, statuses and beside them. */
export function readErrors(errors: unknown): MessageError[] {
	return asList(errors).map((error: Fields) =>
		defined({
			code: asNumber(error.code) ?? 0,
			title: asFilledText(error.title) ?? asFilledText(error.message) ?? 'Unknown',
			details: asFilledText(asFields(error.error_data)?.details) ?? asFilledText(error.details),
		}),
	);
}
