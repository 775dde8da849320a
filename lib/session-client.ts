import {Caller} from './caller.ts';
import type {
	AclOf,
	Children,
	Client,
	Created,
	CreateOptions,
	Data,
	DataInput,
	Ensured,
	EnsureOptions,
	OperationOptions,
	ReadOptions,
	SetOrCreateOptions,
	UnwatchOptions,
	VersionOptions,
	WatchOptions,
	WriteOptions,
} from './client.ts';
import {Chroot} from './chroot.ts';
import {ensure} from './ensure.ts';
import {checkCreateParents, checkNotSequential} from './operation-arguments.ts';
import type {EnsembleConfig} from './ensemble-config.ts';
import {InvalidArgumentError, UnsupportedError} from './errors/argument-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {Namespace} from './namespace.ts';
import {inSession, type InSessionOptions, type SessionScope} from './in-session.ts';
import {deleteGuaranteed} from './delete-guaranteed.ts';
import {deleteTree} from './delete-tree.ts';
import {multiRead, type Read, type ReadResult} from './multi-read.ts';
import {type ResolvedOptions, toCredential} from './options.ts';
import {validatePath} from './paths.ts';
import {persistentWatch} from './persistent-watch.ts';
import {getConfig, reconfig, type ReconfigOptions, type Reconfiguration} from './reconfig.ts';
import {Reads} from './reads.ts';
import type {Session} from './session/session.ts';
import type {ClientStats} from './session/session-record.ts';
import type {SessionCredentials} from './session/session-credentials.ts';
import type {SessionEvents} from './session/session-events.ts';
import {setOrCreate} from './set-or-create.ts';
import type {SessionState, StateOf} from './session/state.ts';
import type {Transaction} from './transaction.ts';
import {TransactionBuilder} from './transaction-builder.ts';
import {unwatch, unwatchAll} from './unwatch.ts';
import {whenConnected} from './when-connected.ts';
import {Writes} from './writes.ts';
import type {Cancellable} from './util/cancellable.ts';
import {Emitter} from './util/emitter.ts';
import type {Acl, Identity, PersistentWatchEvent, Stat, WatchListener} from './znode.ts';

type SessionClientParts = {
	readonly openSession: (emitter: Emitter<SessionEvents>) => Session;
	readonly chroot: Chroot;
	/** The connect string's, where the client is a namespace of another. @default `chroot` */
	readonly home?: Chroot | undefined;
	readonly options: ResolvedOptions;
	readonly openNamespace?: ((emitter: Emitter<SessionEvents>) => Namespace) | undefined;
};

/** The `Client` over one `Session`. The operations stand in `Reads` and `Writes`; what takes several round trips has a file of its own. */
export class SessionClient extends Emitter<SessionEvents> implements Client {
	readonly #caller: Caller;
	readonly #reads: Reads;
	readonly #writes: Writes;

	constructor({openSession, chroot, home = chroot, options, openNamespace}: SessionClientParts) {
		super();
		const [session, namespace] = [openSession(this), openNamespace?.(this)];
		this.#caller = new Caller({session, chroot, home, options, namespace});
		this.#reads = new Reads(this.#caller);
		this.#writes = new Writes(this, this.#caller);
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

	create(path: string, data: DataInput = Buffer.alloc(0), options: CreateOptions = {}): Promise<Created> {
		return this.#writes.create(path, data, options);
	}

	get(path: string, options: ReadOptions = {}): Promise<Data> {
		return this.#reads.get(path, options);
	}

	set(path: string, data: DataInput, options: WriteOptions = {}): Promise<Stat> {
		return this.#writes.set(path, data, options);
	}

	delete(path: string, options: WriteOptions = {}): Promise<void> {
		return this.#writes.delete(path, options);
	}

	exists(path: string, options: ReadOptions = {}): Promise<Stat | undefined> {
		return this.#reads.exists(path, options);
	}

	children(path: string, options: ReadOptions = {}): Promise<Children> {
		return this.#reads.children(path, options);
	}

	getAcl(path: string, options: OperationOptions = {}): Promise<AclOf> {
		return this.#reads.getAcl(path, options);
	}

	setAcl(path: string, acl: Acl, options: VersionOptions = {}): Promise<Stat> {
		return this.#writes.setAcl(path, acl, options);
	}

	sync(path: string, options: OperationOptions = {}): Promise<void> {
		return this.#reads.sync(path, options);
	}

	async deleteGuaranteed(path: string, {signal}: Cancellable = {}): Promise<void> {
		validatePath(path);
		await unlessAborted(deleteGuaranteed(this, path), signal, `delete ${path}`);
	}

	async deleteTree(path: string, {retry, signal, anySession}: OperationOptions = {}): Promise<void> {
		validatePath(path);
		if (this.#caller.chroot.toServer(path) === '/')
			throw new InvalidArgumentError('path', path, "a path below the servers' root, which cannot be deleted");
		await deleteTree(this, path, {signal, retry, anySession});
	}

	async setOrCreate(path: string, data: DataInput, options: SetOrCreateOptions = {}): Promise<Stat> {
		checkNotSequential(options.mode);
		checkCreateParents(options.createParents);
		return setOrCreate(this, path, data, options);
	}

	async ensure(path: string, data: DataInput = Buffer.alloc(0), options: EnsureOptions = {}): Promise<Ensured> {
		checkNotSequential(options.mode);
		return ensure(this, path, data, options);
	}

	async multiRead(reads: readonly Read[], options: OperationOptions = {}): Promise<readonly ReadResult[]> {
		return multiRead(this.#caller, reads, options);
	}

	getEphemerals(path = '/', options: OperationOptions = {}): Promise<readonly string[]> {
		return this.#reads.ephemerals(path, options);
	}

	getAllChildrenNumber(path: string, options: OperationOptions = {}): Promise<number> {
		return this.#reads.descendantCount(path, options);
	}

	whenConnected(options: Cancellable = {}): Promise<StateOf<'connected'>> {
		return whenConnected(this, options);
	}

	transaction(): Transaction {
		return new TransactionBuilder(this, {
			aclOf: serverPath => this.#caller.aclOf(serverPath),
			chroot: this.#caller.chroot,
			bytes: (operation, path, data) => this.#caller.bytes(operation, path, data),
			call: (request, path, options) =>
				this.#caller.call({operation: 'multi', request, path, options, idempotent: false}),
			inNamespace: (attempt, options) => this.#caller.inNamespace(attempt, options),
		});
	}

	inSession<T>(work: (scope: SessionScope) => Promise<T>, options: InSessionOptions = {}): Promise<T> {
		return inSession(this, work, options);
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

	unwatch(path: string, listener: WatchListener, options: UnwatchOptions = {}): Promise<void> {
		return unwatch(this.#caller, path, listener, options);
	}

	unwatchAll(path: string, options: UnwatchOptions = {}): Promise<void> {
		return unwatchAll(this.#caller, path, options);
	}

	async addAuth(scheme: string, auth: string | Uint8Array, {signal}: Cancellable = {}): Promise<void> {
		await unlessAborted(this.#caller.session.addCredential(toCredential(scheme, auth)), signal, `auth ${scheme}`);
	}

	whoAmI(options: OperationOptions = {}): Promise<readonly Identity[]> {
		return this.#reads.whoAmI(options);
	}

	getConfig(options: ReadOptions = {}): Promise<EnsembleConfig> {
		return getConfig(this.#caller, options);
	}

	reconfig(change: Reconfiguration, options: ReconfigOptions = {}): Promise<EnsembleConfig> {
		return reconfig(this.#caller, change, options);
	}

	stats(): ClientStats {
		return this.#caller.session.stats;
	}

	setServers(connectString: string): void {
		this.#caller.session.setServers(connectString);
	}

	namespace(name: string): Client {
		const root = `/${name}`;
		if (typeof name !== 'string') throw new InvalidArgumentError('name', name, 'a relative path');
		validatePath(root, 'name');
		const {session, chroot, home, options, namespace} = this.#caller;
		return new SessionClient({
			openSession: () => session,
			chroot: name === '' ? chroot : new Chroot(chroot.toServer(root)),
			home,
			options,
			openNamespace: view =>
				new Namespace(
					this,
					name === '' ? namespace : root,
					view,
					ended => void session.serverWatches.drop(ended, session.isOpen),
				),
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
