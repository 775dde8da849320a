import {type Client, isCoordinationError, NoNodeError} from '../../lib/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import {decodeOffsetRecord, type OffsetRecord} from './offset-record.ts';
import {OffsetDataError} from './lane-error.ts';

/** A lane's record with the version that a compare-and-set of it must name. */
export type OffsetNode = {readonly path: string; readonly version: number; readonly record: OffsetRecord};

/** Data that was to replace version `version`. */
export type OffsetWrite = {readonly path: string; readonly data: string; readonly version: number};

export type WriteOutcome =
	| {readonly status: 'applied'; readonly version: number}
	/** The znode is as it was: the same write may be sent again, naming the same version. */
	| {readonly status: 'unchanged'}
	/** An earlier write of the same owner arrived after all: its version is the one to name. */
	| {readonly status: 'behind'; readonly version: number}
	/** Somebody else wrote, or deleted the znode. */
	| {readonly status: 'conflict'};

/**
 * Reads the records of many lanes in one flight, as the leader knows them. A lane that nobody ever took has none; what cannot be understood is returned as the error
 * that it is, so that it stops its own lane only.
 */
export async function readOffsets(
	client: Client,
	paths: readonly string[],
	{signal}: Cancellable,
): Promise<readonly (OffsetNode | OffsetDataError | undefined)[]> {
	const [first] = paths;
	if (first === undefined) return [];
	const [, nodes] = await Promise.all([
		client.sync(first, {signal}),
		Promise.all(paths.map(path => readOffset(client, path, {signal}))),
	]);
	return nodes;
}

/** What became of a write whose reply was lost. */
export async function outcomeOfWrite(
	client: Client,
	{path, data, version}: OffsetWrite,
	{signal}: Cancellable,
): Promise<WriteOutcome> {
	try {
		const [, found] = await Promise.all([client.sync(path, {signal}), client.get(path, {signal})]);
		if (found.stat.version === version) return {status: 'unchanged'};
		const mine = decodeOffsetRecord(Buffer.from(data), path);
		const theirs = decodeOffsetRecord(found.data, path);
		if (theirs.epoch !== mine.epoch || theirs.lock !== mine.lock) return {status: 'conflict'};
		const isApplied = theirs.seq === mine.seq && theirs.clean === mine.clean;
		return {status: isApplied ? 'applied' : 'behind', version: found.stat.version};
	} catch (error) {
		if (isCoordinationError(error, 'NO_NODE') || error instanceof OffsetDataError) return {status: 'conflict'};
		throw error;
	}
}

async function readOffset(
	client: Client,
	path: string,
	{signal}: Cancellable,
): Promise<OffsetNode | OffsetDataError | undefined> {
	try {
		const {data, stat} = await client.get(path, {signal});
		return {path, version: stat.version, record: decodeOffsetRecord(data, path)};
	} catch (error) {
		if (error instanceof NoNodeError) return undefined;
		if (error instanceof OffsetDataError) return error;
		throw error;
	}
}
