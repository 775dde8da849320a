import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import type {Capabilities, Driver} from '../../lib/driver/driver.ts';
import {type CreateMode, openAcl} from '../../lib/index.ts';
import {FaultProxy, TestingCluster, type TestingServer, type ZooKeeperVersion} from '../../lib/testing/index.ts';
import {type DriverLog, openDriver} from '../helpers/open-driver.ts';

type Context = {cluster: TestingCluster; server: TestingServer; proxy: FaultProxy};
type Subject = {readonly driver: Driver; readonly log: DriverLog; readonly root: string};

export type DriverUnderTest = {
	readonly name: string;
	/** Asks for sessions of `sessionTimeout` ms and refuses requests above 1,048,575 bytes. */
	readonly open: (address: string, sessionTimeout: number) => Driver;
	/** What it cannot; everything else is asked of it. */
	readonly lacks: readonly Lack[];
};
export type Lack = keyof Capabilities;

/** Declares a test with a driver of its own. */
export type Check = (title: string, run: (t: ExecutionContext<Context>, subject: Subject) => Promise<void>) => void;

/** Starts servers of the given line, and a proxy to one that follows if there are several, for the tests of this file. */
export function driverRig(version: ZooKeeperVersion, {name, open}: DriverUnderTest, members: number): Check {
	const test = anyTest as TestFn<Context>;
	let tests = 0;

	test.before(`${name} on ${version}: start the server`, async t => {
		const cluster = await TestingCluster.start({version, size: members});
		const leader = await cluster.leader();
		const server = cluster.servers.find(member => members === 1 || member !== leader) ?? leader;
		t.context = {cluster, server, proxy: await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'})};
	});
	test.after.always(`${name} on ${version}: stop the server`, async t => {
		await t.context.proxy.close();
		await t.context.cluster.close();
	});

	return (title, run) => {
		const root = `/conformance-${++tests}`;
		// One at a time: some of them reset every connection.
		test.serial(`${name} on ${version}: ${title}`, async t => {
			const driver = open(t.context.proxy.address, 4000);
			const log = await openDriver(driver);
			await create(driver, root);
			try {
				await run(t, {driver, log, root});
			} finally {
				// Its session may outlive it: the C client would block the proxy of this process by waiting for the end.
				await driver.close(0);
			}
		});
	};
}

export function create(
	driver: Driver,
	path: string,
	mode: CreateMode = 'persistent',
): Promise<{readonly path: string}> {
	return driver.call('create', {path, data: Buffer.alloc(0), acl: openAcl, mode});
}
