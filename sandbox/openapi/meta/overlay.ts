/**
 * Changes to Meta's published description without which it refuses Meta's own examples. Each states what is wrong there. The
 * description itself is kept as it was published.
 */
interface Schemas {
	components: { schemas: Record<string, Schema> };
}

interface Schema {
	required?: string[];
	properties?: Record<string, Schema>;
	allOf?: Schema[];
	oneOf?: Schema[];
	discriminator?: { propertyName: string; mapping: Record<string, string> };
	additionalProperties?: unknown;
	[key: string]: unknown;
}

export function metaOverlay(document: object): object {
	const copy = structuredClone(document) as Schemas;
	const { schemas } = copy.components;

	// `allOf` of a base and a part with `additionalProperties: false`: the part refuses the base's properties and the other way
	// round, so nothing can satisfy both.
	everySchema(copy, (schema) => schema.allOf?.forEach((part) => delete part.additionalProperties));

	const base = schemas.BaseMessageProperties!;
	// Meta's own examples leave it out; "individual" is the default.
	// A customer without a visible number is addressed by `recipient` in place of `to`, which is newer than this description.
	base.required = ['messaging_product', 'type'];
	base.properties!.recipient = { type: 'string' };
	Object.assign(base, { anyOf: [{ required: ['to'] }, { required: ['recipient'] }] });

	// "policy" was dropped from templates years ago; no example has it.
	everySchema(copy, (schema) => {
		if (schema.properties?.code && schema.required?.includes('policy')) schema.required = ['code'];
	});

	return copy;
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
