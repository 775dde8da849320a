import {setTimeout as sleep} from 'node:timers/promises';
import {logLevel, type Producer} from 'kafkajs';
import {createKafka} from '../../recipes/kafka/kafkajs/kafka.ts';

type Target = {
	readonly brokers: readonly string[];
	readonly topic: string;
	readonly partitions: number;
};
export type InputWriterOptions = Target & {
	/** Records of each partition in a second. */
	readonly rate: number;
};

const step = 50;
/** Of each partition at once, after a time without a broker. */
const most = 500;

/** Writes records at an even pace until it is stopped, whatever the broker does meanwhile. */
export class InputWriter {
	readonly #options: InputWriterOptions;
	readonly #over = new AbortController();
	readonly #running: Promise<void>;

	constructor(options: InputWriterOptions) {
		this.#options = options;
		this.#running = this.#run();
	}

	/** Settles when nothing is written any more. */
	async stop(): Promise<void> {
		this.#over.abort();
		await this.#running;
	}

	async #run(): Promise<void> {
		const {brokers, rate} = this.#options;
		const kafka = createKafka({clientId: 'writer', brokers: [...brokers], logLevel: logLevel.NOTHING});
		const {signal} = this.#over;
		const started = performance.now();
		let written = 0;
		while (!signal.aborted) {
			const producer = kafka.producer();
			try {
				await producer.connect();
				while (!signal.aborted) {
					const due = Math.ceil((rate * (performance.now() - started)) / 1000);
					if (due > written) await send(producer, this.#options, Math.min(due - written, most));
					written = due;
					await sleep(step, undefined, {signal});
				}
			} catch {
				// The broker is away, or this is the end: the next turn sees which. What was written twice has two offsets, and is two records.
				await sleep(step);
			} finally {
				await producer.disconnect().catch(() => undefined);
			}
		}
	}
}

/** Writes so many records to each partition. */
export async function writeRecords({brokers, topic, partitions}: Target, each: number): Promise<void> {
	const kafka = createKafka({clientId: 'writer', brokers: [...brokers], logLevel: logLevel.NOTHING});
	const producer = kafka.producer();
	await producer.connect();
	await send(producer, {topic, partitions}, each);
	await producer.disconnect();
}

async function send(producer: Producer, {topic, partitions}: Omit<Target, 'brokers'>, each: number): Promise<void> {
	const messages = Array.from({length: partitions}, (_, partition) =>
		Array.from({length: each}, () => ({partition, value: 'x'})),
	).flat();
	await producer.send({topic, acks: -1, messages});
}
