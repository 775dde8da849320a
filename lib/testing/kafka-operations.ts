/** Kafka's api keys by the names of its protocol guide, those that a client sends. */
const apiKeys = {
	Produce: 0,
	Fetch: 1,
	ListOffsets: 2,
	Metadata: 3,
	OffsetCommit: 8,
	OffsetFetch: 9,
	FindCoordinator: 10,
	JoinGroup: 11,
	Heartbeat: 12,
	LeaveGroup: 13,
	SyncGroup: 14,
	DescribeGroups: 15,
	ListGroups: 16,
	SaslHandshake: 17,
	ApiVersions: 18,
	CreateTopics: 19,
	DeleteTopics: 20,
	DeleteRecords: 21,
	InitProducerId: 22,
	OffsetForLeaderEpoch: 23,
	AddPartitionsToTxn: 24,
	AddOffsetsToTxn: 25,
	EndTxn: 26,
	TxnOffsetCommit: 28,
	DescribeAcls: 29,
	CreateAcls: 30,
	DeleteAcls: 31,
	DescribeConfigs: 32,
	AlterConfigs: 33,
	DescribeLogDirs: 35,
	SaslAuthenticate: 36,
	CreatePartitions: 37,
	DeleteGroups: 42,
	ElectLeaders: 43,
	IncrementalAlterConfigs: 44,
	AlterPartitionReassignments: 45,
	ListPartitionReassignments: 46,
	OffsetDelete: 47,
	DescribeCluster: 60,
	DescribeProducers: 61,
	DescribeTransactions: 65,
	ListTransactions: 66,
	ConsumerGroupHeartbeat: 68,
	ConsumerGroupDescribe: 69,
	GetTelemetrySubscriptions: 71,
	PushTelemetry: 72,
	DescribeTopicPartitions: 75,
} as const;

/** A request by its api key's name. */
export type KafkaOperation = keyof typeof apiKeys;

const names = new Map<number, KafkaOperation>(
	Object.entries(apiKeys).map(([name, key]) => [key, name as KafkaOperation]),
);

/** The name of an api key, if it has one. */
export function kafkaOperation(apiKey: number): KafkaOperation | undefined {
	return names.get(apiKey);
}

export const kafkaOperations: readonly KafkaOperation[] = [...names.values()];
