/** A record as kafkajs decodes it, with the head of the batch it came in. */
export type DecodedRecord = {
	readonly offset: string;
	readonly key: Buffer | null;
	readonly isControlRecord: boolean;
	readonly batchContext: {readonly producerId: string; readonly inTransaction: boolean};
};

export type AbortedTransaction = {readonly producerId: string; readonly firstOffset: string};

/** A control record's key is its version and its type, both int16; type 0 is the abort marker, 1 the commit marker. */
const abortMarker = 0;

/**
 * Takes out the records of aborted transactions, as the Java client does (`CompletedFetch`, its `PriorityQueue<AbortedTransaction>`): the broker lists aborted
 * transactions in the order they *ended*, so they are sorted by where they began, any number may begin at one record, and only a control record ends one. kafkajs's own
 * filter trusts the list's order, lets one begin per record, and takes a user's key `00 00 00 00` for the end of one.
 */
export function withoutAborted<R extends DecodedRecord>({
	messages,
	abortedTransactions,
}: {
	readonly messages: readonly R[];
	readonly abortedTransactions?: readonly AbortedTransaction[] | null | undefined;
}): readonly R[] {
	if (!abortedTransactions || abortedTransactions.length === 0) return messages;
	const coming = abortedTransactions
		.map(({producerId, firstOffset}) => ({producerId, firstOffset: BigInt(firstOffset)}))
		.sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0));
	const aborting = new Set<string>();
	let next = 0;
	return messages.filter(({offset, key, isControlRecord, batchContext: {producerId, inTransaction}}) => {
		for (let begun = coming[next]; begun && begun.firstOffset <= BigInt(offset); begun = coming[++next]) {
			aborting.add(begun.producerId);
		}
		if (isControlRecord) {
			if (key && key.length >= 4 && key.readInt16BE(2) === abortMarker) aborting.delete(producerId);
			return true;
		}
		return !(inTransaction && aborting.has(producerId));
	});
}
