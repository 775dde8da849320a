/** The same numbers for the same seed, each from 0 to below 1. */
export type Random = () => number;

/** Mulberry32, a generator of 32 bits of state. @param stream further numbers that tell apart who draws from the same seed */
export function seededRandom(seed: number, ...stream: readonly number[]): Random {
	let state = stream.reduce((mixed, part) => Math.imul(mixed ^ (part + 0x9e_37_79_b9), 0x85_eb_ca_6b), seed | 0);
	return () => {
		state = (state + 0x6d_2b_79_f5) | 0;
		let bits = Math.imul(state ^ (state >>> 15), state | 1);
		bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** One of them, each as likely as the others. */
export function pick<T>(random: Random, choices: readonly T[]): T {
	const choice = choices[Math.floor(random() * choices.length)];
	if (choice === undefined) throw new Error('there is nothing to pick from');
	return choice;
}

/** A number from `low` to below `high`. */
export function between(random: Random, low: number, high: number): number {
	return low + random() * (high - low);
}
