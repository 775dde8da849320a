import {CoordinationError} from '../../lib/index.ts';

/** The sink refused this owner: somebody who came later has fenced it. Nothing it sends is accepted any more. */
export class FencedError extends CoordinationError {
	readonly code = 'FENCED';
	readonly transactionalId: string;

	constructor(transactionalId: string, options?: ErrorOptions) {
		super(`the producer "${transactionalId}" was fenced by a later one`, options);
		this.transactionalId = transactionalId;
	}
}

/** A commit failed in a way that does not tell whether it happened. The sink's own positions do, after `initProducer`. */
export class UnknownOutcomeError extends CoordinationError {
	readonly code = 'UNKNOWN_OUTCOME';
}

/** Somebody else commits to the carrier group, or consumes with it: how far a lane got cannot be known from it. */
export class ForeignCarrierError extends CoordinationError {
	readonly code = 'FOREIGN_CARRIER';
	readonly groupId: string;

	constructor(groupId: string, what: string) {
		super(`the group "${groupId}" is not ours alone: ${what}. Choose another \`groupId\`, or stop its other users`);
		this.groupId = groupId;
	}
}

/** An emitted record is larger than its topic takes. */
export class RecordTooLargeError extends CoordinationError {
	readonly code = 'RECORD_TOO_LARGE';
	readonly topic: string;
	/** The most that the record would take on the wire. */
	readonly bytes: number;
	readonly limit: number;

	constructor(topic: string, bytes: number, limit: number) {
		super(`a record for "${topic}" takes up to ${bytes} bytes, the limit is ${limit}`);
		this.topic = topic;
		this.bytes = bytes;
		this.limit = limit;
	}
}

/** The installed kafkajs is not the one this package was made for, or could not be loaded apart from the program's own. */
export class KafkajsMismatchError extends CoordinationError {
	readonly code = 'KAFKAJS_MISMATCH';
}

/** Kafka did not answer, or not as it should, for as long as was waited. Trying again is sound. `cause` is the last failure. */
export class KafkaUnavailableError extends CoordinationError {
	readonly code = 'KAFKA_UNAVAILABLE';
}

/** Kafka refused for a reason that trying again does not mend: authorization, a setting out of its range. `cause` is its answer. */
export class KafkaRefusedError extends CoordinationError {
	readonly code = 'KAFKA_REFUSED';
}
