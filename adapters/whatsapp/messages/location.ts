import { asFields, asFilledText, asNumber, defined } from '../fields';
import type { ContentReader } from './reader';

export const location: ContentReader = (message) => {
	const place = asFields(message.location);
	const latitude = asNumber(place?.latitude);
	const longitude = asNumber(place?.longitude);
	if (!place || latitude === undefined || longitude === undefined) return undefined;
	const name = asFilledText(place.name);
	const address = asFilledText(place.address);
	return {
		type: 'location',
		text: [name, address].filter(Boolean).join(', '),
		location: defined({ latitude, longitude, name, address, url: asFilledText(place.url) }),
	};
};
