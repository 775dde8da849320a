import type {Protocol} from './explore.ts';
import {
	endTxn,
	initProducer,
	key,
	type Lane,
	newWorker,
	recover,
	type State,
	send,
	sessionOf,
	type Worker,
} from './worker-transaction-state.ts';

/**
 * The protocol of the consumer, "one transaction per worker, fenced by the recorded owner's id", as states and steps. The steps of the code (takeover.ts,
 * group-commit.ts, recovery.ts) bear their names. A variant leaves one rule out; each of them must violate.
 */
export const variants = [
	'own-not-awaited',
	'record-first',
	'no-fence',
	'no-validate',
	'read-before-fence',
	'reuse-after-unknown',
	'no-record',
	'clean-early',
] as const;
export type Variant = (typeof variants)[number];

export type Bounds = {
	readonly lanes: number;
	readonly workers: number;
	/** Sessions that end, or locks that are deleted by hand. */
	readonly ends: number;
	/** Commits whose outcome the worker does not learn. */
	readonly unknowns: number;
};

const records = 2;

type Step = readonly [label: string, next: State];

export function workerTransaction(bounds: Bounds, variant?: Variant): Protocol<State> {
	const initial: State = {
		kafka: {epoch: {}, open: {}, c: Array.from({length: bounds.lanes}, () => 0)},
		net: [],
		zk: {
			queue: Array.from({length: bounds.lanes}, () => []),
			node: Array.from({length: bounds.lanes}, () => ({ver: 0, txn: null, clean: true, z: 0})),
		},
		workers: Array.from({length: bounds.workers}, (_, id) => newWorker(id, 0, bounds.lanes)),
		ends: 0,
		unknowns: 0,
	};
	return {
		initial,
		steps: function* (state) {
			yield* environment(state, bounds);
			for (const worker of state.workers) yield* workerSteps(state, worker, bounds, variant);
		},
		key,
		violation: ({bad}) => bad,
		isDone: ({kafka}) => kafka.c.every(c => c === records),
	};
}

function* environment(state: State, {ends, lanes}: Bounds): Generator<Step> {
	if (state.ends < ends) {
		for (const worker of state.workers.filter(({alive}) => alive)) {
			const next = structuredClone(state);
			next.workers[worker.id]!.alive = false;
			next.ends++;
			next.zk.queue = next.zk.queue.map(queue => queue.filter(session => session !== sessionOf(worker)));
			yield [`session of ${sessionOf(worker)} ends`, next];
		}
		for (let p = 0; p < lanes; p++) {
			if (state.zk.queue[p]!.length === 0) continue;
			const next = structuredClone(state);
			next.zk.queue[p]!.shift();
			next.ends++;
			yield [`lock ${p} deleted by hand`, next];
		}
	}
	for (const [at, {txn, epoch}] of state.net.entries()) {
		const next = structuredClone(state);
		next.net.splice(at, 1);
		endTxn(next, txn, epoch);
		yield [`late commit ${txn}`, next];
	}
}

function* workerSteps(state: State, worker: Worker, bounds: Bounds, variant?: Variant): Generator<Step> {
	const step = (label: string, change: (next: State, me: Worker) => void): Step => {
		const next = structuredClone(state);
		change(next, next.workers[worker.id]!);
		return [`${sessionOf(worker)} ${label}`, next];
	};
	const holds = (from: State, me: Worker, p: number): boolean => from.zk.queue[p]![0] === sessionOf(me);
	const isTaking = ({st}: Lane): boolean => st !== 'idle' && st !== 'waiting';

	if (!worker.alive && worker.incarnation < 2)
		yield step('notices loss', next => {
			next.workers[worker.id] = newWorker(worker.id, worker.incarnation + 1, bounds.lanes);
		});
	if (worker.pc === 'init')
		yield step('initProducer', (next, me) => {
			initProducer(next, me.txn);
			me.epoch = next.kafka.epoch[me.txn];
			me.pc = variant === 'no-validate' ? 'reread' : 'validate';
		});
	if (worker.pc === 'validate' && worker.alive)
		yield step('validate by a write', (next, me) => {
			me.lanes = me.lanes.map((lane, p) => (isTaking(lane) && !holds(next, me, p) ? {st: 'idle'} : lane));
			me.pc = 'reread';
		});
	if (worker.pc === 'reread')
		yield step('reread positions', (next, me) => {
			for (const [p, lane] of me.lanes.entries()) {
				delete lane.tx;
				if (lane.st === 'run') lane.pos = next.kafka.c[p]!;
			}
			me.pc = 'ready';
		});
	if (worker.pc !== 'ready') return;

	for (const [p, lane] of worker.lanes.entries()) {
		if (worker.alive && isTaking(lane) && !holds(state, worker, p))
			yield step(`notices lock ${p} lost`, (_, me) => {
				me.lanes[p] = {st: 'idle'};
			});
		yield* takeOver(state, worker, p, step, variant);
		const isAtRecord = worker.alive && state.zk.node[p]!.ver === lane.ver;
		if (lane.st === 'run' && isAtRecord && !worker.inTxn?.includes(p))
			yield step(`hand over ${p}`, (next, me) => {
				const node = next.zk.node[p]!;
				node.z = lane.pos!;
				node.clean = true;
				node.ver++;
				next.zk.queue[p]!.shift();
				me.lanes[p] = {st: 'idle'};
			});
		if (variant === 'clean-early' && lane.st === 'run' && isAtRecord && worker.inTxn)
			yield step(`hand over early ${p}`, next => {
				const node = next.zk.node[p]!;
				node.clean = true;
				node.ver++;
				next.zk.queue[p]!.shift();
			});
	}
	yield* groupCommit(state, worker, bounds, step, variant);
}

type StepMaker = (label: string, change: (next: State, me: Worker) => void) => Step;

/** Lock, look, fence, record, position: one lane's way to running. */
function* takeOver(state: State, worker: Worker, p: number, step: StepMaker, variant?: Variant): Generator<Step> {
	const lane = worker.lanes[p]!;
	const me = sessionOf(worker);
	const queue = state.zk.queue[p]!;
	if (lane.st === 'idle' && worker.alive && !queue.includes(me) && state.kafka.c[p]! < records)
		yield step(`lock ${p}`, (next, {lanes}) => {
			next.zk.queue[p]!.push(me);
			lanes[p] = {st: 'waiting'};
		});
	if (lane.st === 'waiting' && worker.alive && queue[0] === me)
		yield step(`look ${p}`, (next, {lanes}) => {
			const {txn, clean, ver} = next.zk.node[p]!;
			const st = variant === 'record-first' ? 'record' : variant === 'read-before-fence' ? 'early' : 'fence';
			lanes[p] = {st, prev: txn, clean, ver};
		});
	if (lane.st === 'early')
		yield step(`read position ${p} early`, (next, {lanes}) => {
			lanes[p] = {...lane, st: 'fence', pos: next.kafka.c[p]!};
		});
	if (lane.st === 'fence')
		yield step(`fence ${p} ${lane.prev}`, (next, {lanes, txn}) => {
			if (variant !== 'no-fence' && lane.prev && !lane.clean && lane.prev !== txn) initProducer(next, lane.prev);
			lanes[p] = {...lane, st: variant === 'record-first' ? 'position' : 'record'};
		});
	if (lane.st === 'record' && worker.alive)
		yield step(`record ${p}`, (next, {lanes, txn}) => {
			const node = next.zk.node[p]!;
			if (next.zk.queue[p]![0] !== me || node.ver !== lane.ver) {
				lanes[p] = {st: next.zk.queue[p]!.includes(me) ? 'waiting' : 'idle'};
				return;
			}
			if (variant !== 'no-record') {
				node.txn = txn;
				node.clean = false;
			}
			node.ver++;
			const st = variant === 'record-first' ? 'fence' : variant === 'read-before-fence' ? 'run' : 'position';
			lanes[p] = {...lane, ver: node.ver, st};
		});
	if (lane.st === 'position' && (variant === 'own-not-awaited' || !worker.inTxn?.includes(p)))
		yield step(`position ${p}`, (next, {lanes}) => {
			lanes[p] = {...lane, st: 'run', pos: next.kafka.c[p]!};
		});
}

function* groupCommit(
	state: State,
	worker: Worker,
	bounds: Bounds,
	step: StepMaker,
	variant?: Variant,
): Generator<Step> {
	const {inTxn} = worker;
	if (!inTxn) {
		const dirty = [...worker.lanes.entries()].flatMap(([p, {st, pos}]) => (st === 'run' && pos! < records ? [p] : []));
		const parts = dirty.length > 1 ? [dirty, ...dirty.map(p => [p])] : dirty.length === 1 ? [dirty] : [];
		for (const part of parts)
			yield step(`send ${part.join()}`, (next, me) => {
				if (!send(next, me, part)) recover(me);
			});
		return;
	}
	yield step('commit', (next, me) => {
		if (!endTxn(next, me.txn, me.epoch)) {
			recover(me);
			return;
		}
		for (const p of inTxn) {
			const lane = me.lanes[p]!;
			if (lane.tx) lane.pos!++;
			delete lane.tx;
		}
		me.inTxn = null;
	});
	if (state.unknowns >= bounds.unknowns) return;
	const afterUnknown = (next: State, me: Worker): void => {
		next.unknowns++;
		recover(me);
		if (variant === 'reuse-after-unknown') me.pc = 'reread';
	};
	yield step('commit, ack lost', (next, me) => {
		endTxn(next, me.txn, me.epoch);
		afterUnknown(next, me);
	});
	yield step('commit delayed past time-out', (next, me) => {
		next.net.push({txn: me.txn, epoch: me.epoch});
		afterUnknown(next, me);
	});
}
