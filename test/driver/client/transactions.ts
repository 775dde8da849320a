import {
	BadVersionError,
	KeeperError,
	NodeExistsError,
	NoNodeError,
	NotEmptyError,
	TransactionError,
} from '../../../lib/index.ts';
import type {ClientCheck, DriverUnderTest} from '../driver-rig.ts';

/** What a client must do in transactions. */
export function transactions(check: ClientCheck, {lacks}: DriverUnderTest): void {
	if (lacks.includes('multi')) return;

	check('#27 one result an operation; later ones see earlier ones', async (t, {server, connect}) => {
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
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

	check('#27 a refusal names the culprit and leaves no trace', async (t, {server, connect}) => {
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
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

	check('#27 an empty transaction asks nobody; a builder can be committed twice', async (t, {server, connect}) => {
		await using client = await connect(server.connectString, {sessionTimeout: 40_000});
		t.deepEqual(await client.transaction().commit(), []);
		await client.create('/twice');
		const transaction = client.transaction().set('/twice', 'x');
		await transaction.commit();
		await transaction.commit();
		t.is((await client.exists('/twice'))?.version, 2);
	});
}
