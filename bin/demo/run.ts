import {connect, unlessAborted} from '../../lib/index.ts';
import {Board, carriedOf} from './board.ts';
import {checkHistory, type ExpectedLane, type ObservedRecord} from './checker.ts';
import {Crew} from './crew.ts';
import {DemoError} from './demo-error.ts';
import {groupId} from './messages.ts';
import {Observer} from './observer.ts';
import type {DemoOptions} from './options.ts';
import {produce} from './producer.ts';
import {firstBatchSize, playScenes} from './scenes.ts';
import type {DemoServers} from './servers.ts';
import {openSettings} from './settings.ts';
import {together} from './together.ts';
import {input, output, partitions} from './topics.ts';
import {until} from './until.ts';
import {judge, type Verdict} from './verdict.ts';
import {Witness} from './witness.ts';

const crewAtFirst = ['w1', 'w2', 'w3'];
/** Milliseconds to write the records in: a second for a thousand, within bounds. */
const shortest = 10_000;
const longest = 60_000;
/** Milliseconds that the records may stand still. */
const patience = 60_000;

export type RunOptions = DemoOptions & {
	readonly board: Board;
	readonly signal: AbortSignal;
};

/** The whole play on servers that run: write, carry, disturb, wait until all is carried, and judge. */
export async function run({zooKeeper, kafka}: DemoServers, options: RunOptions): Promise<Verdict> {
	const {records, faults, board} = options;
	const failure = new AbortController();
	const signal = AbortSignal.any([options.signal, failure.signal]);
	await using witness = Witness.call(kafka.classPath, kafka.brokers);
	await using client = await connect(zooKeeper.connectString, {signal});
	await using settings = await openSettings(client, signal);
	const setBatchSize = async (batchSize: number): Promise<void> => {
		await settings.update(() => ({batchSize}), {signal});
		board.show({batchSize});
	};
	await setBatchSize(firstBatchSize);
	await using crew = new Crew({
		board,
		orders: {connectString: zooKeeper.connectString, brokers: kafka.proxiedBrokers},
		onFailure: error => failure.abort(error),
	});
	for (const id of crewAtFirst) crew.hire(id);
	const observer = new Observer(client, board);
	const done = new AbortController();
	await together(signal, [
		async ending => observer.run(AbortSignal.any([ending, done.signal])),
		async ending => {
			await until('three workers with lanes', () => isManned(observer) || undefined, {signal: ending});
			await together(ending, [
				async writing =>
					produce({
						brokers: kafka.brokers,
						topic: input,
						partitions,
						records,
						duration: Math.min(longest, Math.max(shortest, records)),
						onProgress: produced => board.show({produced}),
						signal: writing,
					}),
				async playing =>
					playScenes({board, crew, observer, witness, zooKeeper, kafka, records, faults, setBatchSize}, playing),
			]);
			await carriedAll(observer, records, ending);
			board.note('every record is carried; the workers are asked to end');
			await crew.dismiss(ending);
			await until('a last look at ZooKeeper', async () => observer.look(ending), {signal: ending});
			done.abort();
		},
	]);
	board.note('the official Java client reads what came out');
	const verdict = inspect(witness, observer, records);
	return await unlessAborted(verdict, signal, 'read what came out');
}

async function carriedAll(observer: Observer, records: number, signal: AbortSignal): Promise<void> {
	for (let carried = 0; carried < records; ) {
		const before = carried;
		const look = (): number | undefined => {
			const now = carriedOf(observer.last);
			return now > before ? now : undefined;
		};
		carried = await until('more records carried', look, {signal, patience});
	}
}

function isManned({last}: Observer): boolean {
	return last.lanes.every(({owner}) => owner !== undefined) && last.members.length === crewAtFirst.length;
}

/** The accounts of the broker, by the Java client, and of ZooKeeper. */
async function inspect(witness: Witness, {last}: Observer, records: number): Promise<Verdict> {
	const written = await witness.read(input);
	if (written.length !== records)
		throw new DemoError('UNEXPECTED', `the input holds ${written.length} records, ${records} were written`);
	const history = checkHistory(lanesOf(written), await witness.read(output));
	const kafkaOffsets = await witness.offsets(groupId, input);
	const offsets = kafkaOffsets.map(({partition, carrier, end}) => ({
		zooKeeper: last.lanes[partition]?.next,
		carrier,
		end,
	}));
	return judge(history, offsets);
}

function lanesOf(records: readonly ObservedRecord[]): readonly ExpectedLane[] {
	return Array.from({length: partitions}, (_, partition) => ({
		lane: String(partition),
		ids: records.filter(record => record.partition === partition).map(({id}) => id),
	}));
}
