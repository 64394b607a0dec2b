import type { INodePropertyOptions } from 'n8n-workflow';

/** In rising order of urgency. */
export const PRIORITY_OPTIONS: INodePropertyOptions[] = [
	{ name: 'Low', value: 'low' },
	{ name: 'Normal', value: 'normal' },
	{ name: 'High', value: 'high' },
	{ name: 'Urgent', value: 'urgent' },
];
