import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {AuthFailedError, type Client, connect, NoAuthError, type SaslMechanism} from '../../lib/index.ts';
import {freePort} from '../../lib/testing/free-port.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Certificates} from '../helpers/certificates.ts';
import {blocksOf, DocumentProject} from '../helpers/document-project.ts';

type Examples = {
	readonly secureClient: (connectString: string, folder: string) => Promise<Client>;
	readonly saslClient: (connectString: string, username: string, password: string) => Promise<Client>;
	readonly ticket: (answer: (challenge: Uint8Array) => Promise<Uint8Array>) => SaslMechanism;
	readonly digestClient: (connectString: string, secret: string) => Promise<Client>;
	readonly orderly: (connectString: string, auth: string) => Promise<Client>;
};
type Context = Examples & {
	readonly server: TestingServer;
	readonly secureAddress: string;
	readonly certificates: Certificates;
	readonly project: DocumentProject;
};
const test = anyTest as TestFn<Context>;
const page = 'docs/security.md';

test.before(async t => {
	t.timeout(180_000);
	const project = await DocumentProject.of(page);
	const {secureClient} = await project.import<Examples>('secure-client.ts');
	const {saslClient} = await project.import<Examples>('sasl-client.ts');
	const {ticket} = await project.import<Examples>('ticket.ts');
	const {digestClient} = await project.import<Examples>('digest-client.ts');
	const {orderly} = await project.import<Examples>('acls.ts');
	const certificates = await Certificates.create();
	const securePort = await freePort();
	const certificate = await certificates.issue('server', 'IP:127.0.0.1');
	const {cert, key} = await certificates.issue('client', 'DNS:client');
	await writeFile(join(certificates.folder, 'client.pem'), cert);
	await writeFile(join(certificates.folder, 'client-key.pem'), key);
	const jaas = join(certificates.folder, 'jaas.conf');
	const login = 'org.apache.zookeeper.server.auth.DigestLoginModule';
	await writeFile(jaas, `Server { ${login} required user_bob="builder"; };\n`);
	const server = await TestingServer.start({
		properties: await certificates.serverProperties(securePort, certificate, 'need'),
		javaArguments: [
			`-Djava.security.auth.login.config=${jaas}`,
			'-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
			'-Dzookeeper.fips-mode=false',
		],
	});
	const secureAddress = `127.0.0.1:${securePort}`;
	const examples = {secureClient, saslClient, ticket, digestClient, orderly};
	t.context = {...examples, project, certificates, server, secureAddress};
});
test.after.always(async t => {
	await t.context.server.close();
	await t.context.certificates[Symbol.asyncDispose]();
	await t.context.project[Symbol.asyncDispose]();
});

async function identities(client: Client): Promise<readonly string[]> {
	return (await client.whoAmI()).map(({scheme, id}) => `${scheme}:${id}`);
}

test('every block of the page is run', t => {
	const files = ['secure-client.ts', 'sasl-client.ts', 'ticket.ts', 'digest-client.ts', 'acls.ts'];
	t.deepEqual(
		blocksOf(page).map(({file}) => file),
		files,
	);
});

test('TLS with a certificate of the client', async t => {
	const {secureClient, secureAddress, certificates} = t.context;
	await using client = await secureClient(secureAddress, certificates.folder);
	t.true((await identities(client)).includes('x509:CN=client'));
});

test("SASL: what is created is its user's alone", async t => {
	const {saslClient, server} = t.context;
	await using client = await saslClient(server.connectString, 'bob', 'builder');
	t.true((await identities(client)).includes('sasl:bob'));
	await using other = await connect(server.connectString);
	await t.throwsAsync(other.get('/diary'), {instanceOf: NoAuthError});
	await t.throwsAsync(saslClient(server.connectString, 'bob', 'guess'), {instanceOf: AuthFailedError});
});

test("a mechanism of one's own is let in with the right answer, and refused with another", async t => {
	const {ticket, server} = t.context;
	await using client = await connect(server.connectString, {sasl: ticket(answerOfBob)});
	t.true((await identities(client)).includes('sasl:bob'));
	const wrong = ticket(async () => Promise.resolve(Buffer.from('let me in')));
	await t.throwsAsync(connect(server.connectString, {sasl: wrong}), {instanceOf: AuthFailedError});
});

test('a credential of another scheme', async t => {
	await using client = await t.context.digestClient(t.context.server.connectString, 'secret');
	const known = await identities(client);
	t.true(known.includes('digest:billing') && known.includes('digest:audit'), known.join());
});

test('ACLs by path, for parents too', async t => {
	const {orderly, server} = t.context;
	await using client = await orderly(server.connectString, 'owner:secret');
	await using other = await connect(server.connectString);
	t.is((await other.get('/public/prices/bread')).data?.toString(), '3');
	await t.throwsAsync(other.set('/public/prices/bread', '4'), {instanceOf: NoAuthError});
	t.is((await client.getAcl('/public')).acl.length, 2);
	t.is((await client.getAcl('/scratch')).acl.length, 3);
});

/** RFC 2831, for `bob` with the password `builder`. */
async function answerOfBob(challenge: Uint8Array): Promise<Uint8Array> {
	const md5 = (...parts: readonly (string | Buffer)[]): Buffer => {
		const hash = createHash('md5');
		for (const part of parts) hash.update(part);
		return hash.digest();
	};
	const nonce = /nonce="(?<nonce>[^"]*)"/.exec(Buffer.from(challenge).toString())?.groups?.['nonce'] ?? '';
	const uri = 'zookeeper/zk-sasl-md5';
	const a1 = md5(md5('bob:zk-sasl-md5:builder'), `:${nonce}:c`).toString('hex');
	const a2 = md5(`AUTHENTICATE:${uri}`).toString('hex');
	const response = md5(`${a1}:${nonce}:00000001:c:auth:${a2}`).toString('hex');
	return Promise.resolve(
		Buffer.from(
			`username="bob",realm="zk-sasl-md5",nonce="${nonce}",nc=00000001,cnonce="c",digest-uri="${uri}",response=${response},qop=auth`,
		),
	);
}
