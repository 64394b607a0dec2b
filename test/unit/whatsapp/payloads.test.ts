import type { CustomerIdentity } from '../../../core/conversation/identity';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { Delivery } from '../../../adapters/whatsapp/webhook';
import { isWhatsAppDelivery, readDelivery } from '../../../adapters/whatsapp/webhook';
import { payload, PAYLOADS } from './fixtures';

const NOW = '2026-11-20T09:00:00.000Z';

/** What a payload must be read as: all of one message, or of one status, or of one other event. */
type Expectation =
	| {
			message: Omit<ConversationMessage, 'receivedAt' | 'direction' | 'author' | 'raw'> &
				Partial<Pick<ConversationMessage, 'direction' | 'author'>>;
			identity?: Partial<CustomerIdentity>;
			/** The message keeps its raw form. */
			keepsRaw?: true;
	  }
	| { status: Partial<Delivery['statuses'][number]> }
	| { other: Partial<Delivery['other'][number]> };

/** The customer of the SDK's payloads, known by number and user ids. */
const TEST_NAME: CustomerIdentity = {
	keys: [
		{ kind: 'user_id', value: 'US.13491208655302741918' },
		{ kind: 'wa_id', value: '972987654321' },
		{ kind: 'parent_user_id', value: 'US.ENT.11815799212886844830' },
		{ kind: 'phone', value: '+972987654321' },
	],
	phone: '+972987654321',
	waId: '972987654321',
	userId: 'US.13491208655302741918',
	parentUserId: 'US.ENT.11815799212886844830',
	name: 'Test Name',
};

/** The customer of Meta's own examples, known by number alone. */
const SHEENA: CustomerIdentity = {
	keys: [
		{ kind: 'wa_id', value: '16505551234' },
		{ kind: 'phone', value: '+16505551234' },
	],
	phone: '+16505551234',
	waId: '16505551234',
	name: 'Sheena Nelson',
};

const UNSUPPORTED = {
	code: 131051,
	title: 'Message type unknown',
	details: 'Message type is currently not supported.',
};

const SERVICE = { billable: true, model: 'CBP', category: 'service' };

const BILLING = '7270432eae37498234f4444b35ffc5';

const account = (at: string): Expectation => ({
	other: { kind: 'account', field: 'account_update', at },
});

const EXPECTED: Record<string, Expectation> = {
	// Meta's own examples
	'meta-openapi/Text_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
			type: 'text',
			text: 'Does it come in another color?',
			sentAt: '2025-06-08T20:59:43.000Z',
		},
	},
	'meta-openapi/Text_Message_from_Click_to_WhatsApp_Ad': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUQ0N0VFMDA2MTQ0RkJFNkNDNAA=',
			type: 'text',
			text: 'Hello! Can I get more info on this?',
			sentAt: '2025-06-18T19:46:32.000Z',
			referral: {
				sourceType: 'ad',
				sourceId: '120226305854810726',
				sourceUrl: 'https://fb.me/3cr4Wqqkv',
				headline: 'Chat with us',
				body: 'Summer Succulents are here!',
				clickId:
					'Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4_0NiNhEgpGo0AHemvuSoifXaytfTzcchptiErTKCqTrJ5nW1h7IHYeYymGb5K5J5iTROpBhWAGaIAeUzHL50',
				welcomeMessage: 'Hi there! Let us know how we can help!',
			},
		},
	},
	'meta-openapi/Text_Message_with_Context_Product_Inquiry_': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTA2NTUwRkNEMDdFQjJCRUU0NQA=',
			type: 'text',
			text: 'Is this still available?',
			sentAt: '2025-06-15T19:46:40.000Z',
			quoted: {
				id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGA9wcm9kdWN0X2lucXVpcnkA',
				from: '15550783881',
				product: { catalogId: '194836987003835', productId: 'di9ozbzfi4' },
			},
		},
	},
	'meta-openapi/Button_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUU0M0MxQzQzMUJCMTMwNUZFOQA=',
			type: 'button',
			text: 'Unsubscribe',
			interactive: { kind: 'template_button', id: 'Unsubscribe', title: 'Unsubscribe' },
			quoted: {
				id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJFNjk2OTMwNEZCQjhGMzUyQUYA',
				from: '15550783881',
			},
			sentAt: '2025-06-16T16:24:05.000Z',
		},
	},
	'meta-openapi/Interactive_Button_Reply_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTZBQzg0MzQ4QjRCM0NGNkVGOAA=',
			type: 'interactive',
			text: 'Cancel',
			interactive: { kind: 'button', id: 'cancel-button', title: 'Cancel' },
			quoted: {
				id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3MEM2RUJFNkI0RENGQTVDRjUA',
				from: '15550783881',
			},
			sentAt: '2025-06-15T22:05:36.000Z',
		},
	},
	'meta-openapi/Interactive_List_Reply_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUJDQ0NDM0FEODY4ODkzOTc5RgA=',
			type: 'interactive',
			text: 'Priority Mail Express',
			interactive: {
				kind: 'list',
				id: 'priority_express',
				title: 'Priority Mail Express',
				description: 'Next Day to 2 Days',
			},
			quoted: {
				id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJGMzEyNzhENTZDMzNGODlDRDgA',
				from: '15550783881',
			},
			sentAt: '2025-06-13T22:42:55.000Z',
		},
	},
	'meta-openapi/Image_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
			type: 'image',
			text: 'Taj Mahal',
			media: {
				id: '1003383421387256',
				mimeType: 'image/jpeg',
				sha256: 'SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=',
				caption: 'Taj Mahal',
			},
			sentAt: '2025-04-11T04:08:16.000Z',
		},
	},
	'meta-openapi/Location_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTU2MjZEMDBGRkE3MENEMDE0RQA=',
			type: 'location',
			text: 'Philz Coffee, 101 Forest Ave, Palo Alto, CA 94301',
			location: {
				latitude: 37.44221496582,
				longitude: -122.16165924072,
				name: 'Philz Coffee',
				address: '101 Forest Ave, Palo Alto, CA 94301',
				url: 'https://philzcoffee.com/',
			},
			sentAt: '2025-04-11T04:08:16.000Z',
		},
	},
	'meta-openapi/Contact_Sharing_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
			type: 'contacts',
			text: 'Lucía Gómez',
			contacts: [
				{ name: 'Lucía Gómez', phones: ['+1 (983) 555-2319'], emails: [], company: 'Google' },
			],
			sentAt: '2025-04-11T04:08:16.000Z',
		},
	},
	'meta-openapi/Order_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTEyQjFGNzI1QTQxMjI5QTMyOQA=',
			type: 'order',
			text: '',
			order: {
				catalogId: '194836987003835',
				items: [
					{ productId: 'di9ozbzfi4', quantity: 2, price: 30, currency: 'USD' },
					{ productId: 'nqryix03ez', quantity: 1, price: 25, currency: 'USD' },
				],
			},
			sentAt: '2025-06-16T17:52:05.000Z',
		},
	},
	'meta-openapi/Reaction_Message': {
		identity: SHEENA,
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
			type: 'reaction',
			text: '👍',
			reaction: {
				messageId: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI0RTJEOTc2ODVERUY5RDlGNkYA',
				emoji: '👍',
			},
			sentAt: '2025-06-08T21:52:24.000Z',
		},
	},
	'meta-openapi/System_Message': {
		// Known by the old number, to be written to under the new one.
		identity: {
			keys: [
				{ kind: 'wa_id', value: '16505551234' },
				{ kind: 'phone', value: '+16505551234' },
				{ kind: 'wa_id', value: '12195555358' },
				{ kind: 'phone', value: '+12195555358' },
			],
			phone: '+12195555358',
			waId: '12195555358',
		},
		message: {
			id: 'wamid.HBgLMTk4MzU1NTE5NzQVAgASGAoxMTgyMDg2MjY3AA==',
			author: 'system',
			type: 'system',
			text: 'User Sheena Nelson changed from 16505551234 to 12195555358',
			system: { kind: 'user_changed_number', newWaId: '12195555358' },
			sentAt: '2025-06-18T17:55:42.000Z',
		},
	},
	'meta-openapi/Unsupported_Message': {
		identity: SHEENA,
		keepsRaw: true,
		message: {
			id: 'wamid.HBgLMTQyMDU1NTA3NDkVAgASGBI5N0MwRjg0RTVBNUI1RDA2OTkA',
			type: 'unsupported',
			text: '',
			errors: [UNSUPPORTED],
			sentAt: '2025-06-16T16:18:22.000Z',
		},
	},
	'meta-openapi/Group_Create_Message': {
		other: { kind: 'group', field: 'group_lifecycle_update', at: '2025-06-18T17:55:42.000Z' },
	},
	'meta-openapi/Group_Remove_Participants': {
		other: { kind: 'group', field: 'group_participants_update', at: '2025-06-18T17:55:42.000Z' },
	},
	'meta-openapi/Group_Settings_Update': {
		other: { kind: 'group', field: 'group_settings_update', at: '2025-06-18T17:55:42.000Z' },
	},

	// Messages
	'pywa/message__text': {
		identity: TEST_NAME,
		message: {
			id: 'wamid.xyzxyz',
			type: 'text',
			text: 'Body Text',
			sentAt: '2023-10-11T16:53:43.000Z',
		},
	},
	'pywa/message__reply': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'text',
			text: 'replied text',
			quoted: { id: 'wamid.xyzxyz==', from: '972123456789' },
			sentAt: '2023-10-11T17:19:06.000Z',
		},
	},
	'pywa/message__forwarded': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'text',
			text: 'forwarded text',
			quoted: { forwarded: true },
			sentAt: '2023-10-11T17:20:15.000Z',
		},
	},
	'pywa/message__forwarded_many_times': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'text',
			text: 'text forwarded many times',
			quoted: { forwarded: true, forwardedManyTimes: true },
			sentAt: '2023-10-11T17:22:48.000Z',
		},
	},
	'pywa/message__referral': {
		message: {
			id: 'wamid.ID',
			type: 'text',
			text: 'BODY',
			referral: {
				sourceType: 'ad or post',
				sourceId: 'ADID',
				sourceUrl: 'AD_OR_POST_FB_URL',
				headline: 'AD_TITLE',
				body: 'AD_DESCRIPTION',
				clickId: 'CTWA_CLID',
			},
			sentAt: '2023-10-11T17:23:20.000Z',
		},
	},
	'pywa/message__image': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'image',
			text: '',
			media: { id: '65463453', mimeType: 'image/jpeg', sha256: '4654+8g=' },
			sentAt: '2023-10-11T16:56:19.000Z',
		},
	},
	'pywa/message__media_with_url': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'image',
			text: '',
			media: {
				id: '65463453',
				mimeType: 'image/jpeg',
				sha256: '4654+8g=',
				url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=65463453&source=webhook&ext=487r9re&hash=heiwchueowbcew-dnedcw',
			},
			sentAt: '2023-10-11T16:56:19.000Z',
		},
	},
	'pywa/message__video': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'video',
			text: 'caption',
			media: {
				id: '765756756',
				mimeType: 'video/mp4',
				sha256: 'Jh+2ij6PzUv/J2y+grrtegr/ZMzRxkEPwc24Oyib4s03w9Jc=',
				caption: 'caption',
			},
			quoted: { forwarded: true },
			sentAt: '2023-10-11T17:12:42.000Z',
		},
	},
	'pywa/message__audio': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'audio',
			text: '',
			media: {
				id: '1234567890987654321',
				mimeType: 'audio/ogg; codecs=opus',
				sha256: 'E3dxS/PdYZE7ppA3pQ4mpCFaXBJ8pX4SRN/dsfvds/iPGA=',
				voice: false,
			},
			quoted: { forwarded: true },
			sentAt: '2023-10-11T16:58:29.000Z',
		},
	},
	'pywa/message__voice': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'audio',
			text: '',
			media: {
				id: '1234567890987654321',
				mimeType: 'audio/ogg; codecs=opus',
				sha256: 'm04pFf2ERdaopTyFkGPA0+bX3i+YY2dYgVFwOgDLSDI=',
				voice: true,
			},
			sentAt: '2023-10-11T16:57:53.000Z',
		},
	},
	'pywa/message__document': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'document',
			text: 'caption',
			media: {
				id: '1234567890987654321',
				mimeType: 'application/pdf',
				sha256: 'grwfwe/ZPx0wAbdfbdeFUNItPZ0RylL8gGUvdt3YFqc18SY=',
				fileName: 'filename.pdf',
				caption: 'caption',
			},
			quoted: { forwarded: true },
			sentAt: '2023-10-11T17:01:06.000Z',
		},
	},
	'pywa/message__static_sticker': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'sticker',
			text: '',
			media: {
				id: '1234567890987654321',
				mimeType: 'image/webp',
				sha256: 'OmT4nhjUhCMIPNmj7eeOZeCYjTXkLxoOv85OMCFwSuc=',
				animated: false,
			},
			sentAt: '2023-10-11T17:02:40.000Z',
		},
	},
	'pywa/message__animated_sticker': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'sticker',
			text: '',
			media: {
				id: '1234567890987654321',
				mimeType: 'image/webp',
				sha256: 'HcwyCKrTKXHk0a00ms4HWIA76GY0Du6q4Z/iuwevw=',
				animated: true,
			},
			sentAt: '2023-10-11T17:03:05.000Z',
		},
	},
	'pywa/message__current_location': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'location',
			text: '',
			location: { latitude: 12.25089, longitude: 43.90539 },
			quoted: { forwarded: true },
			sentAt: '2023-10-11T17:15:57.000Z',
		},
	},
	'pywa/message__chosen_location': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'location',
			text: 'Facebook HQ, 1 Hacker Way, Menlo Park, CA 94025',
			location: {
				latitude: 37.4611978,
				longitude: -122.2164385,
				name: 'Facebook HQ',
				address: '1 Hacker Way, Menlo Park, CA 94025',
				url: 'https://maps.google.com/?cid=2000000000000000000',
			},
			quoted: { forwarded: true },
			sentAt: '2023-10-11T17:15:57.000Z',
		},
	},
	'pywa/message__contacts': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'contacts',
			text: 'Chandler Bing, Monica, Rachel Green',
			contacts: [
				{ name: 'Chandler Bing', phones: ['+1 555-555-5555'], emails: [] },
				{ name: 'Monica', phones: ['+1 666-666-6666'], emails: [] },
				{ name: 'Rachel Green', phones: ['+1 777-777-7777'], emails: [] },
			],
			sentAt: '2023-10-11T17:17:01.000Z',
		},
	},
	'pywa/message__order': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'order',
			text: '',
			order: {
				catalogId: '354160437058781',
				items: [
					{ productId: 'HAMBURGER', quantity: 3, price: 30, currency: 'ILS' },
					{ productId: 'FRENCH_FRIES', quantity: 2, price: 35, currency: 'ILS' },
					{ productId: 'SODA', quantity: 2, price: 10, currency: 'ILS' },
				],
			},
			sentAt: '2023-10-11T17:17:48.000Z',
		},
	},
	'pywa/message__reaction': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'reaction',
			text: '😮',
			reaction: { messageId: 'wamid.yzxyzx=', emoji: '😮' },
			sentAt: '2023-10-11T17:14:16.000Z',
		},
	},
	'pywa/message__unreaction_empty': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'reaction',
			text: '',
			reaction: { messageId: 'wamid.yzxyzx=', emoji: null },
			sentAt: '2023-10-11T17:14:16.000Z',
		},
	},
	'pywa/message__unreaction_no_emoji': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'reaction',
			text: '',
			reaction: { messageId: 'wamid.yzxyzx=', emoji: null },
			sentAt: '2023-10-11T17:14:16.000Z',
		},
	},
	'pywa/message__unsupported': {
		keepsRaw: true,
		message: {
			id: 'wamid.xyzxyz',
			type: 'unsupported',
			text: '',
			errors: [UNSUPPORTED],
			sentAt: '2023-10-11T17:18:26.000Z',
		},
	},
	'pywa/message__unsupported_with_type': {
		keepsRaw: true,
		message: {
			id: 'wamid.xyzxyz',
			type: 'unsupported',
			text: '',
			errors: [UNSUPPORTED],
			sentAt: '2023-10-11T17:18:26.000Z',
		},
	},
	'pywa/message__interactive_message_with_err': {
		keepsRaw: true,
		message: {
			id: 'wamid.wegrchytvwcggt=',
			type: 'unsupported',
			text: '',
			errors: [
				{ code: 131000, title: 'Something went wrong', details: 'Unsupported webhook payload' },
			],
			quoted: { id: 'wamid.gvwegfretge==', from: '972123456789' },
			sentAt: '2023-11-20T18:38:14.000Z',
		},
	},

	// Taps, lists, flows
	'pywa/callback_button__button': {
		message: {
			id: 'wamid.xyzxyz',
			type: 'interactive',
			text: 'title',
			interactive: { kind: 'button', id: 'callback_data', title: 'title' },
			quoted: { id: 'wamid.xyzxyz', from: '1122334455667' },
			sentAt: '2023-10-25T20:45:30.000Z',
		},
	},
	'pywa/callback_button__quick_reply': {
		message: {
			id: 'wamid.xsidjw',
			type: 'button',
			text: 'title',
			interactive: { kind: 'template_button', id: 'callback_data', title: 'title' },
			quoted: { id: 'wamid.xyzxyz==', from: '972123456789' },
			sentAt: '2023-10-25T21:23:47.000Z',
		},
	},
	'pywa/callback_button__quick_reply_without_context': {
		identity: TEST_NAME,
		message: {
			id: 'wamid.xsidjx',
			type: 'button',
			text: 'title',
			interactive: { kind: 'template_button', id: 'callback_data', title: 'title' },
			sentAt: '2023-10-25T21:23:47.000Z',
		},
	},
	'pywa/callback_selection__callback': {
		message: {
			id: 'wamid.zyzxyz',
			type: 'interactive',
			text: 'title',
			interactive: { kind: 'list', id: 'callback_data', title: 'title' },
			quoted: { id: 'wamid.xyzxyz', from: '1122334455667' },
			sentAt: '2023-10-25T20:48:25.000Z',
		},
	},
	'pywa/callback_selection__description': {
		message: {
			id: 'wamid.zyzxyz',
			type: 'interactive',
			text: 'title',
			interactive: {
				kind: 'list',
				id: 'callback_data',
				title: 'title',
				description: 'description',
			},
			quoted: { id: 'wamid.xyzxyz', from: '1122334455667' },
			sentAt: '2023-10-25T20:48:25.000Z',
		},
	},
	'pywa/flow_completion__completion': {
		message: {
			id: 'wamid.wegrchytvwcggt==',
			type: 'interactive',
			text: 'Sent',
			interactive: {
				kind: 'flow',
				id: 'flow',
				title: 'Sent',
				data: {
					comment_text: 'Comment Text',
					delivery_rating: '4',
					flow_token: 'AQAAAAACS5FpgQ_cAAAAAD0QI3s.',
					purchase_rating: '2',
					recommend_radio: '0',
					cs_rating: '0',
				},
			},
			quoted: { id: 'wamid.gvwegfretge==', from: '972123456789' },
			sentAt: '2023-12-13T21:21:13.000Z',
		},
	},
	'pywa/flow_completion__without_flow_token': {
		message: {
			id: 'wamid.wegrchytvwcggt==',
			type: 'interactive',
			text: 'Sent',
			interactive: {
				kind: 'flow',
				id: 'flow',
				title: 'Sent',
				data: {
					comment_text: 'Comment Text',
					delivery_rating: '4',
					purchase_rating: '2',
					recommend_radio: '0',
					cs_rating: '0',
				},
			},
			quoted: { id: 'wamid.gvwegfretge==', from: '972123456789' },
			sentAt: '2023-12-13T21:21:13.000Z',
		},
	},
	'pywa/call_permission_update__accept': {
		message: {
			id: 'wamid.x',
			type: 'interactive',
			text: '',
			interactive: {
				kind: 'call_permission',
				id: 'accept',
				data: {
					response: 'accept',
					source: 'user_action',
					expiresAt: '2025-07-22T12:23:02.000Z',
				},
			},
			quoted: { id: 'wamid.y==', from: '1122334455667' },
			sentAt: '2025-07-15T12:23:02.000Z',
		},
	},
	'pywa/call_permission_update__reject': {
		message: {
			id: 'wamid.x',
			type: 'interactive',
			text: '',
			interactive: {
				kind: 'call_permission',
				id: 'reject',
				data: { response: 'reject', source: 'user_action' },
			},
			quoted: { id: 'wamid.y==', from: '1122334455667' },
			sentAt: '2025-07-15T12:23:02.000Z',
		},
	},

	// Changes of earlier messages, and of the customer
	'pywa/edited_message__image': {
		// The sender's number fits no contact of the delivery, so the contact's ids are not taken for the sender's.
		identity: { waId: '16505551234', phone: '+16505551234' },
		message: {
			id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=',
			type: 'edit',
			text: 'Updated image caption',
			target: {
				messageId: 'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=',
				text: 'Updated image caption',
			},
			media: {
				id: '1234567890',
				mimeType: 'image/jpeg',
				sha256: 'a1b2c3d4e5f6...',
				caption: 'Updated image caption',
				url: 'https://media.example.com/updated-image.jpg',
			},
			sentAt: '2025-06-13T22:42:55.000Z',
		},
	},
	'pywa/deleted_message__revoke': {
		identity: TEST_NAME,
		message: {
			id: '<WHATSAPP_MESSAGE_ID>',
			type: 'revoke',
			text: '',
			target: { messageId: '<ORIGINAL_WHATSAPP_MESSAGE_ID>' },
			sentAt: '2023-10-11T16:53:43.000Z',
		},
	},
	'pywa/system__identity_change': {
		identity: { waId: '972987654321', name: 'User A' },
		message: {
			id: 'wamid.xyzxyz',
			author: 'system',
			type: 'system',
			text: 'User identity changed',
			system: { kind: 'customer_identity_changed' },
			sentAt: '2023-10-11T17:18:26.000Z',
		},
	},
	'pywa/system__phone_number_change': {
		identity: { waId: '972912345678', phone: '+972912345678' },
		message: {
			id: 'wamid.xyzxyz==',
			author: 'system',
			type: 'system',
			text: 'User A changed from 972987654321 to 972912345678',
			system: { kind: 'user_changed_number', newWaId: '972912345678' },
			sentAt: '2025-07-30T04:55:15.000Z',
		},
	},

	// Staff answered from the phone
	'pywa/outgoing_message__text': {
		identity: TEST_NAME,
		message: {
			id: '<WHATSAPP_MESSAGE_ID>',
			direction: 'out',
			author: 'agent',
			type: 'text',
			text: 'Test message',
			status: 'sent',
			sentAt: '2023-10-11T16:53:43.000Z',
		},
	},
	'pywa/outgoing_message__edit': {
		identity: TEST_NAME,
		message: {
			id: 'wamid.yyyyyy',
			direction: 'out',
			author: 'agent',
			type: 'edit',
			text: 'Text was edited',
			target: { messageId: 'wamid.zzzzzz', text: 'Text was edited' },
			status: 'sent',
			sentAt: '2023-10-11T17:22:48.000Z',
		},
	},
	'pywa/outgoing_message__delete': {
		identity: TEST_NAME,
		message: {
			id: 'wamid.yyyyyy',
			direction: 'out',
			author: 'agent',
			type: 'revoke',
			text: '',
			target: { messageId: 'wamid.zzzzzz' },
			status: 'sent',
			sentAt: '2023-10-11T17:22:48.000Z',
		},
	},

	// Calls
	'pywa/call_connect__user_initiated': {
		identity: TEST_NAME,
		message: {
			id: 'wacid.xxxx=:connect',
			type: 'call',
			text: '',
			call: { id: 'wacid.xxxx=', event: 'connect' },
			sentAt: '2025-07-15T12:38:27.000Z',
		},
	},
	'pywa/call_connect__business_initiated': {
		identity: TEST_NAME,
		message: {
			id: 'wacid.xxxx=:connect',
			direction: 'out',
			author: 'system',
			type: 'call',
			text: '',
			call: { id: 'wacid.xxxx=', event: 'connect' },
			sentAt: '2025-07-15T12:35:33.000Z',
		},
	},
	'pywa/call_terminate__call_terminate': {
		message: {
			id: 'wacid.ABGGFjFVU2AfAgo6V-Hc5eCgK5Gh:terminate',
			direction: 'out',
			author: 'system',
			type: 'call',
			text: '',
			call: {
				id: 'wacid.ABGGFjFVU2AfAgo6V-Hc5eCgK5Gh',
				event: 'terminate',
				status: 'COMPLETED',
				durationSeconds: 120,
			},
			sentAt: '2022-12-21T17:47:04.000Z',
		},
		// Meta sends no profile with the end of a call.
		identity: { waId: '16315553601' },
	},
	'pywa/call_status__call_status': { other: { kind: 'call', field: 'calls' } },

	// Statuses
	'pywa/message_status__sent': {
		status: {
			messageId: 'wamid.xyzxyz',
			status: 'sent',
			at: '2023-10-25T20:49:05.000Z',
			channelId: '1122334455667',
			recipient: TEST_NAME,
			pricing: SERVICE,
			billingConversation: {
				id: BILLING,
				origin: 'service',
				expiresAt: '2023-10-26T17:05:00.000Z',
			},
		},
	},
	'pywa/message_status__with_tracker': {
		status: { messageId: 'wamid.xyzxyz', status: 'sent', tracker: 'some data' },
	},
	'pywa/message_status__delivered': {
		status: {
			messageId: 'wamid.xyzxyz',
			status: 'delivered',
			at: '2023-10-25T20:49:05.000Z',
			pricing: SERVICE,
			billingConversation: { id: BILLING, origin: 'service' },
		},
	},
	'pywa/message_status__read': {
		status: { messageId: 'wamid.xyzxyz', status: 'read', at: '2023-07-15T00:20:58.000Z' },
	},
	'pywa/message_status__played': {
		status: { messageId: 'wamid.xyzxyz', status: 'played', at: '2023-07-15T00:20:58.000Z' },
	},
	'pywa/message_status__failed': {
		status: {
			messageId: 'wamid.xyzxyz',
			status: 'failed',
			recipient: TEST_NAME,
			errors: [
				{
					code: 130472,
					title: "User's number is part of an experiment",
					details:
						"Failed to send message because this user's phone number is part of an experiment",
				},
			],
		},
	},
	'pywa/message_status__group': {
		status: {
			messageId: '<WHATSAPP_MESSAGE_ID>',
			status: 'read',
			groupId: 'fowefinoewcnw',
			recipient: expect.objectContaining({ userId: 'US.123456' }) as CustomerIdentity,
		},
	},

	// Consent
	'pywa/user_marketing_preferences__resume': {
		other: {
			kind: 'consent',
			field: 'user_preferences',
			identity: expect.objectContaining({ waId: '16505551234' }) as CustomerIdentity,
			consent: {
				status: 'opted_in',
				scope: 'marketing',
				at: '2024-11-15T21:22:01.000Z',
				source: 'user_preferences',
			},
		},
	},
	'pywa/user_marketing_preferences__signup': {
		other: {
			kind: 'consent',
			consent: {
				status: 'opted_in',
				scope: 'marketing',
				at: '2024-11-15T21:22:01.000Z',
				source: 'user_preferences',
			},
		},
	},

	// Account and templates
	'pywa/account_update__account_deleted': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__account_disabled': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__account_offboarded': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__account_reconnected': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__account_restriction': account('2022-01-04T21:08:18.000Z'),
	'pywa/account_update__account_violation': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__ad_account_linked': account('2025-04-16T17:18:52.000Z'),
	'pywa/account_update__authentication_international_eligibility': account(
		'2025-03-31T20:11:43.000Z',
	),
	'pywa/account_update__mm_api_for_wa_terms_of_service': account('2025-04-16T17:18:52.000Z'),
	'pywa/account_update__partner_added': account('2025-04-16T17:18:52.000Z'),
	'pywa/account_update__partner_app_installed': account('2025-04-22T15:52:54.000Z'),
	'pywa/account_update__partner_app_uninstalled': account('2025-05-29T00:09:19.000Z'),
	'pywa/account_update__partner_led_business_verification_status': account(
		'2025-03-28T05:16:22.000Z',
	),
	'pywa/account_update__partner_removed': account('2025-05-29T00:09:19.000Z'),
	'pywa/account_update__partner_removed_wa_app_disconnection': account('2025-05-29T00:09:19.000Z'),
	'pywa/account_update__pricing_tiering_update': account('2025-03-31T20:11:43.000Z'),
	'pywa/account_update__primary_business_location_set': account('2025-03-28T05:16:22.000Z'),
	'pywa/template_category_update__marketing': {
		other: { kind: 'template', field: 'template_category_update', at: '2025-06-19T14:54:42.000Z' },
	},
	'pywa/template_components_update__element': {
		other: { kind: 'template', field: 'message_template_components_update' },
	},
	'pywa/template_quality_update__yellow': {
		other: { kind: 'template', field: 'message_template_quality_update' },
	},
	'pywa/template_status_update__approved': {
		other: { kind: 'template', field: 'message_template_status_update' },
	},
	'pywa/template_status_update__rejected': {
		other: { kind: 'template', field: 'message_template_status_update' },
	},
};

describe('recorded payloads', () => {
	it('has an expectation for every payload', () => {
		expect(Object.keys(EXPECTED).sort()).toEqual([...PAYLOADS].sort());
	});

	it.each(PAYLOADS)('reads %s', (name) => {
		const expected = EXPECTED[name]!;
		const body = payload(name);
		expect(isWhatsAppDelivery(body)).toBe(true);
		const { inbound, statuses, other } = readDelivery(body, NOW);

		expect(inbound.length + statuses.length + other.length).toBe(1);
		if ('message' in expected) {
			const { raw, ...message } = inbound[0]!.message;
			expect(message).toEqual({
				direction: 'in',
				author: 'customer',
				receivedAt: NOW,
				...expected.message,
			});
			expect(raw !== undefined).toBe(expected.keepsRaw ?? false);
			expect(inbound[0]!.identity).toEqual(
				expect.objectContaining(expected.identity ?? { name: 'Test Name' }),
			);
			expect(inbound[0]!.raw).toBeDefined();
		} else if ('status' in expected) {
			expect(statuses[0]).toEqual(expect.objectContaining(expected.status));
		} else {
			expect(other[0]).toEqual(expect.objectContaining(expected.other));
			expect(other[0]!.raw).toBeDefined();
		}
	});
});
