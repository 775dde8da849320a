import {
	AbortedError,
	type Client,
	ClientClosedError,
	type Codec,
	type Data,
	type Stat,
	validatePath,
	unlessAborted,
} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {deferred} from '../lib/util/deferred.ts';
import {Emitter} from '../lib/util/emitter.ts';
import {Latest} from '../lib/util/latest.ts';
import {compareAndSet} from './compare-and-set.ts';
import {readZnode} from './read-znode.ts';
import {ConfigDataError} from './recipe-error.ts';
import {ZnodeWatch} from './znode-watch.ts';

/** A value with the znode's own marks. A fallback has version -1 and mzxid 0. */
export type Versioned<T> = {readonly value: T; readonly version: number; readonly mzxid: bigint};

export type WatchedConfigOptions<T> = Cancellable & {
	readonly codec: Codec<T>;
	/** What is current as long as there has been no znode. @default undefined */
	readonly fallback?: T | undefined;
};

export type WatchedConfigEvents<T> = {
	/** There is a new value, whoever wrote it. */
	changed: [current: Versioned<T>];
	/** The znode was deleted. The last value stays current. */
	deleted: [];
	/** Somebody wrote what the codec does not take. The last good value stays current. */
	invalid: [error: ConfigDataError];
	/** The server refuses the read; the last good value stays current. */
	refused: [error: Error];
};

/** What the znode holds, as far as it is known and good. */
type Base<T, Absent> = {readonly value: T | Absent; readonly stat: Stat | undefined};

const empty = Buffer.alloc(0);

/**
 * A value in one znode, typed by a codec and kept current. What was read last stays readable through disconnections, deletions and bad data. Values are
 * ordered by mzxid, so a slow answer never replaces a newer one.
 *
 * Status: stable.
 *
 * Error handling: `open` rejects with `ConfigDataError` if there is bad data from the start, and with the server's refusal. Later both are events, `invalid`
 * and `refused`. Lost connections and sessions are survived in silence: after each, the znode is read again.
 *
 * ```ts
 * await using flags = await WatchedConfig.open(client, '/config/flags', {codec: json(Flags)});
 * for await (const {value} of flags.changes({signal})) apply(value);
 * ```
 */
export class WatchedConfig<T, Absent extends undefined = undefined>
	extends Emitter<WatchedConfigEvents<T>>
	implements AsyncDisposable
{
	readonly path: string;
	readonly #client: Client;
	readonly #codec: Codec<T>;
	readonly #fallback: T | Absent;
	readonly #watch: ZnodeWatch;
	readonly #latest = new Latest<Versioned<T>>();
	readonly #opened = deferred();
	/** The newest answer that is still to be decoded. */
	#unread: {readonly data: Data | undefined} | undefined;
	#isDecoding = false;
	/** The mzxid of the newest data that was looked at, good or bad. */
	#seen = 0n;
	/** `undefined`: not known, or bad. */
	#base: Base<T, Absent> | undefined;

	private constructor(client: Client, path: string, {codec, fallback}: WatchedConfigOptions<T>) {
		super();
		this.path = path;
		this.#client = client;
		this.#codec = codec;
		this.#fallback = fallback as T | Absent;
		if (fallback !== undefined) this.#latest.set({value: fallback, version: -1, mzxid: 0n});
		this.#watch = new ZnodeWatch(client, path, {
			read: data => void this.#read(data),
			refused: error => {
				this.emit('refused', error as Error);
				this.#opened.reject(error);
			},
			closed: () => {
				this.#latest.end();
				this.#opened.reject(new ClientClosedError(`open ${path}`));
			},
		});
	}

	/**
	 * Reads the znode, which need not exist, and keeps watching it.
	 *
	 * @throws ConfigDataError, InvalidArgumentError, AbortedError, ClientClosedError, KeeperError
	 */
	static open<T>(
		client: Client,
		path: string,
		options: WatchedConfigOptions<T> & {readonly fallback: T},
	): Promise<WatchedConfig<T, never>>;
	static open<T>(client: Client, path: string, options: WatchedConfigOptions<T>): Promise<WatchedConfig<T>>;
	static async open<T>(client: Client, path: string, options: WatchedConfigOptions<T>): Promise<WatchedConfig<T>> {
		validatePath(path);
		const {signal} = options;
		AbortedError.throwIfAborted(signal, `open ${path}`);
		const config = new WatchedConfig<T>(client, path, options);
		try {
			await unlessAborted(config.#opened.promise, signal, `open ${path}`);
		} catch (error) {
			await config.close();
			throw error;
		}
		return config;
	}

	/** The last good value; without one the fallback, or `undefined`. */
	get current(): Versioned<T> | Absent {
		return this.#latest.value as Versioned<T> | Absent;
	}

	/** The current value, if there is one, and each later one. Latest wins: a slow reader skips values. Ends on abort, `close` and the client's end. */
	changes({signal}: Cancellable = {}): AsyncIterable<Versioned<T>> {
		return this.#latest.values({signal});
	}

	/**
	 * Replaces the value by what `change` makes of it. If somebody else writes in between, `change` is called again with what they wrote. Creates the znode,
	 * with its parents, if there is none.
	 *
	 * @throws ConfigDataError if the znode holds bad data, which is not overwritten; what `change` and the codec throw; ConnectionLossError when nobody can
	 * tell whether the write came through
	 */
	async update(change: (value: T | Absent) => T | PromiseLike<T>, {signal}: Cancellable = {}): Promise<Versioned<T>> {
		for (let base = this.#base; ; base = undefined) {
			const {value: before, stat: expected} = base ?? (await this.#readBase(signal));
			const value = await change(before);
			const stat = await compareAndSet(this.#client, this.path, this.#codec.encode(value), {expected, signal});
			if (!stat) continue;
			// Whatever waits to be decoded was answered before the write.
			this.#unread = undefined;
			this.#accept(value, stat);
			return {value, version: stat.version, mzxid: stat.mzxid};
		}
	}

	/** Stops watching and ends every iteration; `current` stays. Idempotent. */
	async close(): Promise<void> {
		this.#latest.end();
		await this.#watch.close();
		this.removeAllListeners();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/** One after the other, since a codec may take its time; of those that wait only the newest counts. */
	async #read(data: Data | undefined): Promise<void> {
		this.#unread = {data};
		if (this.#isDecoding) return;
		this.#isDecoding = true;
		while (this.#unread) {
			const unread: {readonly data: Data | undefined} = this.#unread;
			this.#unread = undefined;
			if (unread.data) await this.#consider(unread.data);
			else this.#absent();
		}
		this.#isDecoding = false;
	}

	async #consider(data: Data): Promise<void> {
		if (data.stat.mzxid > this.#seen) {
			try {
				this.#accept(await this.#decode(data), data.stat);
			} catch (error) {
				this.#seen = data.stat.mzxid;
				this.#base = undefined;
				this.emit('invalid', error as ConfigDataError);
				this.#opened.reject(error);
			}
		}
		this.#opened.resolve();
	}

	#accept(value: T, stat: Stat): void {
		if (stat.mzxid <= this.#seen) return;
		this.#seen = stat.mzxid;
		this.#base = {value, stat};
		const current = {value, version: stat.version, mzxid: stat.mzxid};
		this.#latest.set(current);
		this.emit('changed', current);
	}

	#absent(): void {
		const wasThere = this.#base ? this.#base.stat !== undefined : this.#seen > 0n;
		this.#base = {value: this.#latest.value?.value ?? this.#fallback, stat: undefined};
		if (wasThere) this.emit('deleted');
		this.#opened.resolve();
	}

	async #readBase(signal: AbortSignal | undefined): Promise<Base<T, Absent>> {
		const data = await readZnode(this.#client, this.path, {signal});
		if (!data) return {value: this.current?.value ?? this.#fallback, stat: undefined};
		return {value: await this.#decode(data), stat: data.stat};
	}

	/** @throws ConfigDataError */
	async #decode({data, stat}: Data): Promise<T> {
		try {
			return await this.#codec.decode(data ?? empty);
		} catch (error) {
			throw new ConfigDataError(this.path, stat.version, error);
		}
	}
}
