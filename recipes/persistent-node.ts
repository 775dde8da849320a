import {
	type Client,
	ClientClosedError,
	type ClientEvents,
	type Created,
	type CreateOptions,
	type CreateMode,
	type DataInput,
	isCoordinationError,
	NodeExistsError,
	NoNodeError,
	unlessAborted,
} from '../lib/index.ts';
import type {Cancellable} from '../lib/util/cancellable.ts';
import {type Deferred, deferred} from '../lib/util/deferred.ts';
import {Emitter} from '../lib/util/emitter.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import {isInterruption, nextAttempt} from './interruption.ts';
import {bytesOf, checkPersistentNode, modesAnew, type PersistentNodeOptions} from './persistent-node-options.ts';
import {withdraw} from './withdraw.ts';

export type PersistentNodeEvents = {
	/** The znode is there, with this one's data: it was created, the first time or anew, or one that others had created was found. */
	created: [node: Created];
	/** A server refused it (NoAuth, …). It is asked again after the next `set` and on the next connection; the refusal of the deletion at `close` is final. */
	refused: [error: Error];
};

type State = {
	/** `pending`: the znode is not there, or not with the data of now. */
	readonly status: 'pending' | 'settled' | 'closed';
	/** The path, once it is there; rejected with what refused it. */
	readonly placed: Deferred<string>;
};

const once = {retry: false} as const;

/**
 * A znode that stays: it is created anew, at the same path, when somebody deletes it or its session ends, until it is closed. Its znode is that of Curator's `PersistentNode`. For what
 * others look up while this process lives, such as an address or a state.
 *
 * One that is there already is taken over, whoever created it and in whatever mode, and gets this one's data; if it goes with another's session, it is created anew. What others write into it
 * later stays until the next `set`.
 *
 * Status: stable.
 *
 * Error handling: lost connections and sessions are survived in silence; in between, `set` may be called, and the last data wins. A server's refusal is the event `refused`, and rejects who waits. An aborted
 * wait leaves the znode as it is. The client's end is the end of this, too.
 *
 * ```ts
 * await using node = PersistentNode.start(client, `/workers/${hostname()}`, {data: 'idle'});
 * await node.whenCreated({signal});
 * await node.set('busy');
 * ```
 */
export class PersistentNode extends Emitter<PersistentNodeEvents> implements AsyncDisposable {
	readonly #client: Client;
	readonly #asked: string;
	readonly #mode: CreateMode;
	readonly #protect: boolean;
	readonly #ttl: number | undefined;
	/** A new object at each `set`. */
	#data: {readonly bytes: Buffer | null};
	/** Not known before the create's reply if the server, or a UUID, has a part in it. */
	#path: string | undefined;
	/** What was written last, and into which znode. */
	#written: {readonly czxid: bigint; readonly data: {readonly bytes: Buffer | null}} | undefined;
	#state: State = {status: 'pending', placed: expected()};
	/** Resolves when there may be something to do. */
	#change: Deferred<void> = deferred();
	/** Ends what is under way at `close`, but no create: what that comes to has to be known. */
	readonly #closing = new AbortController();
	readonly #reading = {...once, signal: this.#closing.signal};
	readonly #unsubscribe: () => void;
	readonly #kept: Promise<void>;
	#removed: Promise<void> | undefined;

	private constructor(client: Client, path: string, options: PersistentNodeOptions) {
		super();
		const {mode = 'ephemeral', data = Buffer.alloc(0), ttl, protect = mode.includes('sequential')} = options;
		this.#client = client;
		this.#asked = path;
		this.#mode = mode;
		this.#protect = protect;
		this.#ttl = ttl;
		this.#data = {bytes: bytesOf(data)};
		this.#path = protect || mode.includes('sequential') ? undefined : path;
		this.#unsubscribe = subscribe<ClientEvents>(client, {
			connected: this.#again,
			reconnected: this.#again,
			closed: this.#again,
		});
		this.#kept = this.#keep();
	}

	/**
	 * Creates the znode, with its parents as containers, and keeps it there. Waits for nothing: see `whenCreated`.
	 *
	 * @throws InvalidArgumentError
	 */
	static start(client: Client, path: string, options: PersistentNodeOptions = {}): PersistentNode {
		checkPersistentNode(path, options);
		return new PersistentNode(client, path, options);
	}

	/** Where the znode is. With a sequential or protected one not known, and `undefined`, before it was first created. */
	get path(): string | undefined {
		return this.#path;
	}

	/**
	 * Resolves with the path when the znode is there with the data of now; at once if it is, as far as is known.
	 *
	 * @throws AbortedError, ClientClosedError when it is closed before, and what a server has refused it with
	 */
	async whenCreated({signal}: Cancellable = {}): Promise<string> {
		return unlessAborted(this.#state.placed.promise, signal, `create ${this.#asked}`);
	}

	/**
	 * Replaces the data, now and for whenever the znode is created anew. Resolves when that, or what a later `set` has replaced it by, is written. An abort ends the wait only.
	 *
	 * @throws InvalidArgumentError, and what `whenCreated` throws
	 */
	async set(data: DataInput, options: Cancellable = {}): Promise<void> {
		this.#data = {bytes: bytesOf(data)};
		this.#pending();
		this.#again();
		await this.whenCreated(options);
	}

	/** Deletes the znode, and waits until it is gone, or gone with the session of an ephemeral one. An abort ends the wait, not the deletion. Idempotent. */
	async close({signal}: Cancellable = {}): Promise<void> {
		this.#removed ??= this.#remove();
		await unlessAborted(this.#removed, signal, `close ${this.#asked}`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/** One listener, for all watches and events: a second watch on the same znode is still told once. */
	readonly #again = (): void => this.#change.resolve();

	get #isOpen(): boolean {
		return this.#state.status !== 'closed';
	}

	/** Looks, does what is missing, and waits until something may have changed. */
	async #keep(): Promise<void> {
		while (this.#isOpen) {
			const change = deferred();
			this.#change = change;
			const data = this.#data;
			try {
				await this.#place();
			} catch (error) {
				if (isInterruption(error)) {
					await nextAttempt(this.#client, error);
					continue;
				}
				this.#failed(error, data);
			}
			await change.promise;
		}
	}

	async #place(): Promise<void> {
		const path = this.#path;
		if (path === undefined) return this.#create({protect: this.#protect, mode: this.#mode});
		const found = await this.#client.exists(path, {...this.#reading, watch: this.#again});
		if (!found) return this.#create({protect: false, mode: modesAnew[this.#mode]});
		const isMine = found.czxid === this.#written?.czxid;
		const data = this.#data;
		if (isMine && data === this.#written?.data) return this.#placed(data);
		this.#pending();
		const stat = await this.#client.set(path, data.bytes, this.#reading);
		this.#written = {czxid: stat.czxid, data};
		this.#placed(data, isMine ? undefined : {path, stat});
	}

	async #create(options: Pick<CreateOptions, 'protect' | 'mode'>): Promise<void> {
		this.#pending();
		const data = this.#data;
		const path = this.#path ?? this.#asked;
		const node = await this.#client.create(path, data.bytes, {
			...options,
			...once,
			ttl: this.#ttl,
			createParents: true,
		});
		this.#path = node.path;
		this.#written = {czxid: node.stat.czxid, data};
		this.#placed(data, node);
		// It has no watch yet.
		this.#again();
	}

	#pending(): void {
		if (this.#state.status === 'settled') this.#state = {status: 'pending', placed: expected()};
	}

	#placed(data: {readonly bytes: Buffer | null}, created?: Created): void {
		if (!this.#isOpen || this.#path === undefined) return;
		if (data === this.#data) {
			this.#state.placed.resolve(this.#path);
			this.#state = {...this.#state, status: 'settled'};
		}
		if (created) this.emit('created', created);
	}

	/** @param data of the moment when it was tried: what has replaced it meanwhile may not be refused */
	#failed(error: unknown, data: {readonly bytes: Buffer | null}): void {
		if (isOvertaken(error) || data !== this.#data) return this.#again();
		if (isCoordinationError(error, 'CLIENT_CLOSED')) return this.#end(error);
		if (!this.#isOpen) return;
		this.#state.placed.reject(error);
		this.#state = {...this.#state, status: 'settled'};
		this.emit('refused', error as Error);
	}

	#end(reason: unknown): void {
		if (!this.#isOpen) return;
		this.#pending();
		this.#state.placed.reject(reason);
		this.#state = {...this.#state, status: 'closed'};
		this.#unsubscribe();
		this.#closing.abort();
		this.#again();
	}

	async #remove(): Promise<void> {
		this.#end(new ClientClosedError(`keep ${this.#asked}`));
		await this.#kept;
		const path = this.#path;
		if (path !== undefined) {
			void this.#client.unwatch(path, this.#again).catch(() => {});
			if (this.#mode.startsWith('ephemeral')) await withdraw(this.#client, path, this.#client.session?.id ?? 0n);
			else await this.#client.deleteGuaranteed(path).catch(error => this.emit('refused', error as Error));
		}
		this.removeAllListeners();
	}
}

/** Somebody created it after the look, or deleted it. A parent that is missing although it was created is a refusal. */
function isOvertaken(error: unknown): boolean {
	return error instanceof NodeExistsError || (error instanceof NoNodeError && error.operation === 'set');
}

/** Nobody need wait for it. */
function expected(): Deferred<string> {
	const placed = deferred<string>();
	placed.promise.catch(() => {});
	return placed;
}
