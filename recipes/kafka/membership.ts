import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {
	type Client,
	isCoordinationError,
	joinPath,
	type PersistentWatchEvent,
	type Transaction,
	unlessAborted,
} from '../../lib/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {type ConsumerPaths, fromPathElement} from './consumer-paths.ts';

/** A worker that is here. */
export type Member = {
	readonly workerId: string;
	/** `draining`: about to leave, it is to get no lanes. */
	readonly state: 'active' | 'draining';
	readonly host: string;
	readonly pid: number;
};

/** Tells this process's znodes, also those of an earlier session, from another's with the same `workerId`. */
const instance = randomUUID();

/** This worker's place among the members: an ephemeral znode of the session. */
export class Membership {
	readonly path: string;
	readonly #client: Client;
	#state: Member['state'] = 'active';
	/** Whose ephemeral the znode is. */
	#sessionId: bigint | undefined;

	constructor(client: Client, paths: ConsumerPaths, workerId: string) {
		this.#client = client;
		this.path = paths.member(workerId);
	}

	/** Creates the znode. One of an earlier session of this process is replaced; another process with the same `workerId` is waited out. */
	async join({signal}: Cancellable): Promise<void> {
		const sessionId = (this.#sessionId = sessionOf(this.#client));
		for (;;) {
			try {
				await this.#client.create(this.path, this.#data(), {mode: 'ephemeral', signal});
				return;
			} catch (error) {
				if (!isCoordinationError(error, 'NODE_EXISTS') && !isCoordinationError(error, 'CONNECTION_LOSS')) throw error;
			}
			const changed = deferred();
			const found = await this.#find(changed, signal);
			if (found === undefined) continue;
			if (found.owner === sessionId) return;
			if (found.instance === instance) await this.#delete(signal);
			else await unlessAborted(changed.promise, signal, `join ${this.path}`);
		}
	}

	/** Adds a write of the znode: it fails unless the session, and the znode with it, is alive. */
	touch(transaction: Transaction): void {
		transaction.set(this.path, this.#data());
	}

	/** Says that this worker is about to leave. */
	async drain({signal}: Cancellable): Promise<void> {
		this.#state = 'draining';
		await this.#client.set(this.path, this.#data(), {signal});
	}

	/** Idempotent. A znode of an ended session goes by itself, and its place may be taken already. */
	async leave(): Promise<void> {
		if (this.#sessionId === undefined || this.#sessionId !== sessionOf(this.#client)) return;
		this.#sessionId = undefined;
		await this.#client.deleteGuaranteed(this.path);
	}

	#data(): string {
		return JSON.stringify({v: 1, state: this.#state, host: hostname(), pid: process.pid, instance});
	}

	async #find(
		changed: Deferred<void>,
		signal: AbortSignal | undefined,
	): Promise<{readonly owner: bigint; readonly instance: unknown} | undefined> {
		const watch = (): void => changed.resolve();
		try {
			const {data, stat} = await this.#client.get(this.path, {watch, signal});
			const fields = JSON.parse(String(data)) as {readonly instance?: unknown};
			return {owner: stat.ephemeralOwner, instance: fields.instance};
		} catch (error) {
			if (isCoordinationError(error, 'NO_NODE')) return undefined;
			throw error;
		}
	}

	async #delete(signal: AbortSignal | undefined): Promise<void> {
		try {
			await this.#client.delete(this.path, {signal});
		} catch (error) {
			if (!isCoordinationError(error, 'NO_NODE')) throw error;
		}
	}
}

function sessionOf({state}: Client): bigint | undefined {
	return state.status === 'connected' || state.status === 'suspended' ? state.sessionId : undefined;
}

/** Everyone who is here, as this client's server knows it. */
export async function readMembers(
	client: Client,
	{members}: ConsumerPaths,
	{signal}: Cancellable,
): Promise<readonly Member[]> {
	const {children} = await client.children(members, {signal});
	const read = await Promise.all(
		children.map(async (name): Promise<Member | undefined> => {
			try {
				const {data} = await client.get(joinPath(members, name), {signal});
				const {state, host, pid} = JSON.parse(String(data)) as Omit<Member, 'workerId'>;
				return {workerId: fromPathElement(name), state: state === 'draining' ? 'draining' : 'active', host, pid};
			} catch (error) {
				// Gone meanwhile, or written by somebody else: no worker of ours.
				if (isCoordinationError(error, 'NO_NODE') || error instanceof SyntaxError) return undefined;
				throw error;
			}
		}),
	);
	return read.filter(member => member !== undefined);
}

/** An event for each change among the members, of their states too. */
export function watchMembers(
	client: Client,
	{members}: ConsumerPaths,
	{signal}: Cancellable,
): AsyncIterable<PersistentWatchEvent> {
	return client.watch(members, {mode: 'recursive', signal});
}
