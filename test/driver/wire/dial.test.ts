import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {type AddressInfo, createServer, type Server} from 'node:net';
import {type ConnectionOptions, createSecureContext, createServer as createTlsServer, type TLSSocket} from 'node:tls';
import {inspect} from 'node:util';
import anyTest, {type TestFn} from 'ava';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {WireDriver} from '../../../lib/driver/wire/wire-driver.ts';
import {
	channelNames,
	type Client,
	connect,
	type ConnectionNotice,
	type ConnectOptions,
	ConnectTimeoutError,
	DialError,
	InvalidArgumentError,
	type SslOptions,
} from '../../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../../lib/testing/index.ts';
import {freePort} from '../../../lib/testing/free-port.ts';
import {type Certificate, Certificates} from '../../helpers/certificates.ts';
import {failedDials} from '../../helpers/failed-dials.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {openDriver} from '../../helpers/open-driver.ts';
import {until} from '../../helpers/until.ts';

type Context = {
	readonly certificates: Certificates;
	readonly serverCertificate: Certificate;
	readonly client: Certificate;
	readonly server: TestingServer;
	readonly secureAddress: string;
	readonly ca: string;
};
const test = (anyTest as TestFn<Context>).serial;

test.before(async t => {
	const certificates = await Certificates.create();
	const securePort = await freePort();
	const serverCertificate = await certificates.issue('server', 'IP:127.0.0.1,DNS:zk.example');
	t.context = {
		certificates,
		serverCertificate,
		client: await certificates.issue('client', 'DNS:client'),
		server: await TestingServer.start({
			properties: await certificates.serverProperties(securePort, serverCertificate, 'need'),
		}),
		secureAddress: `127.0.0.1:${securePort}`,
		ca: await certificates.ca(),
	};
});
test.after.always(async t => {
	await t.context.server.close();
	await t.context.certificates[Symbol.asyncDispose]();
});

const x509 = [{permissions: 'all', scheme: 'x509', id: 'CN=client'}] as const;

async function useAsClient(client: Client): Promise<void> {
	await client.create('/private', 'secret', {acl: x509});
	await client.get('/private');
	await client.delete('/private');
}

for (const version of ['3.9', '3.8'] as const)
	test(`${version}: a client with a certificate is known by its name`, async t => {
		const {certificates, serverCertificate, ca, client: certificate} = t.context;
		const port = await freePort();
		const properties = await certificates.serverProperties(port, serverCertificate, 'need');
		await using _server = await TestingServer.start({version, properties});
		await using client = await connect(`127.0.0.1:${port}`, {ssl: {ca, ...certificate}});
		await t.notThrowsAsync(useAsClient(client));
		t.false(inspect(client, {depth: 9, showHidden: true}).includes('PRIVATE KEY'));
	});

test('the name that is checked may be another than the address', async t => {
	const {secureAddress, ca, client: certificate} = t.context;
	await using client = await connect(secureAddress, {ssl: {ca, ...certificate, servername: 'zk.example'}});
	t.is(client.state.status, 'connected');
});

test('a host name stays what is asked for and checked, whatever its address', async t => {
	const {secureAddress, ca, client: certificate} = t.context;
	const secureContext = createSecureContext({ca, ...certificate});
	const asked: unknown[] = [];
	const listening = createTlsServer(certificate, socket => {
		asked.push((socket as TLSSocket & {readonly servername: unknown}).servername);
		socket.destroy();
	});
	listening.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
	await once(listening, 'listening');
	const driverOf = (connectString: string, secure: ConnectionOptions): WireDriver =>
		new WireDriver({
			...parseConnectString(connectString),
			sessionTimeout: 4000,
			maxRequestLength: 1_048_575,
			maxReplyLength: 2 ** 20,
			secure: () => Promise.resolve(secure),
			resolve: (_host, _options, callback) => setImmediate(() => callback(null, [{address: '127.0.0.1', family: 4}])),
		});
	const unverified = {checkServerIdentity: () => undefined, secureContext};
	const port = (listening.address() as AddressInfo).port;
	for (const [connectString, options, servername] of [
		[`zk.example:${port}`, {}, 'zk.example'],
		[`zk.example:${port}`, {servername: 'other.example'}, 'other.example'],
		[`127.0.0.1:${port}`, {}, false],
	] as const) {
		const driver = driverOf(connectString, {...unverified, ...options});
		const failures = failedDials(driver);
		await until(() => failures.length > 0);
		await driver.close(0);
		t.is(asked.pop(), servername);
	}
	listening.close();

	const securePort = secureAddress.split(':')[1];
	const driver = driverOf(`zk.example:${securePort}`, {secureContext});
	await openDriver(driver);
	await driver.close(0);
	const stranger = driverOf(`other.example:${securePort}`, {secureContext});
	const failures = failedDials(stranger);
	await until(() => failures.length > 0);
	await stranger.close(0);
	t.is((failures[0] as DialError).code, 'HOSTNAME_MISMATCH');
	t.is((failures[0] as DialError).server, `other.example:${securePort}`);
});

test('a function is asked at each new connection, and may fail at one', async t => {
	const {secureAddress, ca, client: certificate} = t.context;
	await using proxy = await FaultProxy.start({target: secureAddress});
	let calls = 0;
	const ssl = async (): Promise<SslOptions> => {
		calls++;
		await Promise.resolve();
		if (calls === 2) throw new Error('the vault is sealed');
		return {ca, ...certificate};
	};
	await using client = await connect(proxy.address, {ssl});
	t.is(calls, 1);
	const back = nextEvent(client, 'reconnected');
	proxy.reset();
	await back;
	t.is(calls, 3);
	await useAsClient(client);
});

test('a function that never answers costs one dial, and is asked again', async t => {
	const {secureAddress, ca, client: certificate} = t.context;
	let calls = 0;
	const ssl = (): SslOptions | Promise<SslOptions> => (++calls === 1 ? new Promise(() => {}) : {ca, ...certificate});
	await using client = await connect(secureAddress, {ssl, sessionTimeout: 1500, connectTimeout: 60_000});
	t.true(calls > 1);
	t.is(client.state.status, 'connected');
});

test('a renewed certificate is presented from the next connection on, in the same session', async t => {
	const {certificates, secureAddress, ca, client: original} = t.context;
	const renewed = await certificates.issue('renewed', 'DNS:client');
	await using proxy = await FaultProxy.start({target: secureAddress});
	let certificate = original;
	await using client = await connect(proxy.address, {ssl: () => ({ca, ...certificate}), sessionTimeout: 20_000});
	const {session} = client;
	const names = async (): Promise<readonly string[]> =>
		(await client.whoAmI()).filter(({scheme}) => scheme === 'x509').map(({id}) => id);
	t.deepEqual(await names(), ['CN=client']);
	certificate = renewed;
	t.deepEqual(await names(), ['CN=client'], 'a connection keeps what it began with');
	const back = nextEvent(client, 'reconnected');
	proxy.reset();
	await back;
	t.deepEqual(await names(), ['CN=renewed']);
	t.is(client.session?.id, session?.id);
});

/** What `connect` says after some dials that all fail. */
async function failure(address: string, options: ConnectOptions = {}): Promise<DialError> {
	try {
		await using client = await connect(address, {connectTimeout: 2500, ...options});
		throw new Error(`connected: ${client.state.status}`);
	} catch (error) {
		if (!(error instanceof ConnectTimeoutError) || !(error.cause instanceof DialError)) throw error;
		if (!error.message.includes(error.cause.message)) throw error;
		return error.cause;
	}
}

test('what is wrong is said by a code, and the server by its name', async t => {
	const {secureAddress, server, ca, client: certificate} = t.context;
	await using stranger = await Certificates.create();
	const strange = await stranger.issue('client', 'DNS:client');
	const mute = createServer(socket => socket.on('error', () => {}).end());
	mute.listen(0, '127.0.0.1');
	await once(mute, 'listening');
	const talker = createServer(socket => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n'));
	talker.listen(0, '127.0.0.1');
	await once(talker, 'listening');
	const secure = createTlsServer({...certificate, minVersion: 'TLSv1.3'}, socket => socket.end());
	secure.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
	await once(secure, 'listening');
	const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;
	const cases: readonly (readonly [DialError['code'], string, ConnectOptions])[] = [
		['TLS_REQUIRED', secureAddress, {}],
		['TLS_NOT_SPOKEN', server.connectString, {ssl: {ca}}],
		['CERTIFICATE_NOT_TRUSTED', secureAddress, {ssl: true}],
		['CERTIFICATE_NOT_TRUSTED', secureAddress, {ssl: {ca: await stranger.ca(), ...certificate}}],
		['HOSTNAME_MISMATCH', secureAddress, {ssl: {ca, ...certificate, servername: 'other.example'}}],
		['CLIENT_CERTIFICATE_REFUSED', secureAddress, {ssl: {ca}}],
		['CLIENT_CERTIFICATE_REFUSED', secureAddress, {ssl: {ca, ...strange}}],
		['TLS_MATERIAL', secureAddress, {ssl: () => ({key: 'nonsense'})}],
		['NOTHING_LISTENS', `127.0.0.1:${await freePort()}`, {}],
		['CLOSED_BEFORE_ANSWER', `127.0.0.1:${portOf(mute)}`, {}],
		['NOT_ZOOKEEPER', `127.0.0.1:${portOf(talker)}`, {}],
		['TLS_REQUIRED', `127.0.0.1:${portOf(secure)}`, {}],
	];
	const seen = await Promise.all(cases.map(async ([, address, options]) => failure(address, options)));
	for (const listening of [mute, talker, secure]) listening.close();
	t.deepEqual(
		seen.map(({code}) => code),
		cases.map(([code]) => code),
	);
	t.deepEqual(
		seen.map(error => error.server),
		cases.map(([, address]) => address),
	);
});

test('another authority: the server changes its certificate, and the session goes on', async t => {
	const {certificates} = t.context;
	await using successor = await Certificates.create();
	const securePort = await freePort();
	const secureAddress = `127.0.0.1:${securePort}`;
	const first = await certificates.issue('first', 'IP:127.0.0.1');
	const second = await successor.issue('second', 'IP:127.0.0.1');
	const properties = await certificates.serverProperties(securePort, first, 'none');
	await using server = await TestingServer.start({properties, maxSessionTimeout: 200_000});
	let {ca} = t.context;
	await using client = await connect(secureAddress, {ssl: () => ({ca}), sessionTimeout: 200_000});
	const problems: (string | undefined)[] = [];
	const listen = (notice: unknown): void => {
		const {event} = notice as ConnectionNotice;
		if (event === 'failed') problems.push((notice as {readonly error: DialError}).error.code);
	};
	subscribe(channelNames.connection, listen);
	const {stat} = await client.create('/kept', null, {mode: 'ephemeral'});
	const suspended = nextEvent(client, 'suspended');
	await server.kill();
	await suspended;
	await writeFile(String(properties['ssl.keyStore.location']), second.key + second.cert);
	await server.restart();
	await until(() => problems.includes('CERTIFICATE_NOT_TRUSTED'));
	unsubscribe(channelNames.connection, listen);
	t.is(client.state.status, 'suspended');
	ca = await successor.ca();
	t.is((await client.whenConnected()).sessionId, stat.ephemeralOwner);
	t.truthy(await client.exists('/kept'));
});

test('a server that has its most connections for one address is said to be such', async t => {
	await using server = await TestingServer.start({properties: {maxClientCnxns: 1}});
	// What asked whether the server is up may not be quite gone.
	await using first = await connect(server.connectString);
	const error = await failure(server.connectString);
	t.is(error.code, 'CLOSED_BEFORE_ANSWER');
	t.regex(error.message, /maxClientCnxns/);
	await first.sync('/');
	t.is(first.state.status, 'connected');
});

test('an unusable option is refused before any I/O, without a word of the material', async t => {
	const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
	for (const ssl of [{key}, {ca: 'x', rejectUnauthorized: false}, 'yes', false, null]) {
		const error = await t.throwsAsync(connect('127.0.0.1:1', {ssl: ssl as SslOptions}), {
			instanceOf: InvalidArgumentError,
			message: /`options\.ssl/,
		});
		t.false(inspect(error).includes('c2VjcmV0'));
	}
});
