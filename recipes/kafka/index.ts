export {
	FencedError,
	ForeignCarrierError,
	KafkajsMismatchError,
	KafkaRefusedError,
	KafkaUnavailableError,
	RecordTooLargeError,
	UnknownOutcomeError,
} from './kafka-error.ts';
export {type CompressionCodec, createKafka, type KafkaOptions} from './kafkajs/kafka.ts';
export {type KafkaSinkOptions, kafkaSink} from './sink/kafka-sink.ts';

export type {
	CarrierPosition,
	EmitRecord,
	LaneCommit,
	OutputRecord,
	Sink,
	SinkContext,
	SinkFactory,
} from './sink/sink.ts';
export type {TopicPartition} from './topic-partition.ts';
