import {Caller} from './caller.ts';
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
	SetOrCreateOptions,
	VersionOptions,
	WatchOptions,
} from './client.ts';
import {Chroot} from './chroot.ts';
import {InvalidArgumentError, UnsupportedError} from './errors/argument-error.ts';
import {NoNodeError} from './errors/keeper-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {createParents} from './create-parents.ts';
import {Namespace} from './namespace.ts';
import {deleteGuaranteed} from './delete-guaranteed.ts';
import {deleteTree} from './delete-tree.ts';
import {multiRead, type Read, type ReadResult} from './multi-read.ts';
import {checkCreate, versionOf} from './operation-arguments.ts';
import {type ResolvedOptions, toCredential, validateAcl} from './options.ts';
import {isWithin, validatePath} from './paths.ts';
import {persistentWatch} from './persistent-watch.ts';
import {protectedCreate} from './protected-create.ts';
import type {Session} from './session/session.ts';
import type {ClientStats} from './session/session-record.ts';
import type {SessionCredentials} from './session/session-credentials.ts';
import type {SessionEvents} from './session/session-events.ts';
import {setOrCreate} from './set-or-create.ts';
import type {SessionState, StateOf} from './session/state.ts';
import type {Transaction} from './transaction.ts';
import {TransactionBuilder} from './transaction-builder.ts';
import {whenConnected} from './when-connected.ts';
import type {Cancellable} from './util/cancellable.ts';
import {Emitter} from './util/emitter.ts';
import type {Acl, Identity, PersistentWatchEvent, Stat, WatchListener} from './znode.ts';

type SessionClientParts = {
	readonly openSession: (emitter: Emitter<SessionEvents>) => Session;
	readonly chroot: Chroot;
	readonly options: ResolvedOptions;
	readonly openNamespace?: ((emitter: Emitter<SessionEvents>) => Namespace) | undefined;
};

/** The `Client` over one `Session`. Each operation is its arguments' check and one call; what takes several round trips has a file of its own. */
export class SessionClient extends Emitter<SessionEvents> implements Client {
	readonly #caller: Caller;

	constructor({openSession, chroot, options, openNamespace}: SessionClientParts) {
		super();
		this.#caller = new Caller(openSession(this), chroot, options, openNamespace?.(this));
	}

	get state(): SessionState {
		return (this.#caller.namespace ?? this.#caller.session).state;
	}

	get trustedUntil(): number {
		return this.state.status === 'closed' ? -Infinity : this.#caller.session.trustedUntil;
	}

	get sessionTimeout(): number | undefined {
		return this.#caller.session.timeout;
	}

	get session(): SessionCredentials | undefined {
		return this.state.status === 'closed' ? undefined : this.#caller.session.credentials;
	}

	get closed(): Promise<Error | undefined> {
		return (this.#caller.namespace ?? this.#caller.session).closed;
	}

	checkClock(): void {
		this.#caller.session.checkClock();
	}

	async create(path: string, data: DataInput = Buffer.alloc(0), options: CreateOptions = {}): Promise<Created> {
		const {
			mode = 'persistent',
			acl = this.#caller.options.acl,
			ttl,
			protect = mode.includes('sequential'),
			createParents: withParents = false,
		} = options;
		checkCreate(path, {mode, ttl});
		if (protect) return protectedCreate(this, this.#caller.session, {path, data, options});
		const request = {
			path: this.#caller.chroot.toServer(path, mode),
			data: this.#caller.bytes('create', path, data),
			acl: validateAcl(acl),
			mode,
			ttl,
		};
		const create = (): Promise<Created> =>
			this.#caller.inNamespace(
				() => this.#caller.call({operation: 'create', request, path, options, idempotent: false}),
				options,
			);
		const created = withParents ? await createParents(this, path, options, create) : await create();
		return {path: this.#caller.chroot.fromServer(created.path), stat: created.stat};
	}

	async get(path: string, options: ReadOptions = {}): Promise<Data> {
		return this.#caller.read('get', path, options, 'data');
	}

	async set(path: string, data: DataInput, options: VersionOptions = {}): Promise<Stat> {
		validatePath(path);
		const request = {
			path: this.#caller.chroot.toServer(path),
			data: this.#caller.bytes('set', path, data),
			version: versionOf(options),
		};
		return this.#caller.call({operation: 'set', request, path, options, idempotent: false});
	}

	async delete(path: string, options: VersionOptions = {}): Promise<void> {
		validatePath(path);
		const request = {path: this.#caller.chroot.toServer(path), version: versionOf(options)};
		return this.#caller.call({operation: 'delete', request, path, options, idempotent: false});
	}

	async exists(path: string, options: ReadOptions = {}): Promise<Stat | undefined> {
		try {
			return await this.#caller.read('exists', path, options, 'data');
		} catch (error) {
			if (!(error instanceof NoNodeError)) throw error;
			return undefined;
		}
	}

	async children(path: string, options: ReadOptions = {}): Promise<Children> {
		return this.#caller.read('children', path, options, 'child');
	}

	async getAcl(path: string, options: OperationOptions = {}): Promise<AclOf> {
		validatePath(path);
		return this.#caller.call({
			operation: 'getAcl',
			request: {path: this.#caller.chroot.toServer(path)},
			path,
			options,
			idempotent: true,
		});
	}

	async setAcl(path: string, acl: Acl, options: VersionOptions = {}): Promise<Stat> {
		validatePath(path);
		const request = {path: this.#caller.chroot.toServer(path), acl: validateAcl(acl), version: versionOf(options)};
		return this.#caller.call({
			operation: 'setAcl',
			request,
			path,
			options,
			idempotent: options.version === undefined || options.version === -1,
		});
	}

	async sync(path: string, options: OperationOptions = {}): Promise<void> {
		validatePath(path);
		return this.#caller.call({
			operation: 'sync',
			request: {path: this.#caller.chroot.toServer(path)},
			path,
			options,
			idempotent: true,
		});
	}

	async deleteGuaranteed(path: string, {signal}: Cancellable = {}): Promise<void> {
		validatePath(path);
		await unlessAborted(deleteGuaranteed(this, path), signal, `delete ${path}`);
	}

	async deleteTree(path: string, {signal, retry = this.#caller.options.retry}: OperationOptions = {}): Promise<void> {
		validatePath(path);
		if (this.#caller.chroot.toServer(path) === '/')
			throw new InvalidArgumentError('path', path, "a path below the servers' root, which cannot be deleted");
		await deleteTree(this, path, {signal, retry});
	}

	async setOrCreate(path: string, data: DataInput, options: SetOrCreateOptions = {}): Promise<Stat> {
		if (options.mode?.includes('sequential'))
			throw new InvalidArgumentError('options.mode', options.mode, 'a mode that is not sequential');
		return setOrCreate(this, path, data, options);
	}

	async multiRead(reads: readonly Read[], options: OperationOptions = {}): Promise<readonly ReadResult[]> {
		return multiRead(this.#caller, reads, options);
	}

	async getEphemerals(path = '/', options: OperationOptions = {}): Promise<readonly string[]> {
		validatePath(path);
		const {chroot} = this.#caller;
		const root = chroot.toServer(path);
		const paths = await this.#caller.call({
			operation: 'ephemerals',
			request: {path: root},
			path,
			options,
			idempotent: true,
		});
		// The server compares letters: `/a` finds `/ab` too.
		return paths.filter(found => isWithin(found, root)).map(found => chroot.fromServer(found));
	}

	async getAllChildrenNumber(path: string, options: OperationOptions = {}): Promise<number> {
		validatePath(path);
		const request = {path: this.#caller.chroot.toServer(path)};
		return this.#caller.call({operation: 'descendantCount', request, path, options, idempotent: true});
	}

	whenConnected(options: Cancellable = {}): Promise<StateOf<'connected'>> {
		return whenConnected(this, options);
	}

	transaction(): Transaction {
		return new TransactionBuilder({
			acl: this.#caller.options.acl,
			chroot: this.#caller.chroot,
			bytes: (operation, path, data) => this.#caller.bytes(operation, path, data),
			call: (request, path, options) =>
				this.#caller.call({operation: 'multi', request, path, options, idempotent: false}),
			inNamespace: (attempt, options) => this.#caller.inNamespace(attempt, options),
		});
	}

	watch(path: string, {mode = 'persistent', signal}: WatchOptions = {}): AsyncIterable<PersistentWatchEvent> {
		validatePath(path);
		if (!this.#caller.session.capabilities.persistentWatches)
			throw new UnsupportedError('this driver has no persistent watches; the wire driver has');
		return persistentWatch(this.#caller.session, {
			path,
			serverPath: this.#caller.chroot.toServer(path),
			mode,
			signal,
			closed: this.closed,
		});
	}

	async unwatch(path: string, listener: WatchListener, {signal}: Cancellable = {}): Promise<void> {
		validatePath(path);
		const serverPath = this.#caller.chroot.toServer(path);
		const orphaned = this.#caller.session.watches.remove(serverPath, listener);
		// Without a connection there is no server watch; the next connection restores only what is still wanted.
		if (this.state.status !== 'connected') return;
		const {serverWatches} = this.#caller.session;
		const removed = orphaned.map(kind => serverWatches.remove(serverPath, kind, {operation: 'unwatch', path}));
		await unlessAborted(Promise.all(removed), signal, `unwatch ${path}`);
	}

	async addAuth(scheme: string, auth: string | Uint8Array, {signal}: Cancellable = {}): Promise<void> {
		await unlessAborted(this.#caller.session.addCredential(toCredential(scheme, auth)), signal, `auth ${scheme}`);
	}

	async whoAmI(options: OperationOptions = {}): Promise<readonly Identity[]> {
		return this.#caller.call({operation: 'whoAmI', request: undefined, options, idempotent: true});
	}

	stats(): ClientStats {
		return this.#caller.session.stats;
	}

	setServers(connectString: string): void {
		this.#caller.session.setServers(connectString);
	}

	namespace(name: string): Client {
		const root = `/${name}`;
		if (typeof name !== 'string' || name === '') throw new InvalidArgumentError('name', name, 'a relative path');
		validatePath(root, 'name');
		const {session, chroot, options} = this.#caller;
		return new SessionClient({
			openSession: () => session,
			chroot: new Chroot(chroot.toServer(root)),
			options,
			openNamespace: view => new Namespace(this, root, view),
		});
	}

	async close(): Promise<void> {
		const {namespace, session} = this.#caller;
		if (namespace) namespace.close();
		else await session.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}
}
