import type {Client} from '../../lib/index.ts';
import type {ExactlyOnceConsumer} from '../../recipes/kafka/index.ts';
import type {WorkerMessage} from './messages.ts';

/** Tells the parent, if there is one. */
export function tell(message: WorkerMessage): void {
	if (process.connected) process.send?.(message);
}

export function note(text: string, tone: 'plain' | 'fault' | 'good' = 'plain'): void {
	tell({kind: 'event', text, tone});
}

export function reportClient(client: Client): void {
	client.on('lost', () => note('learns that its session is over', 'fault'));
	client.on('reconnected', () => note('is connected again, its session lives'));
}

/** Ownership is seen from outside; this is what only the worker knows. */
export function reportConsumer(consumer: ExactlyOnceConsumer): void {
	const lost: number[] = [];
	consumer.on('leading', isLeading => {
		if (isLeading) note('leads: it makes the plan');
	});
	consumer.on('recovering', () => note('has a transaction in doubt, and asks Kafka', 'fault'));
	consumer.on('recovered', () => note('knows the outcome, and goes on', 'good'));
	consumer.on('lane', ({partition, state}) => {
		if (state.status === 'halted') note(`halts lane ${partition}: ${state.error.message}`, 'fault');
		if (state.status !== 'lost') return;
		// Lanes are lost together: one line for all of a turn.
		if (lost.push(partition) === 1) setImmediate(() => note(`gives up ${lanesText(lost.splice(0))}`, 'fault'));
	});
}

function lanesText(partitions: readonly number[]): string {
	const sorted = [...partitions].sort((a, b) => a - b).join(' ');
	return partitions.length === 1 ? `lane ${sorted}` : `lanes ${sorted}`;
}
