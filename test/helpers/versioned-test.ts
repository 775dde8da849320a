import anyTest, {type TestFn} from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';

type Rig = {readonly server: TestingServer; readonly proxy: FaultProxy; readonly direct: Client};

export const versions: readonly ['3.9', '3.8'] = ['3.9', '3.8'];

/** `test.serial` for a file with a server of each version, a proxy before that, and a client past the proxy. */
export function versionedTest(): TestFn<Record<ZooKeeperVersion, Rig>>['serial'] {
	const test = anyTest as TestFn<Record<ZooKeeperVersion, Rig>>;
	test.before(async t => {
		for (const version of versions) {
			const server = await TestingServer.start({version});
			const proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
			t.context[version] = {server, proxy, direct: await connect(server.connectString, {sessionTimeout: 40_000})};
		}
	});
	test.after.always(async t => {
		for (const version of versions) {
			await t.context[version].direct.close();
			await t.context[version].proxy.close();
			await t.context[version].server.close();
		}
	});
	return test.serial;
}
