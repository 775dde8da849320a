import type {Client, OperationOptions} from './client.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {NodeExistsError, NoNodeError} from './errors/keeper-error.ts';
import {ClientClosedError} from './errors/session-error.ts';
import {TransactionError} from './errors/transaction-error.ts';
import type {SessionEvents} from './session/session-events.ts';
import type {SessionState, StateOf} from './session/state.ts';
import {deferred} from './util/deferred.ts';
import type {Emitter} from './util/emitter.ts';
import {subscribe} from './util/subscribe.ts';

type Options = Pick<OperationOptions, 'signal' | 'retry' | 'anySession'>;

/** What a namespace has of its own: its end, and its znode. The session, and all that happens to it, is the parent's. */
export class Namespace {
	readonly #parent: Client;
	readonly #root: string | Namespace | undefined;
	readonly #view: Emitter<SessionEvents>;
	readonly #unsubscribe: () => void;
	readonly #onEnd: (namespace: Namespace) => void;
	readonly #closed = deferred<Error | undefined>();
	#end: StateOf<'closed'> | undefined;

	/**
	 * @param root in the parent's words; where it has no znode of its own, the parent's namespace, if that is one
	 * @param view told what happens to the session
	 * @param onEnd called once it is closed, whoever closed it
	 */
	constructor(
		parent: Client,
		root: string | Namespace | undefined,
		view: Emitter<SessionEvents>,
		onEnd: (namespace: Namespace) => void,
	) {
		this.#parent = parent;
		this.#root = root;
		this.#view = view;
		this.#onEnd = onEnd;
		this.#unsubscribe = subscribe<SessionEvents>(parent, {
			connected: state => view.emit('connected', state),
			suspended: state => view.emit('suspended', state),
			reconnected: state => view.emit('reconnected', state),
			untrusted: () => view.emit('untrusted'),
			lost: state => view.emit('lost', state),
			closed: state => this.#finish(state),
		});
	}

	get state(): SessionState {
		return this.#end ?? this.#parent.state;
	}

	get isClosed(): boolean {
		return this.#end !== undefined;
	}

	get closed(): Promise<Error | undefined> {
		return this.#closed.promise;
	}

	/** Why a call cannot be made, if so. @param what the call */
	refusal(what: string): ClientClosedError | undefined {
		return this.#end && new ClientClosedError(what);
	}

	/** Runs what needs the namespace's znode. Only when that turns out to be missing it is created, and its ancestors, as containers; so it may also vanish while it is empty. */
	async ensured<T>(attempt: () => Promise<T>, {signal, retry, anySession}: Options): Promise<T> {
		const root = this.#root;
		if (typeof root !== 'string') return root ? root.ensured(attempt, {signal, retry, anySession}) : attempt();
		try {
			return await attempt();
		} catch (error) {
			if (!missesNode(error) || (await this.#parent.exists(root, {signal, retry, anySession}))) throw error;
			try {
				const options = {mode: 'container', createParents: true, signal, retry, anySession} as const;
				await this.#parent.create(root, Buffer.alloc(0), options);
			} catch (failure) {
				if (!(failure instanceof NodeExistsError)) throw failure;
			}
			return attempt();
		}
	}

	close(): void {
		this.#finish({status: 'closed', since: performance.now()});
	}

	#finish(end: StateOf<'closed'>): void {
		if (this.#end) return;
		this.#end = end;
		this.#unsubscribe();
		this.#onEnd(this);
		this.#view.emit('closed', end);
		this.#closed.resolve(end.cause);
	}
}

function missesNode(error: unknown): boolean {
	return (
		error instanceof NoNodeError || (error instanceof TransactionError && isCoordinationError(error.cause, 'NO_NODE'))
	);
}
