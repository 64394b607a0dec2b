import type {
	TemplateButton,
	TemplateHeader,
	TemplateMessage,
	TemplateValue,
} from '../ports/messaging';

/*
 * An approved template as Meta has it: which values it wants, under names that a form can show, and what it says with them.
 */

/** What stands above the body; a place or anything newer is `other`, which cannot be filled in here. */
export type HeaderFormat = 'text' | 'image' | 'video' | 'document' | 'other';

export interface ApprovedTemplate {
	name: string;
	language: string;
	/** In Meta's words: MARKETING, UTILITY or AUTHENTICATION. */
	category: string;
	/** Text of a text header, with its variable; sample values by the variable's name or number. */
	header?: { format: HeaderFormat; text?: string };
	body: string;
	footer?: string;
	buttons: Array<{
		kind: TemplateButton['type'] | 'other';
		title: string;
		/** Of a link: where it leads, with its variable. */
		url?: string;
	}>;
	/** What Meta was shown as an example, by the place of the variable: "body_1", "header_order_number". */
	samples: Record<string, string>;
	/** Parts that nobody can fill in here, e.g. a carousel. */
	beyond: string[];
}

/** A value that a template wants. */
export interface TemplateSlot {
	/** Stands for the value where it is kept: see {@link filledTemplate}. */
	id: string;
	/** For a form. */
	title: string;
	required: boolean;
}

const VARIABLE = /\{\{\s*([^{}\s]+)\s*\}\}/gu;

/** The names or numbers of the variables of a text, each once; numbers in their order. */
function variablesOf(text: string): string[] {
	const found = [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1]!))];
	return found.every(isNumber) ? found.sort((a, b) => Number(a) - Number(b)) : found;
}

function isNumber(variable: string): boolean {
	return /^\d+$/u.test(variable);
}

const FILE_TITLES = {
	image: 'Header Picture (Address or Media ID)',
	video: 'Header Video (Address or Media ID)',
	document: 'Header Document (Address or Media ID)',
} as const;

/** The values that a template wants, in the order in which a reader meets them. */
export function slotsOf({ header, body, buttons, samples }: ApprovedTemplate): TemplateSlot[] {
	const values = (part: 'header' | 'body', text: string): TemplateSlot[] =>
		variablesOf(text).map((variable) => {
			const id = `${part}_${variable}`;
			const where = part === 'header' ? 'Header' : 'Body';
			const sample = samples[id];
			return {
				id,
				title: `${where} ${isNumber(variable) ? `Value ${variable}` : `“${variable}”`}${sample ? `, e.g. ${sample}` : ''}`,
				required: true,
			};
		});
	return [
		...(header?.format === 'text' ? values('header', header.text ?? '') : []),
		...(header && header.format !== 'text' && header.format !== 'other'
			? [{ id: `headerFile_${header.format}`, title: FILE_TITLES[header.format], required: true }]
			: []),
		...(header?.format === 'document'
			? [{ id: 'headerFileName', title: 'Header Document Name', required: false }]
			: []),
		...values('body', body),
		...buttons.flatMap(({ kind, title, url = '' }, index): TemplateSlot[] => {
			const id = `button${index + 1}_${kind}`;
			const name = `Button ${index + 1} “${title}”`;
			switch (kind) {
				case 'url':
					return variablesOf(url).length > 0
						? [{ id, title: `${name}: What Its Address Ends With`, required: true }]
						: [];
				case 'copy_code':
					return [{ id, title: `${name}: Code`, required: true }];
				case 'quick_reply':
					return [{ id, title: `${name}: ID When Tapped`, required: false }];
				default:
					return [];
			}
		}),
	];
}

type Filling = Pick<TemplateMessage, 'header' | 'bodyParameters' | 'buttons'>;

/** What fills a template in, by the ids of its slots. Empty values are left out; an id that is none is passed over. */
export function filledTemplate(values: Readonly<Record<string, string>>): Filling {
	const given = Object.entries(values).filter(([, value]) => value.trim() !== '');
	const of = (part: 'header' | 'body'): Array<[string, string]> =>
		given.flatMap(([id, value]): Array<[string, string]> =>
			id.startsWith(`${part}_`) ? [[id.slice(part.length + 1), value]] : [],
		);
	const body = of('body');
	const numbered = body.every(([variable]) => isNumber(variable));
	const header = headerOf(of('header'), Object.fromEntries(given));
	const buttons = given.flatMap(([id, value]): TemplateButton[] => {
		const [, place, type] = /^button(\d+)_(url|quick_reply|copy_code)$/u.exec(id) ?? [];
		return place ? [{ index: Number(place) - 1, type: type as TemplateButton['type'], value }] : [];
	});
	return {
		...(header ? { header } : {}),
		...(body.length > 0
			? {
					bodyParameters: numbered
						? body.sort(([a], [b]) => Number(a) - Number(b)).map(([, text]) => text)
						: body.map(([name, text]) => ({ name, text })),
				}
			: {}),
		...(buttons.length > 0 ? { buttons: buttons.sort((a, b) => a.index - b.index) } : {}),
	};
}

function headerOf(
	[text]: Array<[string, string]>,
	values: Readonly<Record<string, string>>,
): TemplateHeader | undefined {
	if (text) return { type: 'text', value: valueOf(text) };
	for (const type of ['image', 'video', 'document'] as const) {
		const file = values[`headerFile_${type}`];
		if (file) return { type, media: fileAt(file, values.headerFileName) };
	}
	return undefined;
}

function valueOf([variable, text]: [string, string]): TemplateValue {
	return isNumber(variable) ? text : { name: variable, text };
}

/** A file by its address, or by the id under which WhatsApp has it. */
export function fileAt(place: string, fileName?: string) {
	const at = place.trim();
	return {
		...(/^https?:\/\//iu.test(at) ? { url: at } : { id: at }),
		...(fileName?.trim() ? { fileName: fileName.trim() } : {}),
	};
}

/** What a template says with its values: header, body and footer as the customer reads them. */
export function wordsOf(
	{ header, body, footer }: ApprovedTemplate,
	message: Pick<TemplateMessage, 'header' | 'bodyParameters'>,
): string {
	const above =
		header?.format === 'text' && header.text
			? filled(header.text, message.header?.type === 'text' ? [message.header.value] : [])
			: '';
	return [above, filled(body, message.bodyParameters ?? []), footer ?? '']
		.filter((part) => part.trim() !== '')
		.join('\n\n');
}

function filled(text: string, values: readonly TemplateValue[]): string {
	const byName = new Map(
		values.map((value, index) =>
			typeof value === 'string' ? [String(index + 1), value] : [value.name, value.text],
		),
	);
	return text.replace(VARIABLE, (whole, variable: string) => byName.get(variable) ?? whole);
}

/** A template in few words, where nobody knows its text: its name and what fills it in. */
export function namedWithValues({ name, header, bodyParameters = [] }: TemplateMessage): string {
	const above = header?.type === 'text' ? [header.value] : [];
	return [
		name,
		...[...above, ...bodyParameters].map((value) =>
			typeof value === 'string' ? value : value.text,
		),
	].join(' · ');
}
