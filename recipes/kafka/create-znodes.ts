import {randomUUID} from 'node:crypto';
import {type Client, isCoordinationError} from '../../lib/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import type {ConsumerPaths} from './consumer-paths.ts';
import type {TopicPartition} from './topic-partition.ts';

/**
 * The UUID that marks every commit of this group of workers. Made once, by whoever comes first, and kept beside the lanes. Creates what the workers need beside it.
 */
export async function openFleet(client: Client, paths: ConsumerPaths, {signal}: Cancellable): Promise<string> {
	await createIfAbsent(client, paths.fleet, randomUUID(), {signal});
	await createIfAbsent(client, paths.members, null, {signal});
	await client.sync(paths.fleet, {signal});
	const {data} = await client.get(paths.fleet, {signal});
	return String(data);
}

/** The lanes' znodes, which must outlast the locks below them: made persistent, once. */
export async function createLaneParents(
	client: Client,
	paths: ConsumerPaths,
	lanes: readonly TopicPartition[],
	{signal}: Cancellable,
): Promise<void> {
	const found = await Promise.all(lanes.map(lane => client.exists(paths.lane(lane), {signal})));
	const absent = lanes.filter((_, at) => !found[at]);
	await Promise.all(absent.map(lane => createIfAbsent(client, paths.lane(lane), null, {signal})));
}

async function createIfAbsent(client: Client, path: string, data: string | null, {signal}: Cancellable): Promise<void> {
	try {
		await client.create(path, data, {createParents: true, signal});
	} catch (error) {
		if (!isCoordinationError(error, 'NODE_EXISTS')) throw error;
	}
}
