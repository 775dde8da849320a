import {freezePastSession, join, killInsideTransaction, restartZooKeeper, type Stage} from './faults.ts';
import type {Fault} from './options.ts';
import {until} from './until.ts';

/** What happens when `at` of the records are written: 0 to 1. */
type Scene = {readonly at: number; readonly play: (signal: AbortSignal) => Promise<void>};

export type Play = Stage & {
	readonly records: number;
	readonly faults: ReadonlySet<Fault>;
	/** Writes the size to the configuration that the workers watch. */
	readonly setBatchSize: (batchSize: number) => Promise<void>;
};

export const firstBatchSize = 200;
const laterBatchSize = 2000;
const patience = 120_000;

/** Everything that happens to the workers, one thing after the other, each when its share of the records is written. */
export async function playScenes(play: Play, signal: AbortSignal): Promise<void> {
	for (const scene of scenes(play)) {
		const isDue = (): true | undefined => play.board.snapshot().produced >= scene.at * play.records || undefined;
		await until('records being written', isDue, {signal, patience});
		await scene.play(signal);
	}
}

function scenes(play: Play): readonly Scene[] {
	const faults: Readonly<Record<Fault, Scene>> = {
		kill: {at: 0.15, play: async signal => killInsideTransaction(play, signal)},
		freeze: {at: 0.45, play: async signal => freezePastSession(play, signal)},
		zookeeper: {at: 0.75, play: async signal => restartZooKeeper(play, signal)},
	};
	const always: readonly Scene[] = [
		{at: 0.08, play: async () => changeBatchSize(play)},
		{at: 0.35, play: async signal => join(play, 'w4', signal)},
	];
	return [...always, ...[...play.faults].map(fault => faults[fault])].sort((a, b) => a.at - b.at);
}

async function changeBatchSize({board, setBatchSize}: Play): Promise<void> {
	board.note(`the batch size in ZooKeeper goes from ${firstBatchSize} to ${laterBatchSize}`);
	await setBatchSize(laterBatchSize);
}
