import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {type Acl, type Client, connect, KeeperError, NoAuthError, openAcl} from '../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../lib/testing/index.ts';
import {nextEvent} from './helpers/next-event.ts';
import {watchesUnder} from './helpers/proxied-client.ts';
import {repository} from './helpers/repository.ts';
import {runCommand} from './helpers/run-command.ts';
import {connectResponse, reply, ScriptedServer} from './helpers/scripted-server.ts';
import {until} from './helpers/until.ts';

type Rig = {server: TestingServer; proxy: FaultProxy; client: Client};
const test = (anyTest as TestFn<Record<ZooKeeperVersion, Rig>>).serial;
const versions = ['3.9', '3.8'] as const;

test.before(async t => {
	for (const version of versions) {
		const server = await TestingServer.start({version, javaArguments: ['-Dznode.container.checkIntervalMs=100']});
		const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
		t.context[version] = {server, proxy, client: await connect(server.connectString, {sessionTimeout: 20_000})};
	}
});
test.after.always(async t => {
	for (const version of versions) {
		await t.context[version].client.close();
		await t.context[version].proxy.close();
		await t.context[version].server.close();
	}
});

for (const version of versions) {
	test(`${version}: #22 an emptied container goes, and so does a znode whose time is over; a parent stays`, async t => {
		const {client} = t.context[version];
		await client.create('/container', null, {mode: 'container'});
		await client.create('/container/child');
		const ttl = 50;
		await client.create('/timed', null, {mode: 'persistent-ttl', ttl});
		await client.create('/parent', null, {mode: 'persistent-ttl', ttl});
		await client.create('/parent/child');
		const {path: sequential} = await client.create('/timed-', null, {
			mode: 'persistent-sequential-ttl',
			ttl,
			protect: false,
		});
		await client.delete('/container/child');
		for (const gone of ['/container', '/timed', sequential])
			await until(async () => (await client.exists(gone)) === undefined);
		t.truthy(await client.exists('/parent'));
	});

	test(`${version}: #23 parents that others delete meanwhile are created again`, async t => {
		const {proxy, client} = t.context[version];
		await using creator = await connect(proxy.address, {sessionTimeout: 20_000});
		const root = '/vanishing';
		for (const round of [1, 2]) {
			await client.create(`${root}/a`, null, {createParents: true});
			const held = proxy.hold({request: 'create2'});
			const creating = creator.create(`${root}/a/b-${round}`, 'x', {createParents: true});
			await held.arrived;
			await client.deleteTree(root);
			held.release();
			t.is((await creating).path, `${root}/a/b-${round}`);
			await client.deleteTree(root);
		}
	});

	test(`${version}: #29 ACLs: world, ip, digest and auth; what is twice in one; digests are masked`, async t => {
		const {server, client} = t.context[version];
		await using owner = await connect(server.connectString, {auth: [{scheme: 'digest', auth: 'user:password'}]});
		const all = (scheme: string, id: string): Acl[number] => ({permissions: 'all', scheme, id});
		await client.create('/local', 'x', {acl: [all('ip', '127.0.0.0/8')]});
		await client.set('/local', 'y');
		await client.create('/elsewhere', 'x', {acl: [all('ip', '192.0.2.1')]});
		await t.throwsAsync(client.set('/elsewhere', 'y'), {instanceOf: NoAuthError});
		await owner.create('/owned', 'x', {acl: [all('auth', '')]});
		await t.throwsAsync(client.get('/owned'), {instanceOf: NoAuthError});
		await owner.set('/owned', 'y');
		const [entry] = (await owner.getAcl('/owned')).acl;
		t.regex(entry?.id ?? '', /^user:[\w+/]{27}=$/);
		await client.create('/twice', 'x', {acl: [...openAcl, ...openAcl]});
		t.deepEqual((await client.getAcl('/twice')).acl, openAcl);
		// Anybody may read this one's ACL, but only who may administer the znode sees the digests in it.
		await owner.create('/read', 'x', {acl: [all('auth', ''), {permissions: ['read'], scheme: 'world', id: 'anyone'}]});
		t.true((await client.getAcl('/read')).acl.some(({id}) => id === 'user:x'));
		t.true((await owner.getAcl('/read')).acl.some(({id}) => id === entry?.id));
	});

	test(`${version}: #37 a watch taken back without a connection is not armed again; another's is left alone`, async t => {
		const {server, proxy, client} = t.context[version];
		await using watcher = await connect(proxy.address, {sessionTimeout: 20_000});
		await client.create('/taken-back');
		const told: string[] = [];
		const first = (): void => void told.push('first');
		const second = (): void => void told.push('second');
		await watcher.get('/taken-back', {watch: first});
		await watcher.children('/taken-back', {watch: second});
		await watcher.unwatch('/taken-back', () => {});
		t.deepEqual(await watchesUnder(server, '/taken-back'), {'/taken-back': 1});
		const suspended = nextEvent(watcher, 'suspended');
		proxy.refuse();
		await suspended;
		await watcher.unwatch('/taken-back', first);
		const reconnected = nextEvent(watcher, 'reconnected');
		await proxy.restore();
		await reconnected;
		await client.set('/taken-back', 'x');
		await watcher.sync('/');
		t.deepEqual(told, []);
		await client.create('/taken-back/child');
		await until(() => told.length > 0);
		t.deepEqual(told, ['second']);
	});
}

test('#36 persistent watches on a server that has none: a typed error, and the client goes on', async t => {
	const unimplemented = -6;
	await using server = await ScriptedServer.start((frame, socket, index) => {
		if (index === 0) {
			socket.write(connectResponse());
			return;
		}
		const [xid, type] = [frame.readInt32BE(0), frame.readInt32BE(4)];
		// As ZooKeeper 3.5 does with what it does not know.
		if (type === 106) socket.end(reply(xid, () => {}, unimplemented, -1n));
		else socket.write(reply(xid, to => void to.string('/')));
	});
	const client = await connect(server.address);
	const watching = (async (): Promise<void> => {
		for await (const {type} of client.watch('/')) t.fail(type);
	})();
	const error = await t.throwsAsync(watching, {instanceOf: KeeperError, message: /does not implement/});
	t.is(error.resultCode, unimplemented);
	await client.sync('/');
	await client.close();
});

test('#39 a listener that throws is told of as an uncaught exception, and disturbs nobody', async t => {
	const {server} = t.context['3.9'];
	const entry = path.join(repository, 'dist/lib/index.js');
	const program = `
		import {connect} from ${JSON.stringify(entry)};
		const uncaught = [];
		process.on('uncaughtException', error => uncaught.push(error.message));
		const client = await connect('${server.connectString}');
		const told = [];
		await client.create('/throwing');
		await client.get('/throwing', {watch: () => { throw new Error('watch'); }});
		await client.get('/throwing', {watch: () => void told.push('other')});
		client.on('closed', () => { throw new Error('closed'); });
		await client.set('/throwing', 'x');
		await client.get('/throwing', {watch: () => { throw new Error('again'); }});
		await client.delete('/throwing');
		await client.close();
		console.log(JSON.stringify({told, uncaught}));
	`;
	const {stdout, output, end} = await runCommand(
		process.execPath,
		['--input-type=module', '--eval', program],
		repository,
	);
	t.is(end, 0, output);
	t.deepEqual(JSON.parse(stdout), {told: ['other'], uncaught: ['watch', 'again', 'closed']});
});
