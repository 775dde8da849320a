import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, isCoordinationError, TransactionError} from '../../lib/index.ts';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import {encodeOffsetRecord, type OffsetRecord} from './offset-record.ts';
import {type OffsetNode, type OffsetWrite, outcomeOfWrite, type WriteOutcome} from './offset-znode.ts';

/** A lane's offset on its way to ZooKeeper. Belongs to one owner's time with the lane. */
export class MirroredOffset {
	readonly path: string;
	readonly #onFenced: () => void;
	record: OffsetRecord;
	version: number;
	/** What is to be written next; the newest wins. */
	wanted: OffsetRecord | undefined;
	#idle: Deferred<void> | undefined;
	#isOver = false;

	constructor({path, version, record}: OffsetNode, onFenced: () => void) {
		this.path = path;
		this.record = record;
		this.version = version;
		this.#onFenced = onFenced;
	}

	get isDirty(): boolean {
		return this.wanted !== undefined && !this.#isOver;
	}

	/** Resolves when everything wanted is written, or never will be. */
	async settled(): Promise<void> {
		if (this.isDirty) await (this.#idle ??= deferred()).promise;
	}

	/** `written` has become what the znode says. */
	applied(written: OffsetRecord, version: number): void {
		this.record = written;
		this.version = version;
		if (this.wanted !== written) return;
		this.wanted = undefined;
		this.#idle?.resolve();
		this.#idle = undefined;
	}

	/** Somebody else wrote the record: the lane has another owner. */
	fenced(): void {
		this.end();
		this.#onFenced();
	}

	/** Nothing is written any more. */
	end(): void {
		this.#isOver = true;
		this.#idle?.resolve();
	}
}

/** As many as fit well below the server's limit of 1 MiB for one request. */
const writesPerTransaction = 1000;
const lossPause = 50;

/**
 * Carries committed offsets to ZooKeeper behind the commits, one transaction for all lanes that moved and one at a time. The offsets there may lag behind the sink,
 * never lead, so nothing waits for them but a hand-over.
 */
export class OffsetMirror {
	readonly #client: Client;
	readonly #signal: AbortSignal;
	readonly #dirty = new Set<MirroredOffset>();
	#isFlushing = false;

	constructor(client: Client, signal: AbortSignal) {
		this.#client = client;
		this.#signal = signal;
	}

	put(offset: MirroredOffset, record: OffsetRecord): void {
		offset.wanted = record;
		this.#dirty.add(offset);
		if (!this.#isFlushing) void this.#flushAll();
	}

	async #flushAll(): Promise<void> {
		this.#isFlushing = true;
		try {
			while (this.#dirty.size > 0 && !this.#signal.aborted) {
				const batch = [...this.#dirty].slice(0, writesPerTransaction);
				try {
					await this.#flush(batch.filter(({isDirty}) => isDirty));
				} catch (error) {
					// The servers come back, and the session with them or not.
					if (!isCoordinationError(error, 'CONNECTION_LOSS')) throw error;
					await sleep(lossPause, undefined, {signal: this.#signal});
				}
				for (const offset of batch) {
					this.#dirty.delete(offset);
					if (offset.isDirty) this.#dirty.add(offset);
				}
			}
		} catch {
			// The session is over, and with it the right to write: the next owner starts from the sink's word.
			for (const offset of this.#dirty) offset.end();
			this.#dirty.clear();
		} finally {
			this.#isFlushing = false;
		}
	}

	async #flush(batch: readonly MirroredOffset[]): Promise<void> {
		const writes = batch.flatMap(offset => {
			const {wanted, path, version} = offset;
			return wanted ? [{offset, wanted, write: {path, version, data: encodeOffsetRecord(wanted)}}] : [];
		});
		if (writes.length === 0) return;
		const transaction = this.#client.transaction();
		for (const {write} of writes) transaction.set(write.path, write.data, {version: write.version});
		try {
			await transaction.commit({signal: this.#signal});
			for (const {offset, wanted, write} of writes) offset.applied(wanted, write.version + 1);
		} catch (error) {
			const isInDoubt = isCoordinationError(error, 'CONNECTION_LOSS');
			if (!isInDoubt && !(error instanceof TransactionError)) throw error;
			if (isInDoubt) await sleep(lossPause, undefined, {signal: this.#signal});
			// One lane that is not ours any more must not hold up the others.
			const outcomes = await Promise.allSettled(
				writes.map(async ({offset, wanted, write}) => {
					const outcome = isInDoubt
						? await outcomeOfWrite(this.#client, write, {signal: this.#signal})
						: await this.#writeAlone(write);
					if (outcome.status === 'applied') offset.applied(wanted, outcome.version);
					if (outcome.status === 'behind') offset.version = outcome.version;
					if (outcome.status === 'conflict') offset.fenced();
				}),
			);
			for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
		}
	}

	async #writeAlone(write: OffsetWrite): Promise<WriteOutcome> {
		const signal = this.#signal;
		try {
			const {version} = await this.#client.set(write.path, write.data, {version: write.version, signal});
			return {status: 'applied', version};
		} catch (error) {
			if (isCoordinationError(error, 'CONNECTION_LOSS')) return {status: 'unchanged'};
			if (isCoordinationError(error, 'BAD_VERSION') || isCoordinationError(error, 'NO_NODE'))
				return outcomeOfWrite(this.#client, write, {signal});
			throw error;
		}
	}
}
