import {createHash} from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {
	AuthFailedError,
	ClientClosedError,
	connect,
	creatorAcl,
	InvalidArgumentError,
	type SaslMechanism,
	type SaslOption,
} from '../../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';
import {nextEvent} from '../helpers/next-event.ts';

type Context = {readonly folder: string; readonly server: TestingServer; readonly proxy: FaultProxy};
const password = 'pa,ss "=ürgh';
const sasl = {username: 'bob', password};

/** What Bob answers to a challenge, reckoned here after RFC 2831. */
function answerOfBob(challenge: string): Buffer {
	const md5 = (...parts: readonly (string | Buffer)[]): Buffer =>
		createHash('md5')
			.update(Buffer.concat(parts.map(part => Buffer.from(part))))
			.digest();
	const nonce = /nonce="(?<nonce>[^"]*)"/.exec(challenge)?.groups?.['nonce'] ?? '';
	const uri = 'zookeeper/zk-sasl-md5';
	const secret = md5(Buffer.from(`bob:zk-sasl-md5:${password}`, 'latin1'));
	const a1 = md5(secret, `:${nonce}:c`).toString('hex');
	const a2 = md5(`AUTHENTICATE:${uri}`).toString('hex');
	const response = md5(`${a1}:${nonce}:00000001:c:auth:${a2}`).toString('hex');
	return Buffer.from(
		`username="bob",realm="zk-sasl-md5",nonce="${nonce}",nc=00000001,cnonce="c",digest-uri="${uri}",response=${response},qop=auth`,
	);
}

/** What a client must do with SASL on servers of the given line. */
export function saslAuthentication(version: ZooKeeperVersion): void {
	const test = (anyTest as TestFn<Context>).serial;

	test.before(async t => {
		const folder = await mkdtemp(join(tmpdir(), 'docent-jaas-'));
		const jaas = join(folder, 'jaas.conf');
		const escaped = password.replaceAll('"', String.raw`\"`);
		await writeFile(
			jaas,
			`Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_bob="${escaped}"; };\n`,
		);
		const server = await TestingServer.start({
			version,
			javaArguments: [
				`-Djava.security.auth.login.config=${jaas}`,
				'-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
				'-Dzookeeper.fips-mode=false',
				'-Dzookeeper.sessionRequireClientSASLAuth=true',
				'-Dfile.encoding=UTF-8',
			],
		});
		t.context = {folder, server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
	});
	test.after.always(async t => {
		await t.context.proxy.close();
		await t.context.server.close();
		await rm(t.context.folder, {recursive: true, force: true});
	});

	test(`${version}: a client is known by its SASL name, on every connection and before anything else`, async t => {
		const {proxy} = t.context;
		await using client = await connect(proxy.address, {sasl, auth: [{scheme: 'digest', auth: 'ann:secret'}]});
		const ids = (await client.whoAmI()).map(({scheme, id}) => `${scheme}:${id}`);
		t.true(ids.includes('sasl:bob'), ids.join());
		t.true(ids.includes('digest:ann'), ids.join());
		await client.create('/bobs', 'mine', {acl: creatorAcl});
		let told = 0;
		await client.get('/bobs', {watch: () => told++});
		const recording = proxy.record();
		const back = nextEvent(client, 'reconnected');
		proxy.reset();
		const [data] = await Promise.all([client.get('/bobs'), back]);
		t.is(data.data?.toString(), 'mine');
		recording.stop();
		const sent = recording.requests.map(({op}) => op);
		t.deepEqual(sent.slice(0, 3), ['connect', 'sasl', 'sasl']);
		t.true(sent.indexOf('auth') > 2);
		await client.set('/bobs', 'again');
		t.is(told, 1);
	});

	test(`${version}: a wrong password ends the client, and no secret is told`, async t => {
		const {server} = t.context;
		const error = await t.throwsAsync(connect(server.connectString, {sasl: {username: 'bob', password: 'guess-xyz'}}), {
			instanceOf: AuthFailedError,
		});
		t.false(inspect(error, {depth: 9, showHidden: true}).includes('guess-xyz'));
		await using client = await connect(server.connectString, {sasl});
		t.false(inspect(client, {depth: 9, showHidden: true}).includes('ürgh'));
	});

	test(`${version}: a server without SASL, and a mechanism that fails, end the client too`, async t => {
		const {server} = t.context;
		await using plain = await TestingServer.start({version});
		await t.throwsAsync(connect(plain.connectString, {sasl}), {instanceOf: AuthFailedError, message: /DIGEST-MD5/});
		const stolen: SaslMechanism = {
			name: 'STOLEN',
			async *exchange() {
				yield Buffer.alloc(0);
				await Promise.reject(new Error('no ticket'));
			},
		};
		await t.throwsAsync(connect(server.connectString, {sasl: stolen}), {
			instanceOf: AuthFailedError,
			message: /STOLEN: no ticket/,
		});
	});

	test(`${version}: a mechanism of one's own is let in, by an exchange of its own on each connection`, async t => {
		const {proxy} = t.context;
		const heard: string[] = [];
		const own: SaslMechanism = {
			name: 'OWN',
			async *exchange() {
				const challenge = Buffer.from(yield Buffer.alloc(0)).toString();
				// As one that asks somebody else for its answer.
				const answer = await Promise.resolve(answerOfBob(challenge));
				heard.push(Buffer.from(yield answer).toString());
			},
		};
		await using client = await connect(proxy.address, {sasl: own});
		const isBob = async (): Promise<boolean> =>
			(await client.whoAmI()).some(({scheme, id}) => scheme === 'sasl' && id === 'bob');
		t.true(await isBob());
		const back = nextEvent(client, 'reconnected');
		proxy.reset();
		await back;
		t.true(await isBob());
		t.is(heard.length, 2);
		t.not(heard[0], heard[1]);
		for (const last of heard) t.regex(last, /^rspauth=/);
	});

	test(`${version}: a client without SASL is refused by a server that wants it`, async t => {
		const {server} = t.context;
		await using client = await connect(server.connectString);
		await t.throwsAsync(client.get('/', {retry: false}), {message: /SASL/});
	});

	test(`${version}: a secret refused at once is not told`, async t => {
		for (const bad of [{username: 'bob'}, 'bob:hush', {username: 1, password: 'hush'}, null]) {
			const error = await t.throwsAsync(connect('127.0.0.1:1', {sasl: bad as SaslOption}), {
				instanceOf: InvalidArgumentError,
			});
			t.false(inspect(error).includes('hush'));
		}
	});

	test(`${version}: an exchange that is cut is begun again; a close during one settles`, async t => {
		const {proxy} = t.context;
		proxy.resetOn({reply: 'sasl'});
		await using client = await connect(proxy.address, {sasl});
		t.truthy(await client.exists('/bobs'));
		const held = proxy.hold({reply: 'sasl'});
		const suspended = nextEvent(client, 'suspended');
		proxy.reset();
		await suspended;
		const reading = t.throwsAsync(client.get('/bobs', {retry: false}), {instanceOf: ClientClosedError});
		await held.arrived;
		await client.close();
		await reading;
	});
}
