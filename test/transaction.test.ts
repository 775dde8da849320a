import anyTest, {type TestFn} from 'ava';
import {
	BadVersionError,
	type Client,
	connect,
	KeeperError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	TransactionError,
} from '../lib/index.ts';
import {TestingServer, type ZooKeeperVersion} from '../lib/testing/index.ts';

type Rig = {server: TestingServer; client: Client};
const test = anyTest as TestFn<Record<ZooKeeperVersion, Rig>>;
const versions = ['3.9', '3.8'] as const;

test.before(async t => {
	for (const version of versions) {
		const server = await TestingServer.start({version});
		t.context[version] = {server, client: await connect(server.connectString, {sessionTimeout: 20_000})};
	}
});
test.after.always(async t => {
	for (const version of versions) {
		await t.context[version].client.close();
		await t.context[version].server.close();
	}
});

for (const version of versions) {
	test(`${version}: one result an operation; later ones see earlier ones`, async t => {
		const {client} = t.context[version];
		const results = await client
			.transaction()
			.create('/t', 'parent')
			.create('/t/s-', null, {mode: 'ephemeral-sequential'})
			.create('/t/s-', null, {mode: 'persistent-sequential'})
			.create('/t/c', null, {mode: 'container'})
			.create('/t/ttl', null, {mode: 'persistent-ttl', ttl: 60_000})
			.set('/t', 'changed', {version: 0})
			.check('/t', {version: 1})
			.delete('/t/c')
			.commit();
		t.deepEqual(
			results.map(({operation, path}) => `${operation} ${path}`),
			[
				'create /t',
				'create /t/s-0000000000',
				'create /t/s-0000000001',
				'create /t/c',
				'create /t/ttl',
				'set /t',
				'check /t',
				'delete /t/c',
			],
		);
		const [created, ephemeral, , , , set] = results;
		t.true(created?.operation === 'create' && set?.operation === 'set' && created.stat?.czxid === set.stat.mzxid);
		t.is(ephemeral?.operation === 'create' ? ephemeral.stat?.ephemeralOwner : undefined, client.session?.id);
	});

	test(`${version}: a refusal names the culprit and leaves no trace`, async t => {
		const {client} = t.context[version];
		await client.create('/refused');
		await client.create('/refused/child');
		for (const [index, cause, transaction] of [
			[1, NodeExistsError, client.transaction().create('/refused/new').create('/refused')],
			[0, NoNodeError, client.transaction().set('/absent', 'x').create('/refused/new')],
			[1, BadVersionError, client.transaction().create('/refused/new').check('/refused', {version: 5})],
			[2, NotEmptyError, client.transaction().create('/refused/new').delete('/refused/new').delete('/refused')],
			[0, NoNodeError, client.transaction().check('/absent')],
		] as const) {
			const error = await t.throwsAsync(transaction.commit(), {instanceOf: TransactionError});
			t.is(error.index, index);
			t.true(error.cause instanceof cause, error.message);
			t.true(error.cause instanceof KeeperError && error.message.includes(error.cause.path ?? '?'));
			t.is(await client.exists('/refused/new'), undefined);
		}
	});

	test(`${version}: an empty transaction asks nobody; a builder can be committed twice`, async t => {
		const {client} = t.context[version];
		t.deepEqual(await client.transaction().commit(), []);
		await client.create('/twice');
		const transaction = client.transaction().set('/twice', 'x');
		await transaction.commit();
		await transaction.commit();
		t.is((await client.exists('/twice'))?.version, 2);
	});
}
