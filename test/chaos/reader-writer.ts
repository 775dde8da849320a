import {describe, type Tenure} from './history.ts';

/** Who writes (`exclusive`) is alone; who reads (`shared`) is not with a writer. @param held in the order of their beginnings */
export function readerWriter(held: readonly Tenure[]): readonly string[] {
	const found: string[] = [];
	let lastWriter: Tenure | undefined;
	let lastReader: Tenure | undefined;
	for (const tenure of held) {
		const isWriter = tenure.role === 'exclusive';
		for (const other of isWriter ? [lastWriter, lastReader] : [lastWriter])
			if (other && tenure.from <= other.until)
				found.push(`${tenure.role} ${describe(tenure)} began while ${other.role} ${describe(other)} held`);
		if (isWriter && tenure.until > (lastWriter?.until ?? -Infinity)) lastWriter = tenure;
		if (!isWriter && tenure.until > (lastReader?.until ?? -Infinity)) lastReader = tenure;
	}
	return found;
}
