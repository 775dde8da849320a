/**
 * Kafka to Kafka, exactly once per partition: {@link ExactlyOnceConsumer} and {@link kafkaSink}.
 *
 * @packageDocumentation
 */

/// <reference types="node" preserve="true" />
export {ConsumerStateError, ExactlyOnceConsumer} from './exactly-once-consumer.ts';
export {
	FencedError,
	ForeignCarrierError,
	KafkajsMismatchError,
	KafkaRefusedError,
	KafkaUnavailableError,
	RecordTooLargeError,
	UnknownOutcomeError,
} from './kafka-error.ts';
export {
	CarrierMissingError,
	GapError,
	HandlerFailedError,
	LaneLostError,
	LaneStoppedError,
	LateEmitError,
	OffsetDataError,
	OffsetMismatchError,
} from './lane-error.ts';
export {createKafka} from './kafkajs/kafka.ts';
export {kafkaSink} from './sink/kafka-sink.ts';

export type {Assignment} from './assignment.ts';
export type {Plan} from './assignor.ts';
export type {ConsumerSettings, ExactlyOnceConsumerOptions, Handlers} from './consumer-options.ts';
export type {LaneLag} from './exactly-once-consumer.ts';
export type {EachBatchHandler, EachBatchPayload, EachMessageHandler, EachMessagePayload} from './handlers.ts';
export type {CompressionCodec, KafkaOptions} from './kafkajs/kafka.ts';
export type {LaneState, LaneStatus, LostReason, Pauser, RevokeReason} from './lane.ts';
export type {TopicPartitions} from './paused-lanes.ts';
export type {OutOfRange} from './position-lanes.ts';
export type {KafkaSinkOptions} from './sink/kafka-sink.ts';
export type {
	CarrierPosition,
	EmitRecord,
	LaneCommit,
	OutputRecord,
	Sink,
	SinkContext,
	SinkFactory,
} from './sink/sink.ts';
export type {StartPosition} from './start-position.ts';
export type {TopicPartition} from './topic-partition.ts';
export type {CommitReport, ConsumerEvents, LaneChange} from './worker-room.ts';
