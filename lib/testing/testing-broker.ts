import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {brokerCount} from './broker-count.ts';
import {FaultProxy} from './fault-proxy.ts';
import {checkInteger, checkProperties} from './check-options.ts';
import {freePorts} from './free-port.ts';
import {JavaProcess} from './java-process.ts';
import {JavaServer} from './java-server.ts';
import {serverJars} from './server-jars.ts';
import {exactVersion, type KafkaVersion} from './server-versions.ts';
import {TestingError} from './testing-error.ts';

export type TestingBrokerOptions = {
	/**
	 * A release line, or one exact release. Ignored when `KAFKA_HOME` is set.
	 * @default '3.9'
	 */
	readonly version?: KafkaVersion;
	/**
	 * Whether there is a second listener behind a {@link FaultProxy}: see {@link TestingBroker.proxy}.
	 * @default false
	 */
	readonly behindProxy?: boolean;
	/** More lines for `server.properties`; they win over the settings made here. */
	readonly properties?: Readonly<Record<string, string | number | boolean>>;
	/** More arguments for `java`. */
	readonly javaArguments?: readonly string[];
	/** Milliseconds until a start is given up. @default 60_000 */
	readonly startTimeout?: number;
	/** Aborts the start. */
	readonly signal?: AbortSignal;
};

/**
 * One real Kafka broker in KRaft mode, its own controller, in a process of its own that ends when this one does, even if this one is
 * killed.
 *
 * ```ts
 * await using broker = await TestingBroker.start();
 * const kafka = new Kafka({clientId: 'test', brokers: broker.brokers});
 * ```
 *
 * Topics are not created by themselves; the internal topics have 4 partitions and one replica; a new group is balanced at once.
 * To stop takes 2 to 3 s; after a {@link kill} the controller takes the broker back only when its old session is over: some 6 s.
 */
export class TestingBroker extends JavaServer {
	/** The jars that the broker runs from. They hold the official Java client too. */
	readonly jars: readonly string[];
	readonly #port: number;
	readonly #proxy: FaultProxy | undefined;
	readonly #options: TestingBrokerOptions;

	private constructor(
		port: number,
		proxy: FaultProxy | undefined,
		process: JavaProcess,
		jars: readonly string[],
		options: TestingBrokerOptions,
	) {
		super(process);
		this.#port = port;
		this.#proxy = proxy;
		this.jars = jars;
		this.#options = options;
	}

	/**
	 * Starts a broker and waits until it takes part in its cluster. The first start of a release may fetch its jars: see `resolveJars`.
	 *
	 * @throws {InvalidArgumentError} before anything is started
	 * @throws {AbortedError} by the signal
	 * @throws {TestingError} `JARS_MISSING`, `JAVA_MISSING`; `START_FAILED` and `START_TIMEOUT` with the broker's output
	 */
	static async start(options: TestingBrokerOptions = {}): Promise<TestingBroker> {
		const {signal} = options;
		const exact = exactVersion('kafka', options.version);
		checkInteger('startTimeout', options.startTimeout, 1, 2 ** 31 - 1);
		checkProperties(options.properties);
		const jars = await serverJars('kafka', exact, {signal});
		const [port = 0, controllerPort = 0, hiddenPort = 0] = await freePorts(3);
		const process = await JavaProcess.create('kafka');
		let proxy: FaultProxy | undefined;
		try {
			if (options.behindProxy) proxy = await FaultProxy.start({target: `127.0.0.1:${hiddenPort}`, protocol: 'kafka'});
		} catch (error) {
			await process.close();
			throw error;
		}
		const broker = new TestingBroker(port, proxy, process, jars, options);
		try {
			const listeners: Listener[] = [
				{name: 'PLAINTEXT', port, advertised: port},
				{name: 'CONTROLLER', port: controllerPort},
				...(proxy ? [{name: 'PROXY', port: hiddenPort, advertised: proxy.port}] : []),
			];
			const settings = {
				...brokerSettings(listeners, controllerPort),
				'log.dirs': join(process.folder, 'data'),
				...options.properties,
			};
			const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
			await writeFile(join(process.folder, 'server.properties'), lines.join(''));
			await broker.#format(signal);
			await broker.launch(signal);
		} catch (error) {
			await broker.close();
			throw error;
		}
		return broker;
	}

	async #format(signal: AbortSignal | undefined): Promise<void> {
		// The zero in front keeps the id from starting with a dash, which would read as an option.
		const clusterId = Buffer.concat([Buffer.of(0), randomBytes(15)]).toString('base64url');
		const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'server.properties'];
		await this.process.run(this.#java('-Xmx64m', tool), signal);
	}

	protected async launch(signal: AbortSignal | undefined): Promise<void> {
		await this.process.start({
			arguments: this.#java('-Xmx256m', ['kafka.Kafka', 'server.properties']),
			isReady: async () => (await brokerCount(this.#port)) > 0,
			timeout: this.#options.startTimeout ?? 60_000,
			signal,
		});
	}

	#java(heap: string, program: readonly string[]): string[] {
		return [
			heap,
			'-XX:+UseSerialGC',
			'-XX:TieredStopAtLevel=1',
			'-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
			...(this.#options.javaArguments ?? []),
			'-cp',
			this.classPath,
			...program,
		];
	}

	/** The addresses of the plain listener, as a client takes them: the same over all restarts. */
	get brokers(): string[] {
		return [`127.0.0.1:${this.#port}`];
	}

	/**
	 * The proxy in front of the second listener, which advertises the proxy's address: a client that starts from
	 * {@link proxiedBrokers} sends everything through it.
	 *
	 * @throws {TestingError} `NOT_PROXIED` unless started with `behindProxy`
	 */
	get proxy(): FaultProxy {
		if (this.#proxy) return this.#proxy;
		throw new TestingError('NOT_PROXIED', 'the broker was started without `behindProxy: true`');
	}

	/** The address of {@link proxy}, as a client takes it. @throws {TestingError} `NOT_PROXIED` */
	get proxiedBrokers(): string[] {
		return [this.proxy.address];
	}

	/** {@link jars} as `java -cp` takes them. */
	get classPath(): string {
		return this.jars.join(delimiter);
	}

	/** The release that runs, such as `'3.9.2'`. */
	get version(): string {
		const versions = this.jars.map(jar => /[\\/]kafka-clients-([\d.]+\d)\.jar$/.exec(jar)?.[1]);
		return versions.find(version => version !== undefined) ?? exactVersion('kafka', this.#options.version);
	}

	/** Kills the broker, removes its data and closes its proxy. Idempotent. */
	override async close(): Promise<void> {
		await this.#proxy?.close();
		await super.close();
	}
}

/** A listener of the broker; one without an advertised port is for the controller. */
type Listener = {readonly name: string; readonly port: number; readonly advertised?: number};

function brokerSettings(
	listeners: readonly Listener[],
	controllerPort: number,
): Record<string, string | number | boolean> {
	const advertised = listeners.filter(listener => listener.advertised !== undefined);
	return {
		'process.roles': 'broker,controller',
		'node.id': 1,
		'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
		listeners: listeners.map(({name, port}) => `${name}://127.0.0.1:${port}`).join(','),
		'advertised.listeners': advertised.map(({name, advertised: port}) => `${name}://127.0.0.1:${port}`).join(','),
		'controller.listener.names': 'CONTROLLER',
		'listener.security.protocol.map': listeners.map(({name}) => `${name}:PLAINTEXT`).join(','),
		'inter.broker.listener.name': 'PLAINTEXT',
		'auto.create.topics.enable': false,
		'offsets.topic.replication.factor': 1,
		'offsets.topic.num.partitions': 4,
		'transaction.state.log.replication.factor': 1,
		'transaction.state.log.min.isr': 1,
		'transaction.state.log.num.partitions': 4,
		'group.initial.rebalance.delay.ms': 0,
		'num.network.threads': 2,
		'num.io.threads': 4,
		// Without it a heap this small runs out of memory.
		'log.cleaner.dedupe.buffer.size': 8_388_608,
		// A broker that was killed is taken back in 6 s instead of 15.
		'broker.session.timeout.ms': 2000,
		'broker.heartbeat.interval.ms': 500,
	};
}
