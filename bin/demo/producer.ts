import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {Kafka, logLevel} from 'kafkajs';

export type ProducerPlan = {
	readonly brokers: readonly string[];
	readonly topic: string;
	readonly partitions: number;
	readonly records: number;
	/** Milliseconds over which the records are spread. */
	readonly duration: number;
	readonly onProgress: (produced: number) => void;
	readonly signal: AbortSignal;
};

const step = 100;

/**
 * Writes `records` numbered random values at an even pace, the numbers dealt out to the partitions in turn. Idempotent, so that the input
 * itself holds each number once.
 */
export async function produce(plan: ProducerPlan): Promise<void> {
	const {brokers, topic, partitions, records, duration, onProgress, signal} = plan;
	const kafka = new Kafka({clientId: 'docent-demo-producer', brokers: [...brokers], logLevel: logLevel.NOTHING});
	const producer = kafka.producer({idempotent: true, maxInFlightRequests: 1});
	const started = performance.now();
	await producer.connect();
	try {
		for (let produced = 0; produced < records; ) {
			signal.throwIfAborted();
			const due = Math.min(records, Math.ceil((records * (performance.now() - started)) / duration));
			const messages = Array.from({length: due - produced}, (_, index) => numbered(produced + index, partitions));
			if (messages.length > 0) await producer.send({topic, acks: -1, messages});
			produced = due;
			onProgress(produced);
			await sleep(step, undefined, {signal});
		}
	} finally {
		await producer.disconnect();
	}
}

function numbered(number: number, partitions: number): {key: string; value: string; partition: number} {
	return {key: String(number), value: randomBytes(6).toString('hex'), partition: number % partitions};
}
