import {FinishedPrefix} from './finished-prefix.ts';
import type {Load} from './load.ts';
import type {LaneCommit, OutputRecord} from './sink/sink.ts';

/** How far a lane got: what is committed, what is part of the commit in flight, and what is finished behind that; each begins where the one before ends. */
export class LaneProgress {
	#committed: bigint;
	/** Part of the commit in flight. */
	#taken: FinishedPrefix | undefined;
	#finished: FinishedPrefix;
	#seq = 0n;
	#isEstablished = false;

	constructor(position: bigint) {
		this.#committed = position;
		this.#finished = new FinishedPrefix(position);
	}

	get committed(): bigint {
		return this.#committed;
	}

	/** Of the last commit. */
	get seq(): bigint {
		return this.#seq;
	}

	/** The sink has acknowledged a position of this lane to this owner. */
	get isEstablished(): boolean {
		return this.#isEstablished;
	}

	/** Something is part of a commit whose outcome is not known. */
	get isTaken(): boolean {
		return this.#taken !== undefined;
	}

	/** Something is finished and in no commit yet. */
	get isDirty(): boolean {
		return this.#finished.next !== (this.#taken?.next ?? this.#committed);
	}

	get load(): Load {
		const {records, bytes} = this.#finished;
		return {records: records + (this.#taken?.records ?? 0), bytes: bytes + (this.#taken?.bytes ?? 0)};
	}

	/** @returns what it adds to what waits for a commit */
	finish(next: bigint, inputs: number, outputs: readonly OutputRecord[]): Load {
		const {records, bytes} = this.#finished;
		this.#finished.extend(next, inputs, outputs);
		return {records: this.#finished.records - records, bytes: this.#finished.bytes - bytes};
	}

	/** The next commit's part, which may be empty. None may be in flight. */
	take(): Pick<LaneCommit, 'from' | 'next' | 'seq' | 'outputs'> {
		const {next, outputs} = (this.#taken = this.#finished);
		this.#finished = new FinishedPrefix(next);
		this.#seq++;
		return {from: this.#committed, next, seq: this.#seq, outputs};
	}

	/** The commit in flight is known to have happened. */
	acknowledge(): void {
		if (!this.#taken) return;
		this.#committed = this.#taken.next;
		this.#isEstablished = true;
		this.#taken = undefined;
	}

	/**
	 * What the position that the sink tells says of the commit in flight. An `uncommitted` one waits for a commit again; one `elsewhere` fits nothing that is
	 * known here.
	 */
	settle(position: bigint): 'committed' | 'uncommitted' | 'unchanged' | 'elsewhere' {
		if (this.#taken && position === this.#taken.next) {
			this.acknowledge();
			return 'committed';
		}
		if (position !== this.#committed) return 'elsewhere';
		if (!this.#taken) return 'unchanged';
		this.#taken.append(this.#finished);
		this.#finished = this.#taken;
		this.#taken = undefined;
		return 'uncommitted';
	}

	/** Nobody waits for the outcome of the commit in flight any more. */
	forget(): void {
		this.#taken = undefined;
	}

	/** Drops everything that is not committed and goes on from `position`. */
	rewind(position: bigint): void {
		this.#committed = position;
		this.#taken = undefined;
		this.#finished = new FinishedPrefix(position);
	}
}
