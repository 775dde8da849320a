import type {OutputRecord} from './sink/sink.ts';

/** The input records that a lane has finished, in order and without a hole, and what they emitted. */
export class FinishedPrefix {
	next: bigint;
	outputs: OutputRecord[] = [];
	/** Input and output records. */
	records = 0;
	/** Of the outputs' keys and values. */
	bytes = 0;

	constructor(from: bigint) {
		this.next = from;
	}

	extend(next: bigint, inputs: number, outputs: readonly OutputRecord[]): void {
		this.next = next;
		this.records += inputs + outputs.length;
		for (const output of outputs) {
			this.outputs.push(output);
			this.bytes += (output.key?.length ?? 0) + (output.value?.length ?? 0);
		}
	}

	/** Puts `later` behind it. */
	append(later: FinishedPrefix): void {
		this.next = later.next;
		this.records += later.records;
		this.bytes += later.bytes;
		for (const output of later.outputs) this.outputs.push(output);
	}
}
