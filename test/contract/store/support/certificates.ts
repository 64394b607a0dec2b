import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
	/** The authority that signed the server's certificate, in PEM. */
	authority: string;
	/** One that did not. */
	stranger: string;
	/** Files for the server. */
	server: { cert: string; key: string };
}

/** Makes an authority and a certificate of a server that it signed for `127.0.0.1`, with the system's openssl. */
export async function makeCertificates(folder: string): Promise<Certificates> {
	const at = (name: string) => path.join(folder, name);
	const openssl = async (...args: string[]) => {
		await promisify(execFile)('openssl', args);
	};
	const key = ['-newkey', 'rsa:2048', '-nodes'];
	const authority = async (name: string) => {
		// prettier-ignore
		await openssl('req', '-x509', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`),
			'-days', '2', '-subj', `/CN=${name}`);
		return readFileSync(at(`${name}.crt`), 'utf8');
	};
	const [own, stranger] = [await authority('Sample Authority'), await authority('Another')];
	// prettier-ignore
	await openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=database');
	writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:database.example\n');
	// prettier-ignore
	await openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('Sample Authority.crt'),
		'-CAkey', at('Sample Authority.key'), '-CAcreateserial', '-out', at('server.crt'), '-days', '2',
		'-extfile', at('names'));
	return {
		authority: own,
		stranger,
		server: { cert: at('server.crt'), key: at('server.key') },
	};
}
