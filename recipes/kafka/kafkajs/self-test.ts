import {KafkajsMismatchError} from '../kafka-error.ts';

type Batch = new (
	topic: string,
	fetchedOffset: string,
	data: unknown,
) => {readonly messages: readonly {readonly offset: string}[]};

/** Two aborted transactions that overlap and a user's key of four zero bytes: what kafkajs's own filter gets wrong, through the class that uses it. */
export function checkFilter(module: unknown): void {
	const zero = Buffer.alloc(4);
	const abort = (producerId: string, offset: string): object => ({
		...record(producerId, offset),
		isControlRecord: true,
	});
	const record = (producerId: string, offset: string): object => ({
		offset,
		key: zero,
		isControlRecord: false,
		batchContext: {producerId, inTransaction: true},
	});
	const {messages} = new (module as Batch)('self-test', '0', {
		partition: 0,
		highWatermark: '7',
		abortedTransactions: [
			{producerId: '2', firstOffset: '1'},
			{producerId: '1', firstOffset: '0'},
		],
		messages: [
			record('1', '0'),
			record('2', '1'),
			record('2', '2'),
			abort('2', '3'),
			record('1', '4'),
			abort('1', '5'),
			record('1', '6'),
		],
	});
	if (messages.map(({offset}) => offset).join() !== '6') {
		throw new KafkajsMismatchError("kafkajs's filter of aborted records was not replaced");
	}
}

/** The first pause is read from what a failing call is told, so that no time is measured. */
export function checkRetry(module: unknown, initialRetryTime: number): void {
	let pause = Number.POSITIVE_INFINITY;
	const retrier = (module as () => (attempt: (...args: number[]) => Promise<void>) => Promise<void>)();
	const done = retrier(async (_bail, _count, retryTime) => {
		pause = retryTime ?? pause;
	});
	done.catch(() => undefined);
	if (pause > initialRetryTime * 2) throw new KafkajsMismatchError("kafkajs's back-off was not replaced");
}
