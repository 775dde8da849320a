import {inspect} from 'node:util';
import {
	type Acl,
	AbortedError,
	AuthFailedError,
	type Client,
	creatorAcl,
	InvalidArgumentError,
	NoAuthError,
	openAcl,
} from '../../../lib/index.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

const secret = {scheme: 'digest', auth: 'user:correct horse'} as const;

/** What a client must do with credentials and ACLs. */
export function credentials(check: ClientCheck, {lacks}: DriverUnderTest): void {
	/** At once, or as soon as the driver can. */
	async function create(client: Client, path: string, acl: Acl): Promise<void> {
		if (!lacks.includes('aclAtCreate')) return void (await client.create(path, 'x', {acl}));
		await client.create(path, 'x', {acl: openAcl});
		await client.setAcl(path, acl);
	}

	check('#16 credentials go first on every connection', async (t, {direct, proxy, connect}) => {
		await using mine = await connect(proxy.address, {sessionTimeout: 40_000, auth: [secret]});
		await create(mine, '/secret', creatorAcl);
		await t.throwsAsync(direct.get('/secret'), {instanceOf: NoAuthError});
		for (let round = 0; round < 3; round++) {
			const suspended = nextEvent(mine, 'suspended');
			proxy.reset();
			await suspended;
			t.is((await mine.get('/secret')).data?.toString(), 'x');
			t.is(mine.state.status, 'connected');
		}
		await using later = await connect(proxy.address, {sessionTimeout: 40_000});
		await t.throwsAsync(later.get('/secret'), {instanceOf: NoAuthError});
		await later.addAuth(secret.scheme, secret.auth);
		await later.get('/secret');
	});

	check('#16 a refused credential is terminal, and no secret is told', async (t, {proxy, connect}) => {
		const auth = [{scheme: 'nonsense', auth: 'correct horse'}];
		const error = await t.throwsAsync(connect(proxy.address, {auth}), {instanceOf: AuthFailedError});
		t.notRegex(inspect(error, {depth: 9, showHidden: true}), /correct horse/);
		await using client = await connect(proxy.address, {auth: [secret]});
		const session = client.session?.password.toString('hex') ?? '';
		for (const seen of [inspect(client, {depth: 9, showHidden: true}), JSON.stringify(client.session)])
			t.false(seen.includes('correct horse') || seen.includes(session));
		await t.throwsAsync(client.addAuth('nonsense', 'correct horse'), {instanceOf: AuthFailedError});
		t.true((await client.closed) instanceof AuthFailedError);
		await t.throwsAsync(client.get('/'), {code: 'CLIENT_CLOSED'});
		await t.throwsAsync(connect(proxy.address, {auth: 'user:correct horse' as unknown as []}), {
			instanceOf: InvalidArgumentError,
			message: /^(?!.*correct).*options\.auth/,
		});
	});

	check(
		'#16 addAuth: an abort ends the wait, and the credential stays, also on later connections',
		async (t, {proxy, server, connect}) => {
			await using owner = await connect(server.connectString, {auth: [{scheme: 'digest', auth: 'owner:secret'}]});
			await create(owner, '/added', creatorAcl);
			await using late = await connect(proxy.address, {sessionTimeout: 40_000});
			const aborted = new AbortController();
			const held = proxy.hold({request: 'auth'});
			const adding = late.addAuth('digest', 'owner:secret', {signal: aborted.signal});
			await held.arrived;
			aborted.abort();
			await t.throwsAsync(adding, {instanceOf: AbortedError, message: /^auth digest/});
			held.release();
			t.is((await late.get('/added')).data?.toString(), 'x');
			const back = nextEvent(late, 'reconnected');
			proxy.reset();
			await back;
			t.is((await late.get('/added')).data?.toString(), 'x');
			await t.throwsAsync(late.addAuth('digest', 'other:secret', {signal: AbortSignal.abort()}), {
				instanceOf: AbortedError,
			});
		},
	);

	const all = (scheme: string, id: string): Acl[number] => ({permissions: 'all', scheme, id});

	check('#29 ACLs: world, ip, digest and auth', async (t, {direct, server, connect}) => {
		await using client = await connect(server.connectString);
		await using owner = await connect(server.connectString, {auth: [secret]});
		await create(client, '/local', [all('ip', '127.0.0.0/8')]);
		await client.set('/local', 'y');
		await create(client, '/elsewhere', [all('ip', '192.0.2.1'), {...all('world', 'anyone'), permissions: ['read']}]);
		await t.throwsAsync(client.set('/elsewhere', 'y'), {instanceOf: NoAuthError});
		await create(owner, '/owned', [all('auth', '')]);
		await t.throwsAsync(client.get('/owned'), {instanceOf: NoAuthError});
		await owner.set('/owned', 'y');
		await create(client, '/doubled', [...openAcl, ...openAcl]);
		t.deepEqual((await direct.getAcl('/doubled')).acl, openAcl);
	});

	if (lacks.includes('getAcl')) return;

	check('#29 digests in ACLs are masked', async (t, {server, connect}) => {
		await using client = await connect(server.connectString);
		await using owner = await connect(server.connectString, {auth: [secret]});
		// Anybody may read this one's ACL, but only who may administer the znode sees the digests in it.
		await create(owner, '/read', [all('auth', ''), {...all('world', 'anyone'), permissions: ['read']}]);
		t.true((await client.getAcl('/read')).acl.some(({id}) => id === 'user:x'));
		t.true((await owner.getAcl('/read')).acl.some(({id}) => /^user:[\w+/]{27}=$/.test(id)));
	});

	check('#23 #29 every create has its own ACL, parents too', async (t, {server, connect}) => {
		// An ACL that can be told by its length from any other path's, and still lets the client do what it likes.
		const signed = (path: string): Acl => [...openAcl, {permissions: ['read'], scheme: 'digest', id: `${path}:hash`}];
		await using client = await connect(server.connectString, {acl: signed});
		await client.create('/signed/b/c', null, {createParents: true});
		await client.setOrCreate('/signed/set/x', 'x', {createParents: true});
		await client.ensure('/signed/ensured/x');
		await client.transaction().create('/signed/t').create('/signed/t/child').commit();
		for (const name of ['', '/b', '/b/c', '/set', '/set/x', '/ensured', '/ensured/x', '/t', '/t/child']) {
			const path = `/signed${name}`;
			t.is((await client.getAcl(path)).acl[1]?.id, `${path}:hash`);
		}
	});
}
