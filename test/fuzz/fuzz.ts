import {seededRandom} from '../chaos/seeded-random.ts';
import {usedMemory} from '../helpers/used-memory.ts';
import {fuzzConnections} from './fuzz-connections.ts';
import {fuzzDecoders} from './fuzz-decoders.ts';
import {specimens} from './mutated-frames.ts';

export type FuzzReport = {
	readonly frames: number;
	/** Of these, how many went over a connection, each over its own. */
	readonly live: number;
	/** How many frames were read in spite of all, and how many calls on connections were answered. */
	readonly accepted: number;
	readonly answered: number;
	/** Bytes in use after the first tenth and at the end, with all garbage collected. */
	readonly heapBefore: number;
	readonly heapAfter: number;
	readonly milliseconds: number;
};

const rounds = 10;
/** One frame of so many goes over a connection, which takes a port for a minute. */
const liveShare = 500;

/** Every frame is a reply of a server with something wrong in it; most go to the decoders alone. The same frames for the same seed. */
export async function fuzz({frames, seed}: {readonly frames: number; readonly seed: number}): Promise<FuzzReport> {
	const random = seededRandom(seed);
	const corpus = specimens(seed);
	const live = Math.round(frames / liveShare);
	const startedAt = performance.now();
	// Half of the frames make an error, and its stack would cost more than all the rest.
	const {stackTraceLimit} = Error;
	Error.stackTraceLimit = 0;
	let [accepted, answered, heapBefore] = [0, 0, 0];
	for (let round = 0; round < rounds; round++) {
		accepted += fuzzDecoders(random, corpus, (frames - live) / rounds);
		answered += await fuzzConnections(random, corpus, live / rounds);
		if (round === 0) heapBefore = usedMemory();
	}
	Error.stackTraceLimit = stackTraceLimit;
	return {
		frames,
		live,
		accepted,
		answered,
		heapBefore,
		heapAfter: usedMemory(),
		milliseconds: performance.now() - startedAt,
	};
}
