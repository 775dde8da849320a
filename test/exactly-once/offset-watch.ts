import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, isCoordinationError} from '../../lib/index.ts';
import {Carrier} from '../../recipes/kafka/sink/carrier.ts';
import {createCluster, dropCluster} from '../../recipes/kafka/kafkajs/cluster.ts';
import {createKafka} from '../../recipes/kafka/kafkajs/kafka.ts';
import {laneKey} from '../../recipes/kafka/topic-partition.ts';
import {logLevel} from 'kafkajs';

/** What a lane's `offset` znode says, as anybody may read it. */
export type SeenOffset = {
	readonly next: number;
	readonly epoch: number;
	readonly seq: number;
	readonly owner: string;
	readonly lock: string;
	readonly txn: string;
	readonly clean: boolean;
	readonly established: boolean;
	readonly version: number;
};

export type OffsetWatchOptions = {
	readonly client: Client;
	readonly brokers: readonly string[];
	readonly groupId: string;
	readonly topic: string;
	readonly partitions: number;
};

const lookPause = 25;
const comparePause = 100;

/** Looks at the lanes' offsets in ZooKeeper all the time, and notes whatever the protocol forbids. */
export class OffsetWatch {
	/** By partition; `undefined` where nobody was yet. */
	readonly lanes: (SeenOffset | undefined)[];
	/** Of all owners ever recorded. */
	readonly transactionalIds: Set<string> = new Set();
	readonly violations: string[] = [];
	/** How many changes were seen, and how often ZooKeeper was compared with Kafka. */
	readonly counts = {changes: 0, comparisons: 0};
	readonly #options: OffsetWatchOptions;
	readonly #over = new AbortController();
	readonly #running: Promise<unknown>;

	constructor(options: OffsetWatchOptions) {
		this.#options = options;
		this.lanes = Array.from({length: options.partitions}, () => undefined);
		this.#running = Promise.all([this.#look(), this.#compare()]);
	}

	async stop(): Promise<void> {
		this.#over.abort();
		await this.#running;
	}

	/** Each owner's word: only forward; each owner after the other: a higher epoch. */
	async #look(): Promise<void> {
		await this.#repeatedly(lookPause, async () => {
			const seen = await this.#read();
			for (const [partition, now] of seen.entries()) {
				const before = this.lanes[partition];
				this.lanes[partition] = now;
				if (!now || now.version === before?.version) continue;
				this.counts.changes++;
				this.transactionalIds.add(now.txn);
				if (before) this.#check(partition, before, now);
			}
		});
	}

	#check(partition: number, before: SeenOffset, now: SeenOffset): void {
		const what = `lane ${partition}: ${JSON.stringify(before)}, then ${JSON.stringify(now)}`;
		if (now.version < before.version) return;
		if (now.next < before.next) this.violations.push(`the offset went back: ${what}`);
		if (now.epoch < before.epoch) this.violations.push(`the epoch went back: ${what}`);
		const isSameOwner = now.lock === before.lock && now.txn === before.txn;
		if (!isSameOwner && now.epoch === before.epoch) this.violations.push(`two owners in one epoch: ${what}`);
	}

	/** ZooKeeper first, then Kafka, whose word only grows: if ZooKeeper is ahead now, it was ahead then. */
	async #compare(): Promise<void> {
		const {brokers, groupId, topic, client} = this.#options;
		const cluster = createCluster(createKafka({clientId: 'watch', brokers: [...brokers], logLevel: logLevel.NOTHING}));
		try {
			await this.#repeatedly(comparePause, async () => {
				const {data} = await client.get(`/docent/${groupId}/fleet`);
				const carrier = new Carrier(cluster, {groupId, fleet: String(data)});
				const seen = await this.#read();
				const lanes = seen.map((_, partition) => ({topic, partition}));
				const carried = await carrier.positions(lanes, this.#over.signal);
				for (const [partition, now] of seen.entries()) {
					const next = carried.get(laneKey({topic, partition}))?.next;
					if (!now || (next === undefined && !now.established)) continue;
					this.counts.comparisons++;
					if (next === undefined || BigInt(now.next) > next)
						this.violations.push(`lane ${partition}: ZooKeeper says ${now.next}, Kafka ${next}`);
				}
			});
		} finally {
			await dropCluster(cluster, new Error('the watch is over')).catch(() => undefined);
		}
	}

	async #read(): Promise<readonly (SeenOffset | undefined)[]> {
		const {client, groupId, topic} = this.#options;
		return Promise.all(
			this.lanes.map(async (_, partition) => {
				try {
					const {data, stat} = await client.get(`/docent/${groupId}/lanes/${topic}/${partition}/offset`);
					const fields = JSON.parse(String(data)) as Omit<SeenOffset, 'next' | 'version'> & {readonly next: string};
					return {...fields, next: Number(fields.next), version: stat.version};
				} catch (error) {
					if (isCoordinationError(error, 'NO_NODE')) return undefined;
					throw error;
				}
			}),
		);
	}

	/** Servers may be away: that is one of the faults. */
	async #repeatedly(pause: number, work: () => Promise<void>): Promise<void> {
		const {signal} = this.#over;
		while (!signal.aborted) {
			try {
				await work();
			} catch (error) {
				if (!isCoordinationError(error)) throw error;
			}
			await sleep(pause, undefined, {signal}).catch(() => undefined);
		}
	}
}
