import anyTest, {type TestFn} from 'ava';
import {
	type Client,
	type ClientEvents,
	connect,
	ConnectTimeoutError,
	InvalidArgumentError,
	NotReadOnlyError,
} from '../../../lib/index.ts';
import {TestingCluster, type TestingServer, type ZooKeeperVersion} from '../../../lib/testing/index.ts';
import {nextEvent} from '../../helpers/next-event.ts';
import {until} from '../../helpers/until.ts';

type Context = {readonly cluster: TestingCluster; readonly kept: TestingServer; readonly killed: TestingServer};
function eventsOf(client: Client): (keyof ClientEvents)[] {
	const told: (keyof ClientEvents)[] = [];
	for (const name of ['connected', 'suspended', 'reconnected', 'untrusted', 'lost'] as const)
		client.on(name, () => told.push(name));
	return told;
}

const isReadOnly = ({state}: Client): boolean => state.status === 'connected' && state.readOnly;

/** What a client must do on servers of the given line when most of the ensemble is gone. */
export function readOnlyMode(version: ZooKeeperVersion): void {
	const test = (anyTest as TestFn<Context>).serial;

	test.before(async t => {
		const cluster = await TestingCluster.start({
			version,
			size: 2,
			javaArguments: ['-Dreadonlymode.enabled=true'],
			properties: {localSessionsEnabled: true, localSessionsUpgradingEnabled: true, syncLimit: 4},
		});
		const killed = await cluster.leader();
		const kept = cluster.servers.find(server => server !== killed);
		if (!kept) throw new Error('no second server');
		t.context = {cluster, kept, killed};
		await using client = await connect(cluster.connectString);
		await client.create('/a', 'data');
	});
	test.after.always(async t => {
		await t.context.cluster.close();
	});

	test(`${version}: when the quorum goes, reads go on in a session of the read-only server, and writes are refused`, async t => {
		const {cluster, kept, killed} = t.context;
		await using client = await connect(cluster.connectString, {canBeReadOnly: true, sessionTimeout: 2000});
		await client.create('/mine', null, {mode: 'ephemeral'});
		const id = client.session?.id;
		const told = eventsOf(client);
		await killed.kill();
		await until(() => isReadOnly(client));
		// The server refuses sessions of the whole ensemble, so this one had to end first.
		t.deepEqual(
			told.filter(name => name !== 'untrusted'),
			['suspended', 'lost', 'connected'],
		);
		t.not(client.session?.id, id);
		t.is((await client.get('/a')).data?.toString(), 'data');
		for (const refused of [client.set('/a', 'x'), client.create('/b'), client.delete('/a'), client.sync('/a')])
			await t.throwsAsync(refused, {instanceOf: NotReadOnlyError, message: /read-only/});
		t.is(client.trustedUntil, -Infinity);
		const unwilling = connect(kept.connectString, {connectTimeout: 1000});
		await t.throwsAsync(unwilling, {instanceOf: ConnectTimeoutError});

		told.splice(0);
		await killed.restart();
		await until(() => client.state.status === 'connected' && !client.state.readOnly);
		t.deepEqual(told, ['suspended', 'lost', 'connected']);
		t.true(client.trustedUntil > performance.now());
		await client.set('/a', 'again');
	});

	test(`${version}: a writable server is looked for while the read-only one goes on serving`, async t => {
		const {cluster, kept, killed} = t.context;
		await killed.kill();
		await until(async () => (await kept.mode()) === 'read-only');
		const client = await connect(cluster.connectString, {canBeReadOnly: true});
		t.true(isReadOnly(client));
		const told = nextEvent(client, 'lost');
		await killed.restart();
		await told;
		await until(() => client.state.status === 'connected' && !client.state.readOnly);
		await client.sync('/');
		await client.close();
	});

	test(`${version}: what is neither true nor false is refused`, async t => {
		await t.throwsAsync(connect('127.0.0.1:1', {canBeReadOnly: 'yes' as never}), {instanceOf: InvalidArgumentError});
	});
}
