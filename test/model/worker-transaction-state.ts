/** What the explored protocol is about: the brokers, the commits under way, ZooKeeper and the workers, as plain data that is copied from step to step. */
export type Lane = {
	st: 'idle' | 'waiting' | 'early' | 'fence' | 'record' | 'position' | 'run';
	pos?: number;
	prev?: string | null;
	clean?: boolean;
	ver?: number;
	/** The lane is part of the open transaction. */
	tx?: true;
};
export type Worker = {
	id: number;
	incarnation: number;
	txn: string;
	alive: boolean;
	pc: 'init' | 'validate' | 'reread' | 'ready';
	epoch: number | undefined;
	lanes: Lane[];
	inTxn: number[] | null;
};
export type OffsetNode = {ver: number; txn: string | null; clean: boolean; z: number};
export type State = {
	kafka: {epoch: Record<string, number>; open: Record<string, Record<number, number>>; c: number[]};
	/** Commits on their way to the coordinator, after the worker gave up waiting. */
	net: {txn: string; epoch: number | undefined}[];
	zk: {queue: string[][]; node: OffsetNode[]};
	workers: Worker[];
	ends: number;
	unknowns: number;
	bad?: string;
};

export function newWorker(id: number, incarnation: number, lanes: number): Worker {
	return {
		id,
		incarnation,
		txn: `t${id}.${incarnation}`,
		alive: true,
		pc: 'init',
		epoch: undefined,
		lanes: Array.from({length: lanes}, () => ({st: 'idle'})),
		inTxn: null,
	};
}

export function sessionOf({id, incarnation}: Worker): string {
	return `${id}.${incarnation}`;
}

export function recover(me: Worker): void {
	me.inTxn = null;
	me.pc = 'init';
}

export function initProducer({kafka}: State, txn: string): void {
	kafka.epoch[txn] = (kafka.epoch[txn] ?? 0) + 1;
	delete kafka.open[txn];
}

export function send({kafka}: State, me: Worker, part: number[]): boolean {
	if (kafka.epoch[me.txn] !== me.epoch) return false;
	kafka.open[me.txn] = Object.fromEntries(part.map(p => [p, me.lanes[p]!.pos!]));
	me.inTxn = part;
	for (const p of part) me.lanes[p]!.tx = true;
	return true;
}

/** False if the epoch is dead. */
export function endTxn(state: State, txn: string, epoch: number | undefined): boolean {
	const {kafka} = state;
	if (kafka.epoch[txn] !== epoch) return false;
	for (const [p, from] of Object.entries(kafka.open[txn] ?? {})) {
		const c = kafka.c[Number(p)]!;
		if (c !== from) state.bad = `lane ${p}: emitted ${from} again, committed was ${c}`;
		kafka.c[Number(p)] = Math.max(c, from + 1);
	}
	delete kafka.open[txn];
	return true;
}

/** States that differ only in how often a counter was raised behave alike: what counts is whether a held number is still the newest. */
export function key({kafka, net, zk, workers, ends, unknowns}: State): string {
	const used = new Set([...workers.map(({txn}) => txn), ...zk.node.flatMap(({txn}) => txn ?? [])]);
	return JSON.stringify([
		kafka.c,
		Object.keys(kafka.open)
			.toSorted(compare)
			.map(txn => [txn, kafka.open[txn]]),
		net.flatMap(({txn, epoch}) => (kafka.epoch[txn] === epoch ? [txn] : [])).toSorted(compare),
		zk.queue,
		zk.node.map(({txn, clean}) => [txn, clean]),
		ends,
		unknowns,
		[...used].filter(txn => kafka.epoch[txn]).toSorted(compare),
		workers.map(({incarnation, alive, pc, epoch, txn, inTxn, lanes}) => [
			incarnation,
			alive,
			pc,
			epoch !== undefined && kafka.epoch[txn] === epoch,
			inTxn,
			lanes.map(({st, pos, prev, clean, tx, ver}, p) => [st, pos, prev, clean, tx, ver === zk.node[p]!.ver]),
		]),
	]);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
