import {mkdir, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {checkInteger, checkProperties} from './check-options.ts';
import {fourLetterWord} from './four-letter-word.ts';
import {freePort} from './free-port.ts';
import {JavaProcess} from './java-process.ts';
import {JavaServer} from './java-server.ts';
import {killSession} from './kill-session.ts';
import {serverJars} from './server-jars.ts';
import {exactVersion, type ZooKeeperVersion} from './server-versions.ts';
import {TestingError} from './testing-error.ts';

export type TestingServerOptions = {
	/**
	 * A release line, or one exact release. Ignored when `ZOOKEEPER_HOME` is set.
	 * @default '3.9'
	 */
	readonly version?: ZooKeeperVersion;
	/**
	 * ZooKeeper's unit of time in milliseconds: sessions expire at its multiples.
	 * @default 500
	 */
	readonly tickTime?: number;
	/**
	 * The shortest session timeout in milliseconds that a client gets.
	 * @default 2 × tickTime
	 */
	readonly minSessionTimeout?: number;
	/**
	 * The longest session timeout in milliseconds that a client gets.
	 * @default 60_000
	 */
	readonly maxSessionTimeout?: number;
	/** Where snapshots and logs go. Created if missing, and kept. @default a temporary folder, removed by {@link TestingServer.close} */
	readonly dataDir?: string;
	/** The client port on 127.0.0.1. @default a free one */
	readonly port?: number;
	/** The number of this member of an ensemble (`myid`), when `properties` lists `server.N` lines. */
	readonly serverId?: number;
	/** More lines for `zoo.cfg`; they win over the settings made here. */
	readonly properties?: Readonly<Record<string, string | number | boolean>>;
	/** More arguments for `java`, such as `-Dzookeeper.fips-mode=false`. */
	readonly javaArguments?: readonly string[];
	/** Milliseconds until a start is given up. @default 30_000 */
	readonly startTimeout?: number;
	/** Aborts the start. */
	readonly signal?: AbortSignal;
};

type Configuration = {
	readonly exact: string;
	readonly classPath: string;
	readonly javaArguments: readonly string[];
	readonly startTimeout: number;
};

/**
 * One real ZooKeeper server, in a process of its own that ends when this one does, even if this one is killed.
 *
 * ```ts
 * await using server = await TestingServer.start();
 * await using client = await connect(server.connectString);
 * ```
 *
 * Writes are not forced to disk: the data survives {@link kill} and {@link restart}, not a power cut. All four-letter words are
 * allowed, TTL nodes are on, connections per client are unlimited. Sessions survive a {@link restart} if their clients are back in time.
 */
export class TestingServer extends JavaServer {
	/** The client port on 127.0.0.1, the same over all restarts. */
	readonly port: number;
	readonly #configuration: Configuration;

	private constructor(port: number, process: JavaProcess, configuration: Configuration) {
		super(process);
		this.port = port;
		this.#configuration = configuration;
	}

	/**
	 * Starts a server and waits until it serves. The first start of a release may fetch its jars: see `resolveJars`.
	 *
	 * @throws {InvalidArgumentError} before anything is started
	 * @throws {AbortedError} by the signal
	 * @throws {TestingError} `JARS_MISSING`, `JAVA_MISSING`; `START_FAILED` and `START_TIMEOUT` with the server's output
	 */
	static async start(options: TestingServerOptions = {}): Promise<TestingServer> {
		const {tickTime = 500, startTimeout = 30_000, signal} = options;
		const exact = exactVersion('zookeeper', options.version);
		checkOptions(options);
		const classPath = (await serverJars('zookeeper', exact, {signal})).join(delimiter);
		const port = options.port ?? (await freePort());
		const process = await JavaProcess.create('zookeeper');
		const configuration = {exact, classPath, javaArguments: options.javaArguments ?? [], startTimeout};
		const server = new TestingServer(port, process, configuration);
		try {
			const dataDir = options.dataDir ?? join(process.folder, 'data');
			await mkdir(dataDir, {recursive: true});
			if (options.serverId !== undefined) await writeFile(join(dataDir, 'myid'), `${options.serverId}\n`);
			const settings = {
				tickTime,
				minSessionTimeout: options.minSessionTimeout ?? 2 * tickTime,
				maxSessionTimeout: options.maxSessionTimeout ?? Math.max(60_000, 2 * tickTime),
				dataDir,
				clientPort: port,
				clientPortAddress: '127.0.0.1',
				maxClientCnxns: 0,
				extendedTypesEnabled: true,
				'4lw.commands.whitelist': '*',
				'admin.enableServer': false,
				...options.properties,
			};
			const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
			await writeFile(join(process.folder, 'zoo.cfg'), lines.join(''));
			await server.launch(signal);
		} catch (error) {
			await server.close();
			throw error;
		}
		return server;
	}

	protected async launch(signal: AbortSignal | undefined): Promise<void> {
		const {classPath, javaArguments, startTimeout} = this.#configuration;
		await this.process.start({
			arguments: [
				'-Xmx128m',
				'-XX:+UseSerialGC',
				'-XX:TieredStopAtLevel=1',
				'-Dzookeeper.forceSync=no',
				'-Dzookeeper.extendedTypesEnabled=true',
				'-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
				...javaArguments,
				'-cp',
				classPath,
				'org.apache.zookeeper.server.quorum.QuorumPeerMain',
				'zoo.cfg',
			],
			isReady: async () => (await this.mode()) !== undefined,
			timeout: startTimeout,
			signal,
		});
	}

	/** `127.0.0.1:PORT`. */
	get connectString(): string {
		return `127.0.0.1:${this.port}`;
	}

	/**
	 * Ends a session as Curator's `KillSession` does: a second connection takes it over by its id and password, and closes it. The client
	 * it belonged to learns that it has expired.
	 *
	 * @throws {TestingError} `NO_SUCH_SESSION` if the server does not know this id and password; `NOT_RUNNING`
	 */
	async killSession(sessionId: bigint, password: Buffer): Promise<void> {
		await killSession(this.port, sessionId, password);
	}

	/**
	 * Asks a four-letter word (`srvr`, `mntr`, `cons`, `dump`, `wchs`, …) and returns the answer as it is.
	 *
	 * @throws {InvalidArgumentError} unless it is four letters a-z
	 * @throws {TestingError} `NOT_RUNNING`
	 */
	async fourLetterWord(word: string): Promise<string> {
		return fourLetterWord(this.port, word);
	}

	/**
	 * The release that answers, such as `'3.9.6'`, by `srvr`.
	 *
	 * @throws {TestingError} `NOT_RUNNING`
	 */
	async version(): Promise<string> {
		const answer = await this.fourLetterWord('srvr');
		return /^Zookeeper version: ([\d.]+)/.exec(answer)?.[1] ?? this.#configuration.exact;
	}

	/** What the server is in its ensemble now, by `srvr`; `undefined` while it does not serve. */
	async mode(): Promise<'standalone' | 'leader' | 'follower' | 'observer' | 'read-only' | undefined> {
		const answer = await this.fourLetterWord('srvr').catch((error: unknown) => {
			if (error instanceof TestingError && error.code === 'NOT_RUNNING') return '';
			throw error;
		});
		return modes.find(mode => answer.includes(`Mode: ${mode}`));
	}
}

const modes = ['standalone', 'leader', 'follower', 'observer', 'read-only'] as const;

function checkOptions(options: TestingServerOptions): void {
	const {tickTime = 500, minSessionTimeout = 2 * tickTime, maxSessionTimeout} = options;
	checkInteger('tickTime', options.tickTime, 1, 60_000);
	checkInteger('minSessionTimeout', options.minSessionTimeout, 1, 2 ** 31 - 1);
	checkInteger('maxSessionTimeout', maxSessionTimeout, minSessionTimeout, 2 ** 31 - 1);
	checkInteger('port', options.port, 1, 65_535);
	checkInteger('serverId', options.serverId, 1, 255);
	checkInteger('startTimeout', options.startTimeout, 1, 2 ** 31 - 1);
	checkProperties(options.properties);
}
