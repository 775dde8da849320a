import type {
	AclOf,
	Children,
	Client,
	Created,
	CreateOptions,
	Data,
	DataInput,
	OperationOptions,
	ReadOptions,
	VersionOptions,
	WatchOptions,
} from './client.ts';
import type {Chroot} from './chroot.ts';
import type {OperationName, ReplyOf, RequestOf} from './driver/operation.ts';
import {InvalidArgumentError, UnsupportedError} from './errors/argument-error.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {NoNodeError} from './errors/keeper-error.ts';
import {RequestTooLargeError} from './errors/request-error.ts';
import {createParents} from './create-parents.ts';
import {checkCreate, versionOf} from './operation-arguments.ts';
import {type ResolvedOptions, toCredential, validateAcl} from './options.ts';
import {validatePath} from './paths.ts';
import {persistentWatch} from './persistent-watch.ts';
import {protectedCreate} from './protected-create.ts';
import {outcomeOf} from './retry/outcome.ts';
import {forever} from './retry/retry-policy.ts';
import {withRetry} from './retry/with-retry.ts';
import {AskedWatch} from './session/asked-watch.ts';
import {describe} from './session/call-name.ts';
import type {Session} from './session/session.ts';
import type {SessionCredentials} from './session/session-credentials.ts';
import type {SessionEvents} from './session/session-events.ts';
import type {SessionState} from './session/state.ts';
import type {Transaction} from './transaction.ts';
import {TransactionBuilder} from './transaction-builder.ts';
import {Emitter} from './util/emitter.ts';
import type {Acl, PersistentWatchEvent, Stat, WatchListener} from './znode.ts';

type Call<Name extends OperationName> = {
	readonly operation: Name;
	readonly request: RequestOf<Name>;
	/** As the user wrote it, for messages. */
	readonly path: string;
	readonly options: OperationOptions;
	/** Whether a second execution changes nothing: then a lost reply is no reason to give up. */
	readonly idempotent: boolean;
};

const guaranteedPause = 100;

/** The `Client` over one `Session`. Each operation is its arguments' check and one call; what takes several round trips has a file of its own. */
export class SessionClient extends Emitter<SessionEvents> implements Client {
	readonly #session: Session;
	readonly #chroot: Chroot;
	readonly #options: ResolvedOptions;

	constructor(openSession: (emitter: Emitter<SessionEvents>) => Session, chroot: Chroot, options: ResolvedOptions) {
		super();
		this.#session = openSession(this);
		this.#chroot = chroot;
		this.#options = options;
	}

	get state(): SessionState {
		return this.#session.state;
	}

	get trustedUntil(): number {
		return this.#session.trustedUntil;
	}

	get sessionTimeout(): number | undefined {
		return this.#session.timeout;
	}

	get session(): SessionCredentials | undefined {
		return this.#session.credentials;
	}

	get closed(): Promise<Error | undefined> {
		return this.#session.closed;
	}

	checkClock(): void {
		this.#session.checkClock();
	}

	async create(path: string, data: DataInput = Buffer.alloc(0), options: CreateOptions = {}): Promise<Created> {
		const {
			mode = 'persistent',
			acl = this.#options.acl,
			ttl,
			protect = mode.includes('sequential'),
			createParents: withParents = false,
		} = options;
		checkCreate(path, {mode, ttl});
		if (protect) return protectedCreate(this, this.#session, {path, data, options});
		const request = {
			path: this.#chroot.toServer(path, mode),
			data: this.#bytes('create', path, data),
			acl: validateAcl(acl),
			mode,
			ttl,
		};
		const create = (): Promise<Created> => this.#call({operation: 'create', request, path, options, idempotent: false});
		const created = withParents ? await createParents(this, path, options, create) : await create();
		return {path: this.#chroot.fromServer(created.path), stat: created.stat};
	}

	async get(path: string, options: ReadOptions = {}): Promise<Data> {
		return this.#read('get', path, options, 'data');
	}

	async set(path: string, data: DataInput, options: VersionOptions = {}): Promise<Stat> {
		validatePath(path);
		const request = {
			path: this.#chroot.toServer(path),
			data: this.#bytes('set', path, data),
			version: versionOf(options),
		};
		return this.#call({operation: 'set', request, path, options, idempotent: false});
	}

	async delete(path: string, options: VersionOptions = {}): Promise<void> {
		validatePath(path);
		const request = {path: this.#chroot.toServer(path), version: versionOf(options)};
		return this.#call({operation: 'delete', request, path, options, idempotent: false});
	}

	async exists(path: string, options: ReadOptions = {}): Promise<Stat | undefined> {
		try {
			return await this.#read('exists', path, options, 'data');
		} catch (error) {
			if (!(error instanceof NoNodeError)) throw error;
			return undefined;
		}
	}

	async children(path: string, options: ReadOptions = {}): Promise<Children> {
		return this.#read('children', path, options, 'child');
	}

	async getAcl(path: string, options: OperationOptions = {}): Promise<AclOf> {
		validatePath(path);
		return this.#call({
			operation: 'getAcl',
			request: {path: this.#chroot.toServer(path)},
			path,
			options,
			idempotent: true,
		});
	}

	async setAcl(path: string, acl: Acl, options: VersionOptions = {}): Promise<Stat> {
		validatePath(path);
		const request = {path: this.#chroot.toServer(path), acl: validateAcl(acl), version: versionOf(options)};
		return this.#call({
			operation: 'setAcl',
			request,
			path,
			options,
			idempotent: options.version === undefined || options.version === -1,
		});
	}

	async sync(path: string, options: OperationOptions = {}): Promise<void> {
		validatePath(path);
		return this.#call({
			operation: 'sync',
			request: {path: this.#chroot.toServer(path)},
			path,
			options,
			idempotent: true,
		});
	}

	async deleteGuaranteed(path: string): Promise<void> {
		validatePath(path);
		const isLost = (error: unknown): boolean =>
			outcomeOf(error) !== 'final' || isCoordinationError(error, 'SESSION_EXPIRED');
		try {
			await withRetry(() => this.delete(path, {retry: false}), {policy: forever(guaranteedPause), isSound: isLost});
		} catch (error) {
			if (!(error instanceof NoNodeError) && !isCoordinationError(error, 'CLIENT_CLOSED')) throw error;
		}
	}

	transaction(): Transaction {
		return new TransactionBuilder({
			acl: this.#options.acl,
			chroot: this.#chroot,
			bytes: (operation, path, data) => this.#bytes(operation, path, data),
			call: (request, path, options) => this.#call({operation: 'multi', request, path, options, idempotent: false}),
		});
	}

	watch(path: string, {mode = 'persistent', signal}: WatchOptions = {}): AsyncIterable<PersistentWatchEvent> {
		validatePath(path);
		if (!this.#session.capabilities.persistentWatches)
			throw new UnsupportedError('this driver has no persistent watches; the wire driver has');
		return persistentWatch(this.#session, {path, serverPath: this.#chroot.toServer(path), mode, signal});
	}

	async unwatch(path: string, listener: WatchListener): Promise<void> {
		validatePath(path);
		const serverPath = this.#chroot.toServer(path);
		const orphaned = this.#session.watches.remove(serverPath, listener);
		// Without a connection there is no server watch; the next connection restores only what is still wanted.
		if (this.state.status !== 'connected') return;
		await Promise.all(
			orphaned.map(kind => this.#session.serverWatches.remove(serverPath, kind, {operation: 'unwatch', path})),
		);
	}

	async addAuth(scheme: string, auth: string | Uint8Array): Promise<void> {
		await this.#session.addCredential(toCredential(scheme, auth));
	}

	async close(): Promise<void> {
		await this.#session.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #read<Name extends 'get' | 'exists' | 'children'>(
		operation: Name,
		path: string,
		options: ReadOptions,
		table: 'data' | 'child',
	): Promise<ReplyOf<Name>> {
		validatePath(path);
		this.checkClock();
		const serverPath = this.#chroot.toServer(path);
		const {watch: listener} = options;
		const watch = listener && new AskedWatch(this.#session, {table, serverPath, path, listener});
		try {
			const request = {path: serverPath, watch: watch?.asks ?? false} as RequestOf<Name>;
			const reply = await this.#call({operation, request, path, options, idempotent: true});
			watch?.granted(table);
			return reply;
		} catch (error) {
			// The one read that leaves its watch also on a znode that is not there.
			if (operation === 'exists' && error instanceof NoNodeError) watch?.granted('exist');
			else watch?.failed({aborted: isCoordinationError(error, 'ABORTED')});
			throw error;
		}
	}

	#call<Name extends OperationName>({
		operation,
		request,
		path,
		options,
		idempotent,
	}: Call<Name>): Promise<ReplyOf<Name>> {
		const {signal, retry = this.#options.retry} = options;
		this.checkClock();
		const {era} = this.#session;
		// A retry belongs to the session of the first attempt: what was asked of one session must not happen in the next.
		const attempt = (): Promise<ReplyOf<Name>> =>
			this.#session.call(operation, request, {operation, path}, signal, era);
		if (retry === false) return attempt();
		const isSound = (error: unknown): boolean =>
			outcomeOf(error) === 'unsent' || (idempotent && outcomeOf(error) === 'ambiguous');
		return withRetry(attempt, {policy: retry, signal, isSound});
	}

	#bytes(operation: string, path: string, data: DataInput): Uint8Array | null {
		if (data !== null && typeof data !== 'string' && !(data instanceof Uint8Array))
			throw new InvalidArgumentError('data', data, 'bytes, a string or null');
		const bytes = typeof data === 'string' ? Buffer.from(data) : data;
		const size = (bytes?.length ?? 0) + Buffer.byteLength(path);
		// The driver counts exactly, once it has encoded the request; this much is known without.
		if (size > this.#options.maxRequestLength)
			throw new RequestTooLargeError(describe({operation, path}), size, this.#options.maxRequestLength);
		return bytes;
	}
}
