import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {brokerCount} from './broker-count.ts';
import {checkInteger, checkProperties} from './check-options.ts';
import {freePorts} from './free-port.ts';
import {JavaProcess} from './java-process.ts';
import {serverJars} from './server-jars.ts';
import {exactVersion, type KafkaVersion} from './server-versions.ts';

export type TestingBrokerOptions = {
	/**
	 * A release line, or one exact release. Ignored when `KAFKA_HOME` is set.
	 * @default '3.9'
	 */
	readonly version?: KafkaVersion;
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
 */
export class TestingBroker implements AsyncDisposable {
	/** The jars that the broker runs from. They hold the official Java client too. */
	readonly jars: readonly string[];
	readonly #port: number;
	readonly #process: JavaProcess;
	readonly #options: TestingBrokerOptions;

	private constructor(port: number, process: JavaProcess, jars: readonly string[], options: TestingBrokerOptions) {
		this.#port = port;
		this.#process = process;
		this.jars = jars;
		this.#options = options;
	}

	/**
	 * Starts a broker and waits until it takes part in its cluster. The first start of a release may fetch its jars: see `resolveJars`.
	 *
	 * @throws {TestingError} `BAD_OPTION` before anything is started; `JARS_MISSING`, `JAVA_MISSING`; `START_FAILED` and
	 * `START_TIMEOUT` with the broker's output; `ABORTED`
	 */
	static async start(options: TestingBrokerOptions = {}): Promise<TestingBroker> {
		const {signal} = options;
		const exact = exactVersion('kafka', options.version);
		checkInteger('startTimeout', options.startTimeout, 1, 2 ** 31 - 1);
		checkProperties(options.properties);
		const jars = await serverJars('kafka', exact, {signal});
		const [port = 0, controllerPort = 0] = await freePorts(2);
		const process = await JavaProcess.create('kafka');
		const broker = new TestingBroker(port, process, jars, options);
		try {
			const settings = {
				...brokerSettings(port, controllerPort),
				'log.dirs': join(process.folder, 'data'),
				...options.properties,
			};
			const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
			await writeFile(join(process.folder, 'server.properties'), lines.join(''));
			await broker.#format(signal);
			await broker.#launch(signal);
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
		await this.#process.run(this.#java('-Xmx64m', tool), signal);
	}

	async #launch(signal: AbortSignal | undefined): Promise<void> {
		await this.#process.start({
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

	/** {@link jars} as `java -cp` takes them. */
	get classPath(): string {
		return this.jars.join(delimiter);
	}

	/** The release that runs, such as `'3.9.2'`. */
	get version(): string {
		const versions = this.jars.map(jar => /[\\/]kafka-clients-([\d.]+\d)\.jar$/.exec(jar)?.[1]);
		return versions.find(version => version !== undefined) ?? exactVersion('kafka', this.#options.version);
	}

	/** The process id while the broker runs. */
	get pid(): number | undefined {
		return this.#process.pid;
	}

	/** The temporary folder with `server.properties`, the output and the data. */
	get folder(): string {
		return this.#process.folder;
	}

	/** SIGTERM; settles when the process is gone, which takes 2 to 3 s. The data stays for {@link restart}. Does nothing if it is not running. */
	async stop(): Promise<void> {
		await this.#process.stop();
	}

	/** SIGKILL; settles when the process is gone. The data stays for {@link restart}. Does nothing if it is not running. */
	async kill(): Promise<void> {
		await this.#process.kill();
	}

	/**
	 * Stops the broker if it runs, and starts it on the same data and the same ports. After a {@link kill} the controller takes the broker
	 * back only when its old session is over: some 6 s.
	 *
	 * @throws {TestingError} as {@link TestingBroker.start}
	 */
	async restart({signal}: {readonly signal?: AbortSignal} = {}): Promise<void> {
		await this.stop();
		await this.#launch(signal);
	}

	/** SIGSTOP: connections stay open, nothing is answered until {@link thaw}. @throws {TestingError} `NOT_RUNNING` */
	freeze(): void {
		this.#process.freeze();
	}

	/** SIGCONT. @throws {TestingError} `NOT_RUNNING` */
	thaw(): void {
		this.#process.thaw();
	}

	/** What the broker has written so far. */
	async output(): Promise<string> {
		return this.#process.output();
	}

	/** Kills the broker and removes its data. Idempotent. */
	async close(): Promise<void> {
		await this.#process.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}

function brokerSettings(port: number, controllerPort: number): Record<string, string | number | boolean> {
	return {
		'process.roles': 'broker,controller',
		'node.id': 1,
		'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
		listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
		'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
		'controller.listener.names': 'CONTROLLER',
		'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
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
