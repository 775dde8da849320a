import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {logLevel} from 'kafkajs';
import {checkHistory, type HistoryReport} from '../../bin/demo/checker.ts';
import {Witness} from '../../bin/demo/witness.ts';
import {type Client, connect} from '../../lib/index.ts';
import type {TestingBroker, TestingServer} from '../../lib/testing/index.ts';
import {isTransient} from '../../recipes/kafka/kafkajs/broker-answer.ts';
import {createKafka} from '../../recipes/kafka/kafkajs/kafka.ts';
import {patiently} from '../../recipes/kafka/kafkajs/patience.ts';
import {FleetServers, type FleetServersOptions} from './fleet-servers.ts';
import {FleetWorker} from './fleet-worker.ts';
import {InputWriter, writeRecords} from './input-writer.ts';
import {OffsetWatch, type SeenOffset} from './offset-watch.ts';
import {outputsBelow} from './transform.ts';
import type {WorkerOrders} from './worker-orders.ts';

export type FleetOptions = FleetServersOptions & {
	/** @default 6 */
	readonly partitions?: number;
	/** Records of each partition in a second. @default 60 */
	readonly rate?: number;
	readonly orders?: Partial<WorkerOrders>;
};

export type OwnedLane = SeenOffset & {readonly partition: number};

export const sessionTimeout = 2500;
/** Fewer than the lanes: their transactions meet in the same partitions. */
const outputPartitions = 2;
const pollPause = 20;

/** Real servers, worker processes, somebody who writes, and somebody who watches. */
export class Fleet implements AsyncDisposable {
	readonly zooKeeper: TestingServer;
	readonly kafka: TestingBroker;
	readonly client: Client;
	readonly witness: Witness;
	readonly offsets: OffsetWatch;
	readonly groupId: string = `fleet-${randomUUID()}`;
	readonly input: string = `${this.groupId}-in`;
	readonly output: string = `${this.groupId}-out`;
	readonly partitions: number;
	readonly #options: FleetOptions;
	readonly #workers: FleetWorker[] = [];
	readonly #writer: InputWriter;
	#hired = 0;

	private constructor(zooKeeper: TestingServer, kafka: TestingBroker, client: Client, options: FleetOptions) {
		this.zooKeeper = zooKeeper;
		this.kafka = kafka;
		this.client = client;
		this.#options = options;
		this.partitions = options.partitions ?? 6;
		this.witness = Witness.call(kafka.classPath, kafka.brokers);
		const watched = {brokers: kafka.brokers, topic: this.input, partitions: this.partitions};
		this.offsets = new OffsetWatch({...watched, client, groupId: this.groupId});
		this.#writer = new InputWriter({...watched, rate: options.rate ?? 60});
	}

	/** Ends with the test. */
	static async start(t: ExecutionContext, options: FleetOptions = {}): Promise<Fleet> {
		const servers = await FleetServers.start(options);
		t.teardown(async () => servers[Symbol.asyncDispose]());
		return Fleet.on(servers, t, options);
	}

	/** Beside others on the same servers. Ends with the test. */
	static async on({zooKeeper, kafka}: FleetServers, t: ExecutionContext, options: FleetOptions = {}): Promise<Fleet> {
		const client = await connect(zooKeeper.connectString, {sessionTimeout: 30_000});
		const fleet = new Fleet(zooKeeper, kafka, client, options);
		t.teardown(async () => fleet[Symbol.asyncDispose]());
		await fleet.#createTopics();
		return fleet;
	}

	/** Those that nobody has killed or sent away. */
	get workers(): readonly FleetWorker[] {
		return this.#workers.filter(({isAtWork}) => isAtWork);
	}

	hire(orders: Partial<WorkerOrders> = {}): FleetWorker {
		const worker = new FleetWorker({
			id: `w${++this.#hired}`,
			connectString: this.zooKeeper.connectString,
			brokers: this.kafka.proxiedBrokers,
			groupId: this.groupId,
			input: this.input,
			output: this.output,
			sessionTimeout,
			takeover: 'protocol',
			handlerTime: 0,
			transactionTimeout: 15_000,
			requestTimeout: 10_000,
			carrierRefreshInterval: 86_400_000,
			...this.#options.orders,
			...orders,
		});
		this.#workers.push(worker);
		return worker;
	}

	/** The lanes that a worker, or anybody, is recorded as the owner of. */
	lanes(owner?: string): readonly OwnedLane[] {
		return this.offsets.lanes.flatMap((seen, partition) =>
			seen && (owner === undefined || seen.owner === owner) ? [{...seen, partition}] : [],
		);
	}

	/** Resolves with what is found. The test's timeout is the only bound; a worker that ended unasked is a failure. */
	async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
		const started = performance.now();
		for (let isTold = false; ; ) {
			for (const {failure} of this.#workers) if (failure) throw new Error(`${failure}, waiting for ${what}`);
			const found = look();
			if (found !== undefined && found !== false) return found;
			await sleep(pollPause);
			if (isTold || performance.now() - started < 30_000) continue;
			isTold = true;
			this.#tell(what);
		}
	}

	/** What a test that does not end was waiting for, and what there was. */
	#tell(what: string): void {
		const lanes = JSON.stringify(this.offsets.lanes, undefined, '\t');
		const complaints = this.#workers.map(({id, complaints: all}) => `${id}: ${all}`).join('\n');
		console.error(`still waiting for ${what}\n${lanes}\n${complaints}`);
	}

	/** Every lane has moved on since the call, under a worker that is still there. */
	async flows(): Promise<void> {
		const before = this.offsets.lanes.map(seen => seen?.next ?? 0);
		await this.until('every lane to move on', () => {
			const present = new Set(this.workers.map(({id}) => id));
			return this.offsets.lanes.every((seen, at) => seen && present.has(seen.owner) && seen.next > (before[at] ?? 0));
		});
	}

	/** Writes no more by itself; settles when all that was written is carried. */
	async rest(): Promise<void> {
		await this.#writer.stop();
		const ends = (await this.witness.offsets(this.groupId, this.input)).map(({end}) => end);
		await this.until('everything to be carried', () => this.offsets.lanes.every((seen, at) => seen?.next === ends[at]));
	}

	/** Writes so many records to each partition at once. */
	async write(each: number): Promise<void> {
		await writeRecords({brokers: this.kafka.brokers, topic: this.input, partitions: this.partitions}, each);
	}

	/** Writes no more, waits until all is carried, lets the workers go, and tells what came out and what was wrong on the way. */
	async finish(): Promise<HistoryReport & {readonly wrong: readonly string[]; readonly records: number}> {
		await this.rest();
		const ends = this.offsets.lanes.map(seen => seen?.next ?? 0);
		await Promise.all(this.workers.map(async worker => worker.leave()));
		await this.until('the workers to have ended in order', () => true);
		await this.offsets.stop();
		const wrong = [...this.offsets.violations];
		for (const {partition, carrier, end} of await this.witness.offsets(this.groupId, this.input))
			if (carrier !== end || end !== ends[partition])
				wrong.push(`partition ${partition}: the carrier says ${carrier}, the end is ${end}`);
		for (const id of this.offsets.transactionalIds) {
			const state = await this.witness.transactionState(id);
			if (!['Empty', 'CompleteCommit', 'CompleteAbort'].includes(state)) wrong.push(`${id} is left ${state}`);
		}
		for (const {id, halts} of this.#workers) for (const halt of halts) wrong.push(`${id} halted ${halt}`);
		const expected = ends.map((end, partition) => ({lane: String(partition), ids: outputsBelow(partition, end)}));
		const read = await this.witness.read(this.output);
		const observed = read.map(({partition, id}) => ({partition, id: id.split('\t')[2] ?? ''}));
		return {...checkHistory(expected, observed), wrong, records: ends.reduce((sum, end) => sum + end, 0)};
	}

	async #createTopics(): Promise<void> {
		const kafka = createKafka({clientId: 'fleet', brokers: [...this.kafka.brokers], logLevel: logLevel.NOTHING});
		const admin = kafka.admin();
		await admin.connect();
		const topics = [
			{topic: this.input, numPartitions: this.partitions},
			{topic: this.output, numPartitions: outputPartitions},
		];
		await admin.createTopics({topics, waitForLeaders: false});
		const names = topics.map(({topic}) => topic);
		await patiently(async () => admin.fetchTopicMetadata({topics: names}), {isPassing: isTransient, patience: 30_000});
		await admin.disconnect();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.#workers.map(async worker => worker.kill()));
		await Promise.all([this.#writer.stop(), this.offsets.stop()]);
		await this.client.close();
		await this.witness[Symbol.asyncDispose]();
	}
}
