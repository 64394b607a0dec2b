import type { CrmFieldDefinition } from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { SalesforceConnection } from './connection';
import type { Shape } from './fields';
import { KEY, KEY_LABEL, KEY_METADATA, apiName, metadataOf } from './fields';
import { soqlText } from './soql';

/** New fields are visible to nobody; this permission set shows them to those who have it. */
const PERMISSION_SET = { Name: 'WhatsApp_Handoff', Label: 'WhatsApp handoff' };

/**
 * Makes fields of an object, our key among them, through the Tooling API, and lets the user of the credential see them: a permission
 * set is made and assigned, since Salesforce hides a new field from everybody, administrators included. Every step may be done
 * already, by an earlier run that broke off.
 */
export async function createFields(
	connection: SalesforceConnection,
	object: string,
	shape: Shape,
	definitions: readonly CrmFieldDefinition[],
): Promise<Array<{ name: string; label: string; created: boolean }>> {
	const wanted = [
		{ name: KEY, label: KEY_LABEL, metadata: KEY_METADATA as object },
		...definitions.map((one) => ({
			name: apiName(one.name),
			label: one.label,
			metadata: metadataOf(one),
		})),
	];
	const missing = wanted.filter(({ name }) => !shape.has(name));
	if (missing.length === 0)
		return wanted.map(({ name, label }) => ({ name, label, created: false }));
	try {
		const created = new Set<string>();
		for (const { name, metadata } of missing) {
			if (await make(connection, object, name, metadata)) created.add(name);
		}
		await show(
			connection,
			object,
			missing.map(({ name }) => name),
		);
		return wanted.map(({ name, label }) => ({ name, label, created: created.has(name) }));
	} catch (error) {
		if (!(error instanceof CrmError) || error.kind !== 'auth') throw error;
		throw new CrmError(
			error.message,
			error.kind,
			`Let an administrator run this once (it needs the permissions Customize Application and Manage Profiles and Permission Sets), or have them create these fields on ${object} by hand: ${missing.map(({ name }) => name).join(', ')}. ${KEY} is text of 255 characters, External ID and Unique.`,
			error.details,
			{ cause: error },
		);
	}
}

/** False if it was there already, hidden from this user. */
async function make(
	connection: SalesforceConnection,
	object: string,
	name: string,
	metadata: object,
): Promise<boolean> {
	return unlessThere(
		connection.call(`create the field ${name}`, (sdk) =>
			sdk.requestPost(`/tooling/sobjects/CustomField`, {
				FullName: `${object}.${name}`,
				Metadata: metadata,
			}),
		),
	);
}

async function show(
	connection: SalesforceConnection,
	object: string,
	names: readonly string[],
): Promise<void> {
	const setId = await permissionSet(connection);
	for (const name of names) {
		await unlessThere(
			connection.create(`show the field ${name}`, 'FieldPermissions', {
				ParentId: setId,
				SobjectType: object,
				Field: `${object}.${name}`,
				PermissionsRead: true,
				PermissionsEdit: true,
			}),
		);
	}
	const userId = await connection.call('say who is signed in', async (sdk) => {
		const { identity } = await sdk.request<{ identity: string }>('/');
		return identity.split('/').pop()!;
	});
	await unlessThere(
		connection.create('assign the permission set', 'PermissionSetAssignment', {
			PermissionSetId: setId,
			AssigneeId: userId,
		}),
	);
}

async function permissionSet(connection: SalesforceConnection): Promise<string> {
	const find = async () => {
		const [known] = await connection.query(
			'look for the permission set',
			`SELECT Id FROM PermissionSet WHERE Name = ${soqlText(PERMISSION_SET.Name)} LIMIT 1`,
		);
		return known && String(known.Id);
	};
	const known = await find();
	if (known) return known;
	try {
		return await connection.create('create the permission set', 'PermissionSet', {
			...PERMISSION_SET,
			Description: 'Lets people and the integration see the fields of the WhatsApp handoff.',
		});
	} catch (error) {
		const made = error instanceof CrmError && error.kind === 'conflict' ? await find() : undefined;
		if (!made) throw error;
		return made;
	}
}

async function unlessThere(making: Promise<unknown>): Promise<boolean> {
	try {
		await making;
		return true;
	} catch (error) {
		if (error instanceof CrmError && error.kind === 'conflict') return false;
		throw error;
	}
}
