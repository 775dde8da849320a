import {Chroot} from './chroot.ts';
import type {DataInput, OperationOptions, ReadOptions} from './client.ts';
import type {OperationName, ReplyOf, RequestOf} from './driver/operation.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {NoNodeError} from './errors/keeper-error.ts';
import {RequestTooLargeError} from './errors/request-error.ts';
import type {Namespace} from './namespace.ts';
import type {ResolvedOptions} from './options.ts';
import {validatePath} from './paths.ts';
import {hadNoEffect, inAnySession, mayBeRepeated} from './retry/outcome.ts';
import {withRetry} from './retry/with-retry.ts';
import {AskedWatch} from './session/asked-watch.ts';
import {describe} from './session/call-name.ts';
import type {Session} from './session/session.ts';
import type {Acl, WatchListener} from './znode.ts';

export type Call<Name extends OperationName> = {
	readonly operation: Name;
	readonly request: RequestOf<Name>;
	/** As the user wrote it, for messages. */
	readonly path?: string | undefined;
	readonly options: OperationOptions;
	/** Whether a second execution changes nothing: then a lost reply is no reason to give up. */
	readonly idempotent: boolean;
	/** Told of each failure that is followed by another attempt. */
	readonly onRetry?: ((error: unknown) => void) | undefined;
};

export type CallerParts = {
	readonly session: Session;
	readonly chroot: Chroot;
	readonly home: Chroot;
	readonly options: ResolvedOptions;
	readonly namespace: Namespace | undefined;
};

/** Makes a client's calls on its session: below its root, with its retries. */
export class Caller {
	readonly session: Session;
	readonly chroot: Chroot;
	/** The connect string's: `chroot` without the names of namespaces. */
	readonly home: Chroot;
	readonly options: ResolvedOptions;
	/** Where the client is only a view of another's session. */
	readonly namespace: Namespace | undefined;

	constructor({session, chroot, home, options, namespace}: CallerParts) {
		this.session = session;
		this.chroot = chroot;
		this.home = home;
		this.options = options;
		this.namespace = namespace;
	}

	/** The same calls below no root: for what belongs to the ensemble. */
	atRoot(): Caller {
		const {session, home, options, namespace} = this;
		return new Caller({session, chroot: new Chroot(''), home, options, namespace});
	}

	/** The ACL of a znode that is to be created, unless a call says otherwise. @throws InvalidArgumentError */
	aclOf(serverPath: string): Acl {
		return this.options.acl(this.home.fromServer(serverPath));
	}

	/** Runs what needs the znode of the client's namespace, if it has one. */
	inNamespace<T>(attempt: () => Promise<T>, options: OperationOptions): Promise<T> {
		return this.namespace ? this.namespace.ensured(attempt, options) : attempt();
	}

	/** A read that may leave a watch. @throws InvalidArgumentError at once; the rest as rejections */
	read<Name extends 'get' | 'exists' | 'children'>(
		operation: Name,
		path: string,
		options: ReadOptions,
		table: 'data' | 'child',
	): Promise<ReplyOf<Name>> {
		validatePath(path);
		if (options.watch && options.anySession)
			throw new InvalidArgumentError('options.anySession', true, 'absent with `watch`, which belongs to one session');
		return options.watch
			? this.#watchingRead(operation, path, {...options, watch: options.watch}, table)
			: this.#read(operation, path, options, false);
	}

	async #watchingRead<Name extends 'get' | 'exists' | 'children'>(
		operation: Name,
		path: string,
		options: ReadOptions & {readonly watch: WatchListener},
		table: 'data' | 'child',
	): Promise<ReplyOf<Name>> {
		this.session.checkClock();
		const watch = new AskedWatch(this.session, {
			kind: table,
			serverPath: this.chroot.toServer(path),
			path,
			listener: options.watch,
			owner: this.namespace,
		});
		try {
			const reply = await this.#read(operation, path, options, watch.asks);
			watch.granted(table);
			return reply;
		} catch (error) {
			// The one read that leaves its watch also on a znode that is not there.
			if (operation === 'exists' && error instanceof NoNodeError) watch.granted('exist');
			else watch.failed({aborted: isCoordinationError(error, 'ABORTED')});
			throw error;
		}
	}

	#read<Name extends 'get' | 'exists' | 'children'>(
		operation: Name,
		path: string,
		options: ReadOptions,
		watch: boolean,
	): Promise<ReplyOf<Name>> {
		const request = {path: this.chroot.toServer(path), watch} as RequestOf<Name>;
		const call = {operation, request, path, options, idempotent: true};
		return path === '/' ? this.inNamespace(() => this.call(call), options) : this.call(call);
	}

	/** @throws as the methods of `Client` */
	call<Name extends OperationName>(call: Call<Name>): Promise<ReplyOf<Name>> {
		const refusal = this.namespace?.refusal(describe(call));
		if (refusal) return Promise.reject(refusal);
		const {signal, retry = this.options.retry, anySession = false} = call.options;
		this.session.checkClock();
		// A retry belongs to the session of the first attempt: what was asked of one session must not happen in the next, unless it is asked of any.
		const era = anySession ? 'any' : this.session.era;
		const attempt = (): Promise<ReplyOf<Name>> => this.session.call(call.operation, call.request, call, signal, era);
		if (retry === false) return attempt();
		const isSoundInSession = call.idempotent ? mayBeRepeated : hadNoEffect;
		const isSound = anySession ? inAnySession(isSoundInSession) : isSoundInSession;
		return withRetry(attempt, {policy: retry, signal, isSound, onRetry: call.onRetry});
	}

	/** What data is to the server. @throws InvalidArgumentError, RequestTooLargeError */
	bytes(operation: string, path: string, data: DataInput): Uint8Array | null {
		if (data !== null && typeof data !== 'string' && !(data instanceof Uint8Array))
			throw new InvalidArgumentError('data', data, 'bytes, a string or null');
		const bytes = typeof data === 'string' ? Buffer.from(data) : data;
		const size = (bytes?.length ?? 0) + Buffer.byteLength(path);
		// The driver counts exactly, once it has encoded the request; this much is known without.
		if (size > this.options.maxRequestLength)
			throw new RequestTooLargeError(describe({operation, path}), size, this.options.maxRequestLength);
		return bytes;
	}
}
