import {CarrierMissingError, OffsetMismatchError} from './lane-error.ts';
import type {OffsetRecord} from './offset-record.ts';
import type {CarrierPosition} from './sink/sink.ts';
import type {TopicPartition} from './topic-partition.ts';

export type ReconcileInput = {
	readonly lane: TopicPartition;
	/** What the sink says (`c`), read after the recorded owner was fenced. */
	readonly carrier: CarrierPosition | undefined;
	/** What ZooKeeper said before this owner recorded itself (`z`). */
	readonly record: OffsetRecord | undefined;
	/** The start policy is `group`: the user vouches that a position without a record may be gone on from. */
	readonly adopts: boolean;
};

export type Reconciled =
	| {readonly action: 'go'; readonly position: bigint; readonly established: boolean}
	/** A lane that nobody ever had: the start policy says where. */
	| {readonly action: 'start'}
	/** A position of ours without a record of its owner, who therefore cannot be fenced: wait out its transaction, then go on from there. */
	| {readonly action: 'adopt'}
	| {readonly action: 'halt'; readonly error: CarrierMissingError | OffsetMismatchError};

/** Where to go on, T6 of the protocol: the sink's word counts; ZooKeeper's is a mirror that may lag but never lead. */
export function reconcile({lane, carrier, record, adopts}: ReconcileInput): Reconciled {
	if (!record) {
		if (!carrier) return {action: 'start'};
		if (adopts) return {action: 'adopt'};
		const what = `the sink is at ${carrier.next}, but ZooKeeper has no record of an owner who could be fenced. If no other worker can be alive, use \`start: 'group'\``;
		return {action: 'halt', error: new OffsetMismatchError(lane, what)};
	}
	if (!carrier) {
		if (!record.established) return {action: 'go', position: record.next, established: false};
		const what = `ZooKeeper says ${record.next} is committed, but the sink has no position any more`;
		return {action: 'halt', error: new CarrierMissingError(lane, what)};
	}
	if (carrier.next < record.next || (record.clean && carrier.next !== record.next)) {
		const what = `ZooKeeper says ${record.next}${record.clean ? ', handed over in order' : ''}, the sink says ${carrier.next}`;
		return {action: 'halt', error: new OffsetMismatchError(lane, what)};
	}
	return {action: 'go', position: carrier.next, established: true};
}
