import {type Client, type Codec, InvalidArgumentError} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {Emitter} from '../lib/util/emitter.ts';
import {compareAndSet} from './compare-and-set.ts';
import {type Versioned, WatchedConfig} from './watched-config.ts';

export type SharedCountOptions = Cancellable & {
	/** What the count is created with when there is none yet: a whole number of 32 bits, with a sign. @default 0 */
	readonly seed?: number | undefined;
};

export type SharedCountEvents = {
	/** There is a new count, whoever wrote it. */
	changed: [current: Versioned<number>];
};

/** As Curator's `SharedCount` writes it: four bytes, the highest first. */
const int32: Codec<number> = {
	encode(count) {
		checkCount('count', count);
		const bytes = Buffer.alloc(4);
		bytes.writeInt32BE(count);
		return bytes;
	},
	decode(bytes) {
		if (bytes.length !== 4) throw new RangeError(`${bytes.length} bytes, and not the 4 of a count`);
		return Buffer.from(bytes).readInt32BE();
	},
};

/**
 * A whole number that processes share, kept current. Its znode is that of Curator's `SharedCount` (and of kazoo's `Counter` with `support_curator`), so Java processes may
 * share it. For numbers that change seldom, such as a limit: each change is told to everybody.
 *
 * Status: stable.
 *
 * Error handling: as `WatchedConfig`: the last good count stays readable through disconnections, a deletion and bad data.
 *
 * ```ts
 * await using limit = await SharedCount.open(client, '/limits/geocoder', {seed: 5});
 * await limit.update(count => count + 1);
 * ```
 */
export class SharedCount extends Emitter<SharedCountEvents> implements AsyncDisposable {
	readonly path: string;
	readonly #config: WatchedConfig<number>;
	#current: Versioned<number>;

	private constructor(config: WatchedConfig<number>, current: Versioned<number>) {
		super();
		this.path = config.path;
		this.#config = config;
		this.#current = current;
		config.on('changed', later => {
			this.#current = later;
			this.emit('changed', later);
		});
	}

	/**
	 * Reads the count, creates it if there is none, with its parents, and keeps watching it.
	 *
	 * @throws ConfigDataError if the znode holds no count, InvalidArgumentError, AbortedError, ClientClosedError, KeeperError
	 */
	static async open(client: Client, path: string, {seed = 0, signal}: SharedCountOptions = {}): Promise<SharedCount> {
		checkCount('options.seed', seed);
		for (;;) {
			const config = await WatchedConfig.open(client, path, {codec: int32, signal});
			if (config.current) return new SharedCount(config, config.current);
			await config.close();
			// Who comes second takes what is there.
			await compareAndSet(client, path, int32.encode(seed), {expected: undefined, signal});
		}
	}

	/** The last good count. */
	get value(): number {
		return this.#current.value;
	}

	get current(): Versioned<number> {
		return this.#current;
	}

	/** The count of now and each later one. Latest wins: a slow reader skips some. Ends on abort, `close` and the client's end. */
	changes(options: Cancellable = {}): AsyncIterable<Versioned<number>> {
		return this.#config.changes(options);
	}

	/**
	 * Replaces the count by what `change` makes of it. If somebody else writes in between, `change` is called again with what they wrote. A count that was deleted is
	 * created again, from the last good one.
	 *
	 * @throws InvalidArgumentError, ConfigDataError if the znode holds no count, ConnectionLossError when nobody can tell whether the write came through
	 */
	async update(change: (count: number) => number, options: Cancellable = {}): Promise<Versioned<number>> {
		return this.#config.update(count => change(count ?? this.value), options);
	}

	/** Whatever it was. @throws what `update` throws */
	async set(count: number, options: Cancellable = {}): Promise<Versioned<number>> {
		checkCount('count', count);
		return this.update(() => count, options);
	}

	/** Stops watching and ends every iteration; `value` stays. Idempotent. */
	async close(): Promise<void> {
		await this.#config.close();
		this.removeAllListeners();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}

function checkCount(name: string, count: number): void {
	if ((count | 0) !== count) throw new InvalidArgumentError(name, count, 'a whole number of 32 bits, with a sign');
}
