/**
 * Changes to Meta's published description without which it refuses Meta's own examples, or lets through what WhatsApp refuses. Each
 * states what is wrong there. The description itself is kept as it was published.
 */
interface Schemas {
	components: { schemas: Record<string, Schema> };
}

interface Schema {
	$ref?: string;
	type?: string;
	enum?: unknown[];
	required?: string[];
	properties?: Record<string, Schema>;
	items?: Schema;
	allOf?: Schema[];
	oneOf?: Schema[];
	discriminator?: { propertyName: string; mapping: Record<string, string> };
	additionalProperties?: unknown;
	[key: string]: unknown;
}

const REF = '#/components/schemas/';

export function metaOverlay(document: object): object {
	const copy = structuredClone(document) as Schemas;
	const { schemas } = copy.components;
	addressee(schemas);
	closedParts(copy, schemas);
	texts(schemas);
	media(schemas);
	interactive(schemas);
	templates(copy, schemas);
	readReceipts(schemas);
	return copy;
}

function addressee(schemas: Record<string, Schema>): void {
	const base = schemas.BaseMessageProperties!;
	// "individual" is the default and left out in Meta's own examples, and so is `type` in two of them.
	base.required = ['messaging_product'];
	base.properties!.messaging_product = { type: 'string', enum: ['whatsapp'] };
	// A customer without a visible number is addressed by `recipient` in place of `to`, which is newer than this description.
	base.properties!.to = { type: 'string', minLength: 1 };
	base.properties!.recipient = { type: 'string', minLength: 1 };
	base.anyOf = [{ required: ['to'] }, { required: ['recipient'] }];
	// Text for whoever reads the status later; documented, and missing here.
	base.properties!.biz_opaque_callback_data = { type: 'string', maxLength: 512 };
	schemas.MessageContext!.required = ['message_id'];
}

/**
 * `allOf` of a base and a part with `additionalProperties: false`: the part refuses the base's properties and the other way round, so
 * that nothing can satisfy both. The part is told the names of the base, and goes on refusing all others.
 */
function closedParts(copy: Schemas, schemas: Record<string, Schema>): void {
	// Of all kinds of message this one alone is left open.
	schemas.TemplateMessage!.allOf![1]!.additionalProperties = false;
	everySchema(copy, (schema) => {
		const parts = schema.allOf ?? [];
		for (const part of parts) {
			if (part.additionalProperties !== false) continue;
			for (const other of parts) {
				const known = other.$ref ? schemas[other.$ref.slice(REF.length)] : other;
				for (const name of Object.keys(known?.properties ?? {})) {
					part.properties = { [name]: {}, ...part.properties };
				}
			}
		}
	});
}

/** The content of a message of this kind: the second part of its `allOf`. */
function contentOf(schemas: Record<string, Schema>, name: string, key: string): Schema {
	return schemas[name]!.allOf![1]!.properties![key]!;
}

function texts(schemas: Record<string, Schema>): void {
	// Nothing is required of a text here; WhatsApp wants 1 to 4096 characters.
	const text = contentOf(schemas, 'TextMessage', 'text');
	text.required = ['body'];
	text.properties!.body = { type: 'string', minLength: 1, maxLength: 4096 };

	// Coordinates are text here and numbers in Meta's own example; WhatsApp takes both.
	const location = contentOf(schemas, 'LocationMessage', 'location');
	location.required = ['latitude', 'longitude'];
	for (const name of ['latitude', 'longitude']) {
		location.properties![name] = { anyOf: [{ type: 'number' }, { type: 'string', minLength: 1 }] };
	}

	contentOf(schemas, 'ReactionMessage', 'reaction').required = ['message_id', 'emoji'];
}

function media(schemas: Record<string, Schema>): void {
	// A file has further fields by its kind, and no others; here it may have any.
	const file = schemas.MediaObject!;
	file.properties = {
		id: { type: 'string', minLength: 1 },
		link: { type: 'string', minLength: 1 },
		caption: { type: 'string', maxLength: 1024 },
		filename: { type: 'string' },
		provider: {},
		voice: { type: 'boolean' },
	};
	file.additionalProperties = false;
}

function interactive(schemas: Record<string, Schema>): void {
	const object = schemas.InteractiveObject!;
	// Meta's examples send these two; the description does not know them.
	object.properties!.type!.enum!.push('order_details', 'order_status');
	const action = schemas.ActionObject!;
	const orders: Record<string, string> = {
		order_details: 'review_and_pay',
		order_status: 'review_order',
	};
	for (const name of Object.values(orders)) {
		action.oneOf!.push({
			required: ['name', 'parameters'],
			properties: {
				name: { type: 'string', enum: [name] },
				parameters: { type: 'object', required: ['reference_id', 'order'] },
			},
		});
	}
	// Titles have limits and are required on WhatsApp, and say nothing here.
	const title = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
	const [list, buttons] = action.oneOf!;
	list!.properties!.button = title(20);
	const reply = buttons!.properties!.buttons!.items!.properties!.reply!;
	reply.properties = { id: title(256), title: title(20) };
	const { properties } = schemas.SectionObject!;
	properties!.title = { type: 'string', maxLength: 24 };
	properties!.rows!.items!.properties = {
		id: title(200),
		title: title(24),
		description: { type: 'string', maxLength: 72 },
	};
	// Any action may stand under any type here.
	const shapes: Record<string, object> = {
		button: { required: ['buttons'] },
		list: { required: ['button', 'sections'] },
		product: { required: ['catalog_id', 'product_retailer_id'] },
		product_list: { required: ['catalog_id', 'sections'] },
		...Object.fromEntries(
			Object.entries({ ...orders, flow: 'flow', catalog_message: 'catalog_message' }).map(
				([type, name]) => [type, { required: ['name'], properties: { name: { enum: [name] } } }],
			),
		),
	};
	object.allOf = Object.entries(shapes).map(([type, shape]) => ({
		if: { properties: { type: { enum: [type] } } },
		then: { properties: { action: shape } },
	}));
	// A body is required by WhatsApp beside buttons and lists.
	object.allOf.push({
		if: { properties: { type: { enum: ['button', 'list'] } } },
		then: { required: ['body'] },
	});
	schemas.BodyObject!.properties!.text = title(1024);
}

function templates(copy: Schemas, schemas: Record<string, Schema>): void {
	// "policy" was dropped from templates years ago; no example has it.
	everySchema(copy, (schema) => {
		if (schema.properties?.code && schema.required?.includes('policy')) schema.required = ['code'];
	});
	const template = schemas.TemplateObject!;
	template.properties!.name = { type: 'string', minLength: 1 };

	// A place from 0 to 9 is meant; the pattern here is a class of characters that leaves 0 and 1 out. Examples give it as a number too.
	const index = {
		anyOf: [
			{ type: 'string', pattern: '^\\d$' },
			{ type: 'integer', minimum: 0, maximum: 9 },
		],
	};
	// Meta's examples have flows, and capitals; codes to copy are newer than this description, and documented.
	const subType = {
		type: 'string',
		pattern: '^(?:quick_reply|url|catalog|flow|copy_code|QUICK_REPLY|URL|CATALOG|FLOW)$',
	};
	for (const part of [schemas.TemplateComponent!, schemas.ButtonComponent!.allOf![1]!]) {
		Object.assign(part.properties!, { index, sub_type: subType });
	}
	const button = schemas.ButtonParameterObject!;
	button.properties!.type!.enum!.push('action');
	schemas.ButtonActionParameter = {
		allOf: [
			{ $ref: `${REF}ButtonParameterObject` },
			{ type: 'object', required: ['action'], properties: { action: { type: 'object' } } },
		],
	};
	button.discriminator!.mapping.action = `${REF}ButtonActionParameter`;
	button.properties!.type!.enum!.push('coupon_code');
	schemas.ButtonCodeParameter = {
		allOf: [
			{ $ref: `${REF}ButtonParameterObject` },
			{
				type: 'object',
				required: ['coupon_code'],
				properties: { coupon_code: { type: 'string', minLength: 1 } },
			},
		],
	};
	button.discriminator!.mapping.coupon_code = `${REF}ButtonCodeParameter`;
	// So are the names of variables.
	schemas.TextParameter!.allOf![1]!.properties!.parameter_name = { type: 'string', minLength: 1 };
	// One of Meta's examples has true and false for the text of a button.
	schemas.ButtonTextParameter!.allOf![1]!.properties!.text = {
		type: ['string', 'boolean'] as never,
	};
	byType(schemas, 'TemplateComponent', [template.properties!.components!]);
	byType(schemas, 'ParameterObject', [
		schemas.HeaderComponent!.allOf![1]!.properties!.parameters!,
		schemas.BodyComponent!.allOf![1]!.properties!.parameters!,
	]);
	byType(schemas, 'ButtonParameterObject', [
		schemas.ButtonComponent!.allOf![1]!.properties!.parameters!,
	]);
}

/**
 * A discriminator says which kind an entry of these lists is of, which JSON Schema does not read: without it every kind passes as the
 * common one. Here each entry is checked as what its `type` says.
 */
function byType(schemas: Record<string, Schema>, name: string, lists: Schema[]): void {
	const { mapping } = schemas[name]!.discriminator!;
	for (const list of lists) {
		list.items = {
			allOf: [
				{ $ref: `${REF}${name}` },
				...Object.entries(mapping).map(([type, $ref]) => ({
					if: { properties: { type: { enum: [type] } } },
					then: { $ref },
				})),
			],
		};
	}
}

function readReceipts(schemas: Record<string, Schema>): void {
	// "typing…" came later, and no other status can be set.
	const receipt = schemas.MarkMessageRequestPayload!;
	receipt.properties = {
		messaging_product: { type: 'string', enum: ['whatsapp'] },
		status: { type: 'string', enum: ['read'] },
		message_id: { type: 'string', minLength: 1 },
		typing_indicator: {
			type: 'object',
			required: ['type'],
			properties: { type: { type: 'string', enum: ['text'] } },
		},
	};
	receipt.additionalProperties = false;
}

/** Calls `change` for every object of the document that may be a schema. */
function everySchema(node: unknown, change: (schema: Schema) => void): void {
	if (Array.isArray(node)) {
		node.forEach((part) => everySchema(part, change));
	} else if (typeof node === 'object' && node !== null) {
		change(node as Schema);
		Object.values(node).forEach((part) => everySchema(part, change));
	}
}
