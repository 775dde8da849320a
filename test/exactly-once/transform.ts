/** What tells one output from all others: made of where its input lies, so that it needs no look at the input. */
export type OutputId = string;

/** The outputs that the workers make of one input record: none, one or two. */
export function outputsOf(partition: number, offset: number): readonly OutputId[] {
	const id = `${partition}:${offset}`;
	if (offset % 7 === 3) return [];
	return offset % 5 === 0 ? [`${id}:first`, `${id}:second`] : [id];
}

/** All that a partition of the input must lead to, when it holds the offsets below `end`. */
export function outputsBelow(partition: number, end: number): readonly OutputId[] {
	return Array.from({length: end}, (_, offset) => outputsOf(partition, offset)).flat();
}
