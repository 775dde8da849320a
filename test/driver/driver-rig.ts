import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import type {Capabilities, Driver} from '../../lib/driver/driver.ts';
import {type Client, connect, type CreateMode, openAcl} from '../../lib/index.ts';
import {
	FaultProxy,
	TestingCluster,
	type TestingServer,
	type ZooKeeperOperation,
	type ZooKeeperVersion,
} from '../../lib/testing/index.ts';
import {type DriverLog, openDriver} from '../helpers/open-driver.ts';

type Context = {
	readonly cluster: TestingCluster;
	/** One that follows, if there are several. */
	readonly server: TestingServer;
	readonly proxy: FaultProxy;
	/** On the wire driver, whatever is tested, and connected to `server` itself. */
	readonly direct: Client;
};
type Subject = {readonly driver: Driver; readonly log: DriverLog; readonly root: string};

export type DriverUnderTest = {
	readonly name: 'wire' | 'native';
	/** Asks for sessions of `sessionTimeout` ms and refuses requests above 1,048,575 bytes. */
	readonly open: (address: string, sessionTimeout: number) => Driver;
	/** As the package's own. */
	readonly connect: typeof connect;
	/** What `node` needs to be given for a program of its own to `connect` on this driver. */
	readonly nodeArguments: readonly string[];
	/** What it cannot; everything else is asked of it. */
	readonly lacks: readonly Lack[];
};
export type Lack = keyof Capabilities;

/** Declares a test with a driver of its own. */
export type Check = (title: string, run: (t: ExecutionContext<Context>, subject: Subject) => Promise<void>) => void;

export type ClientScene = Omit<Context, 'proxy'> & {
	/** To `server`, and this test's own. */
	readonly proxy: FaultProxy;
	readonly connect: typeof connect;
	/** What goes over the wire when a znode is created that is neither a container nor has a TTL. */
	readonly createOperation: ZooKeeperOperation;
};
/** Declares a test of clients on the driver. Their paths are its own: the servers are those of the whole file. */
export type ClientCheck = (
	title: string,
	run: (t: ExecutionContext<Context>, scene: ClientScene) => Promise<void>,
) => void;

export type Checks = {readonly check: Check; readonly checkClient: ClientCheck};

/** Starts servers of the given line, and a proxy to one that follows if there are several, for the tests of this file. */
export function driverRig(version: ZooKeeperVersion, subject: DriverUnderTest, members: number): Checks {
	const {name, open} = subject;
	const test = anyTest as TestFn<Context>;
	let tests = 0;

	test.before(`${name} on ${version}: start the server`, async t => {
		const cluster = await TestingCluster.start({
			version,
			size: members,
			javaArguments: ['-Dznode.container.checkIntervalMs=100'],
		});
		const leader = await cluster.leader();
		const server = cluster.servers.find(member => members === 1 || member !== leader) ?? leader;
		const proxy = await proxyTo(server);
		t.context = {cluster, server, proxy, direct: await connect(server.connectString, {sessionTimeout: 30_000})};
	});
	test.after.always(`${name} on ${version}: stop the server`, async t => {
		await t.context.direct.close();
		await t.context.proxy.close();
		await t.context.cluster.close();
	});

	return {
		check: (title, run) => {
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
		},
		checkClient: (title, run) => {
			test.serial(`${name} on ${version}: ${title}`, async t => {
				await using proxy = await proxyTo(t.context.server);
				const opened: Client[] = [];
				const connectOnDriver: typeof connect = async (...args) => {
					const client = await subject.connect(...args);
					opened.push(client);
					return client;
				};
				const createOperation = subject.lacks.includes('statInReply') ? 'create' : 'create2';
				try {
					await run(t, {...t.context, proxy, connect: connectOnDriver, createOperation});
				} finally {
					// What a test that fails leaves open would keep its process alive.
					await Promise.all(opened.map(client => client.close()));
				}
			});
		},
	};
}

export function proxyTo(server: TestingServer | undefined): Promise<FaultProxy> {
	if (!server) throw new Error('no such server');
	return FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
}

export function create(
	driver: Driver,
	path: string,
	mode: CreateMode = 'persistent',
): Promise<{readonly path: string}> {
	return driver.call('create', {path, data: Buffer.alloc(0), acl: openAcl, mode});
}
