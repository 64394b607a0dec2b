/**
 * Changes to Chatwoot's published description without which it refuses what Chatwoot answers. Each states what is wrong there. The
 * description itself is kept as it was published.
 */
interface Schema {
	$ref?: string;
	type?: string;
	nullable?: boolean;
	enum?: unknown[];
	properties?: Record<string, Schema>;
	[key: string]: unknown;
}

interface Description {
	paths: Record<string, Record<string, { responses: Record<string, Schema> }>>;
	components: { schemas: Record<string, Schema> };
}

export function chatwootOverlay(document: object): object {
	const copy = structuredClone(document) as Description;
	const { schemas } = copy.components;

	// A new contact is answered as an object of the contact and its place in the inbox, not as a list of contacts.
	answer(copy, '/api/v1/accounts/{account_id}/contacts', 'post', '200', {
		type: 'object',
		required: ['payload'],
		properties: {
			payload: {
				type: 'object',
				required: ['contact'],
				properties: {
					contact: { $ref: '#/components/schemas/contact_list_item' },
					contact_inbox: {
						type: 'object',
						nullable: true,
						properties: {
							source_id: { type: 'string' },
							inbox: { $ref: '#/components/schemas/inbox' },
						},
					},
				},
			},
		},
	});

	// A changed contact is answered with 200 and the contact; the description has 204, which carries nothing, with a list in it.
	answer(copy, '/api/v1/accounts/{account_id}/contacts/{id}', 'put', '200', {
		type: 'object',
		required: ['payload'],
		properties: { payload: { $ref: '#/components/schemas/contact_list_item' } },
	});

	// "snoozed" is a status like the others: it is among those that toggle_status takes.
	schemas.conversation!.properties!.status!.enum = ['open', 'resolved', 'pending', 'snoozed'];

	// A message of files alone has no words.
	schemas.message!.properties!.content!.nullable = true;

	// Webhooks are answered within `payload`; the description has them bare.
	const webhooks = '/api/v1/accounts/{account_id}/webhooks';
	const webhook = { $ref: '#/components/schemas/webhook' };
	answer(copy, webhooks, 'get', '200', {
		type: 'object',
		required: ['payload'],
		properties: {
			payload: {
				type: 'object',
				required: ['webhooks'],
				properties: { webhooks: { type: 'array', items: webhook } },
			},
		},
	});
	for (const [path, method] of [
		[webhooks, 'post'],
		[`${webhooks}/{webhook_id}`, 'patch'],
	] as const) {
		answer(copy, path, method, '200', {
			type: 'object',
			required: ['payload'],
			properties: {
				payload: { type: 'object', required: ['webhook'], properties: { webhook } },
			},
		});
	}

	// Taking an agent away is answered with null.
	const assignments = '/api/v1/accounts/{account_id}/conversations/{conversation_id}/assignments';
	answer(copy, assignments, 'post', '200', {
		anyOf: [{ $ref: '#/components/schemas/user' }, { type: 'null' }],
	});

	return copy;
}

function answer(
	document: Description,
	path: string,
	method: string,
	status: string,
	schema: Schema,
): void {
	document.paths[path]![method]!.responses[status] = {
		description: 'Success',
		content: { 'application/json': { schema } },
	};
}
