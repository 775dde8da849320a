import {InvalidArgumentError, joinPath} from '../../lib/index.ts';
import type {TopicPartition} from './topic-partition.ts';

/**
 * A name of Kafka's world as one element of a znode's path, reversibly: percent-encoded, and so that no name can climb (`.`, `..`) or hit ZooKeeper's own tree.
 *
 * @throws InvalidArgumentError for an empty name, or one that is not well-formed Unicode
 */
export function toPathElement(name: string, argument: string): string {
	if (name === '') throw new InvalidArgumentError(argument, name, 'a string that is not empty');
	if (/^\.{1,2}$/.test(name)) return name.replaceAll('.', '%2E');
	if (name === 'zookeeper') return '%7Aookeeper';
	try {
		return encodeURIComponent(name);
	} catch {
		throw new InvalidArgumentError(argument, name, 'well-formed Unicode');
	}
}

export function fromPathElement(element: string): string {
	return decodeURIComponent(element);
}

/** Where a group's znodes are. */
export class ConsumerPaths {
	readonly group: string;
	readonly fleet: string;
	readonly members: string;
	readonly assignor: string;
	readonly assignment: string;
	readonly lanes: string;

	constructor(root: string, groupId: string) {
		this.group = joinPath(root, toPathElement(groupId, 'options.groupId'));
		this.fleet = joinPath(this.group, 'fleet');
		this.members = joinPath(this.group, 'members');
		this.assignor = joinPath(this.group, 'assignor');
		this.assignment = joinPath(this.group, 'assignment');
		this.lanes = joinPath(this.group, 'lanes');
	}

	member(workerId: string): string {
		return joinPath(this.members, toPathElement(workerId, 'options.workerId'));
	}

	lane({topic, partition}: TopicPartition): string {
		return joinPath(this.lanes, `${toPathElement(topic, 'topic')}/${partition}`);
	}

	lock(lane: TopicPartition): string {
		return joinPath(this.lane(lane), 'lock');
	}

	offset(lane: TopicPartition): string {
		return joinPath(this.lane(lane), 'offset');
	}
}
