import type { MediaReference } from '../conversation/message';

/** Where a message goes: a phone-like WhatsApp id, or a business-scoped user id for customers without a number. */
export interface Recipient {
	waId?: string;
	userId?: string;
}

/** A message to the customer. */
export type OutboundMessage =
	| { type: 'text'; text: string; previewUrl?: boolean; replyTo?: string }
	| {
			type: 'buttons';
			text: string;
			buttons: Array<{ id: string; title: string }>;
			header?: string;
			footer?: string;
			replyTo?: string;
	  }
	| {
			type: 'list';
			text: string;
			buttonText: string;
			sections: Array<{
				title?: string;
				rows: Array<{ id: string; title: string; description?: string }>;
			}>;
			header?: string;
			footer?: string;
			replyTo?: string;
	  }
	| {
			type: 'media';
			kind: 'image' | 'audio' | 'video' | 'document' | 'sticker';
			media: MediaReference;
			caption?: string;
			replyTo?: string;
	  }
	| TemplateMessage;

/** An approved template with what fills it in. What is fixed in it needs nothing here. */
export interface TemplateMessage {
	type: 'template';
	name: string;
	/** Language code of the template, e.g. "en_US". */
	language: string;
	/** What stands above the body. */
	header?: TemplateHeader;
	/** Values for the body's variables, in order; or all by name. */
	bodyParameters?: TemplateValue[];
	/** What its buttons need. */
	buttons?: TemplateButton[];
}

/** What fills a variable: the next one, "{{1}}", or the one of that name, "{{order_number}}". */
export type TemplateValue = string | { name: string; text: string };

export type TemplateHeader =
	| { type: 'text'; value: TemplateValue }
	| { type: 'image' | 'video' | 'document'; media: MediaReference };

export interface TemplateButton {
	/** Place among all buttons of the template, from 0. */
	index: number;
	/** The end of the address; what comes back when the customer taps; the code that the customer copies. */
	type: 'url' | 'quick_reply' | 'copy_code';
	value: string;
}

/** What a sender may want to know and to say while a message goes out. */
export interface SendOptions {
	/** Called before every request, also before one that is repeated after a wait. What it throws ends the sending. */
	check?: () => Promise<void>;
	/** Text that a channel which can do so gives back with every status of the message. */
	tracker?: string;
}

/** Sends to the customer on one of our numbers. Implementations: adapters/whatsapp. */
export interface MessagingPort {
	/**
	 * What a message goes out as on this number: a text longer than the channel allows is several, cut at sentences. Throws
	 * {@link MessagingError} where the channel would not take one of them, before any has gone out.
	 */
	parts(channelId: string, message: OutboundMessage): OutboundMessage[];
	/** Sends one message with all its parts. Returns the channel's ids in the order of sending. Throws {@link MessagingError}. */
	send(
		channelId: string,
		to: Recipient,
		message: OutboundMessage,
		options?: SendOptions,
	): Promise<{ ids: string[] }>;
	/** Blue ticks, and optionally "typing…", for a message that the customer sent. A courtesy: it is tried once. */
	markRead(channelId: string, messageId: string, options?: { typing?: boolean }): Promise<void>;
}

/** What to do about a message that could not be sent. */
export type SendFailure =
	/** Try again later by itself: a limit, an outage. */
	| 'retry'
	/** No answer came: it may have been sent, so it must not be repeated blindly. */
	| 'lost'
	/** The 24-hour window is closed: only a template can be sent. */
	| 'window_closed'
	/** This customer cannot be reached. */
	| 'undeliverable'
	/** The customer does not want such messages. */
	| 'opted_out'
	/** The request itself is wrong. */
	| 'invalid'
	/** Token, permission, payment or policy: staff must act. */
	| 'account';

/** WhatsApp did not take a message. `message` names service, status and what it said; `advice` what staff can do. */
export class MessagingError extends Error {
	constructor(
		message: string,
		readonly failure: SendFailure,
		readonly advice: string,
		readonly details: {
			httpStatus?: number;
			/** WhatsApp's own code. */
			code?: number;
			retryAfterMs?: number;
			/** Ids of the parts that had gone out before. */
			sentIds?: string[];
		} = {},
		options?: { cause?: unknown },
	) {
		super(message, options);
		this.name = 'MessagingError';
	}
}
