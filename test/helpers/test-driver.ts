import {DisconnectedError, type Driver, type DriverListener, type Handshake} from '../../lib/driver/driver.ts';
import type {OperationName, ReplyOf, RequestOf} from '../../lib/driver/operation.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';

export type RecordedCall = {
	readonly operation: OperationName;
	readonly request: unknown;
	readonly reply: Deferred<unknown>;
};

/** A driver whose every step the test makes: what is called on it is recorded, what it says is said by the test. */
export class TestDriver implements Driver {
	readonly capabilities: Driver['capabilities'] = {
		multi: true,
		multiRead: true,
		aclAtCreate: true,
		getAcl: true,
		statInReply: true,
		nullData: true,
		longTtl: true,
		binaryCredentials: true,
		persistentWatches: true,
		removeWatches: true,
		ephemerals: true,
		descendantCount: true,
		whoAmI: true,
		reconfig: true,
		sasl: true,
		tls: true,
		readOnlyMode: true,
		replyLimit: true,
	};
	readonly calls: RecordedCall[] = [];
	renewals = 0;
	closed = false;
	#listener: DriverListener | undefined;
	#connected = false;

	/** What the session listens with. */
	get says(): DriverListener {
		if (!this.#listener) throw new Error('not started');
		return this.#listener;
	}

	start(listener: DriverListener): void {
		this.#listener = listener;
	}

	connect(handshake: Partial<Handshake> = {}): void {
		this.#connected = true;
		this.says.connected({
			server: 'test',
			sessionId: 1n,
			password: Buffer.alloc(16),
			timeout: 10_000,
			readOnly: false,
			sentAt: performance.now(),
			...handshake,
		});
	}

	/** Ends the connection as a driver must: the calls under way are rejected after the session has heard of it. */
	disconnect(cause: Error = new Error('reset by the test')): void {
		this.#connected = false;
		this.says.disconnected(cause);
		for (const {reply} of this.calls.splice(0)) reply.reject(new DisconnectedError(true, cause));
	}

	call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
		if (!this.#connected) return Promise.reject(new DisconnectedError(false));
		const reply = deferred<unknown>();
		this.calls.push({operation, request, reply});
		return reply.promise as Promise<ReplyOf<Name>>;
	}

	renew(): void {
		this.renewals++;
		this.#connected = false;
		for (const {reply} of this.calls.splice(0)) reply.reject(new DisconnectedError(true));
	}

	setServers(): void {}

	/** Leaves no call under way, as a driver must. */
	close(): Promise<void> {
		this.closed = true;
		this.#connected = false;
		for (const {reply} of this.calls.splice(0)) reply.reject(new DisconnectedError(true));
		return Promise.resolve();
	}
}
