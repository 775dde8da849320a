import type {PartitionAssigner} from 'kafkajs';
import {privateKafkajs} from '../kafkajs/kafka.ts';

/** Gives each member all partitions. The group has one member; one that a crash left behind takes nothing away from it. */
export const assignEverything: PartitionAssigner = ({cluster}) => {
	const {MemberAssignment, MemberMetadata} = privateKafkajs().AssignerProtocol;
	const name = 'DocentEverything';
	const version = 0;
	return {
		name,
		version,
		protocol: ({topics}) => ({name, metadata: MemberMetadata.encode({version, topics})}),
		async assign({members, topics}) {
			const assignment = Object.fromEntries(
				topics.map(topic => [topic, cluster.findTopicPartitionMetadata(topic).map(({partitionId}) => partitionId)]),
			);
			return members.map(({memberId}) => ({
				memberId,
				memberAssignment: MemberAssignment.encode({version, assignment}),
			}));
		},
	};
};
