/** Where people have their own mailboxes, whatever company they work for. */
const PUBLIC_MAIL = new Set(
	'aol.com,bol.com.br,fastmail.com,free.fr,gmail.com,gmx.com,gmx.de,gmx.net,googlemail.com,hotmail.com,icloud.com,laposte.net,libero.it,live.com,mail.com,mail.ru,me.com,msn.com,orange.fr,outlook.com,pm.me,proton.me,protonmail.com,qq.com,rediffmail.com,t-online.de,terra.com.br,tutanota.com,uol.com.br,wanadoo.fr,web.de,yahoo.com,yandex.com,yandex.ru,ymail.com,zoho.com'.split(
		',',
	),
);
/** Hotmail, Live, Outlook and Yahoo have a domain in many countries. */
const PUBLIC_MAIL_BY_COUNTRY = /^(hotmail|live|outlook|yahoo)\.[a-z]{2,3}(\.[a-z]{2})?$/;

/** What a customer's company can be found by: its name, and the domain of an address that is not a public mailbox. */
export function companyQuery(contact: {
	company?: string;
	email?: string;
}): { name?: string; domain?: string } | undefined {
	const domain = contact.email?.trim().toLowerCase().split('@')[1];
	const own =
		domain && !PUBLIC_MAIL.has(domain) && !PUBLIC_MAIL_BY_COUNTRY.test(domain) ? domain : undefined;
	const name = contact.company?.trim();
	if (!own && !name) return undefined;
	return { ...(name ? { name } : {}), ...(own ? { domain: own } : {}) };
}
