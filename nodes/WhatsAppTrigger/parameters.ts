import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_TYPES, MESSAGE_TYPES } from '../shared/messageTypes';
import {
	DEFAULT_LONGEST_WAIT_SECONDS,
	DEFAULT_MAX_AGE_HOURS,
	DEFAULT_MEDIA_LIMIT_MB,
	DEFAULT_QUIET_SECONDS,
} from './settings';

export const parameters: INodeProperties[] = [
	{
		displayName: 'Webhook Setup',
		name: 'setup',
		type: 'options',
		options: [
			{
				name: 'I Enter the Address in Meta’s Dashboard',
				value: 'manual',
				description: 'Nothing at Meta is changed by this node',
			},
			{
				name: 'Register the Webhook With Meta',
				value: 'automatic',
				description:
					'When the workflow is published, the address is registered for the business account in the credential',
			},
		],
		default: 'manual',
		description: 'How Meta learns where to deliver messages',
	},
	{
		displayName:
			'In Meta’s app dashboard open WhatsApp → Configuration → Webhook → Edit. Enter the production URL shown above as callback URL, and the verify token from the credential. Publish this workflow before you press "Verify and save", then subscribe to the field "messages" (and "smb_message_echoes" if your team also answers from the phone).',
		name: 'manualNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { setup: ['manual'] } },
	},
	{
		displayName:
			'The app must be subscribed to the field "messages" (Meta’s app dashboard → WhatsApp → Configuration → Webhook fields), and the token needs whatsapp_business_management.',
		name: 'automaticNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { setup: ['automatic'] } },
	},
	{
		displayName: 'Replace Another Address',
		name: 'replaceCallback',
		type: 'boolean',
		default: false,
		displayOptions: { show: { setup: ['automatic'] } },
		description:
			'Whether to take over when another address is registered for this business account. Whatever listens there gets nothing any more.',
	},
	{
		displayName: 'Phone Number Names or IDs',
		name: 'phoneNumberIds',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getPhoneNumbers' },
		default: [],
		description:
			'Only messages to these numbers of yours. With none chosen, messages to every number that Meta delivers here. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Status Output',
		name: 'statusEvents',
		type: 'multiOptions',
		options: [
			{
				name: 'Account and Phone Number',
				value: 'account',
				description: 'Restrictions, quality of the number, limits',
			},
			{
				name: 'Consent',
				value: 'consent',
				description: 'The customer stopped or resumed marketing messages',
			},
			{ name: 'Delivered', value: 'delivered', description: 'The message is on the phone' },
			{ name: 'Failed', value: 'failed', description: 'The message could not be delivered' },
			{ name: 'Other', value: 'other', description: 'Groups, call signals, history and the like' },
			{ name: 'Played', value: 'played', description: 'The voice note was listened to' },
			{ name: 'Read', value: 'read', description: 'The customer opened the message' },
			{ name: 'Sent', value: 'sent', description: 'WhatsApp took the message' },
			{
				name: 'Template',
				value: 'template',
				description: 'A template was approved, refused or paused',
			},
		],
		default: [],
		description:
			'What starts the workflow on the Status output. Statuses are kept with each message in any case; with none chosen they start nothing.',
	},
	{
		displayName:
			'Deliveries are not checked. Anyone who knows the address can write into your conversations. Use this only for trying out.',
		name: 'signatureNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { '/options.verifySignature': [false] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Allowed Customers',
				name: 'allowedCustomers',
				type: 'string',
				default: '',
				placeholder: 'e.g. +1 555 010 0199, +1 555 010 0142',
				description:
					'Only these customers are let in; good for a trial. Phone numbers or user IDs, separated by commas.',
			},
			{
				displayName: 'Check Before Listening',
				name: 'checkBeforeListening',
				type: 'boolean',
				default: true,
				description:
					'Whether "Listen for test event" first makes sure that Meta delivers to the test address, and says what is missing if not. Switch it off to call the test address yourself.',
			},
			{
				displayName: 'Download Media',
				name: 'downloadMedia',
				type: 'boolean',
				default: false,
				description:
					'Whether to put images, voice notes and other files on the item as binary data',
			},
			{
				displayName: 'Group Messages',
				name: 'groupMessages',
				type: 'boolean',
				default: false,
				description:
					'Whether messages in groups start the workflow. They are recorded in any case, each group as a conversation of its own.',
			},
			{
				displayName: 'Ignored Customers',
				name: 'ignoredCustomers',
				type: 'string',
				default: '',
				placeholder: 'e.g. +1 555 010 0199',
				description:
					'Messages of these are neither recorded nor run. Phone numbers or user IDs, separated by commas.',
			},
			{
				displayName: 'Include Raw Payload',
				name: 'includeRaw',
				type: 'boolean',
				default: false,
				description: 'Whether to add what Meta sent, as "raw"',
			},
			{
				displayName: 'Longest Wait (Seconds)',
				name: 'longestWait',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 120 },
				default: DEFAULT_LONGEST_WAIT_SECONDS,
				description:
					'With a quiet period: messages come out after this time even if the customer goes on writing',
			},
			{
				displayName: 'Mark as Read',
				name: 'markAsRead',
				type: 'boolean',
				default: false,
				description: 'Whether the customer sees blue ticks as soon as the bot has the message',
			},
			{
				displayName: 'Media Size Limit (MB)',
				name: 'maxMediaSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: DEFAULT_MEDIA_LIMIT_MB,
				description: 'Larger files are not downloaded; the item says so',
			},
			{
				displayName: 'Media Types',
				name: 'mediaTypes',
				type: 'string',
				default: '',
				placeholder: 'e.g. image/, audio/, application/pdf',
				description: 'Only files of these types are downloaded. Empty for all.',
			},
			{
				displayName: 'Message Types',
				name: 'messageTypes',
				type: 'multiOptions',
				options: MESSAGE_TYPES,
				default: DEFAULT_TYPES,
				description: 'Kinds of message that start the workflow. All kinds are recorded.',
			},
			{
				displayName: 'Oldest Message (Hours)',
				name: 'maxAgeHours',
				type: 'number',
				typeOptions: { minValue: 0.1 },
				default: DEFAULT_MAX_AGE_HOURS,
				description:
					'Messages older than this are recorded and start nothing. After an outage Meta delivers the messages of up to seven days.',
			},
			{
				displayName: 'Opt-In Words',
				name: 'optInWords',
				type: 'string',
				default: '',
				placeholder: 'e.g. yes to news, join the club',
				description:
					'Further messages by which a customer agrees to messages that you start, separated by commas. "Subscribe" and its like are known in ten languages.',
			},
			{
				displayName: 'Opt-Out Words',
				name: 'optOutWords',
				type: 'string',
				default: '',
				placeholder: 'e.g. leave the club',
				description:
					'Further messages by which a customer stops messages that you start, separated by commas. "Stop" and its like are known in ten languages.',
			},
			{
				displayName: 'Quiet Period (Seconds)',
				name: 'quietPeriod',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 60 },
				default: DEFAULT_QUIET_SECONDS,
				description:
					'Joins messages that a customer sends in a row: they come out as one item, with all texts, once none has come for this time. 0 lets each come out at once.',
			},
			{
				displayName: 'Show Typing',
				name: 'typingIndicator',
				type: 'boolean',
				default: false,
				description:
					'Whether the customer sees "typing…" while the bot works, for up to 25 seconds. Marks the message as read.',
			},
			{
				displayName: 'Verify Signature',
				name: 'verifySignature',
				type: 'boolean',
				default: true,
				description:
					'Whether to refuse deliveries that are not signed with the app secret of the credential',
			},
		],
	},
];
