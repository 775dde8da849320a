import type {ZooKeeperOperation} from '../../lib/testing/index.ts';
import {between, pick, type Random, seededRandom} from './seeded-random.ts';

/** Who suffers: a process that holds something at that moment, if one does, or any. `choice` picks among them. */
export type Victim = {readonly holder: boolean; readonly choice: number};

export type Lost = {readonly side: 'request' | 'reply'; readonly operation: ZooKeeperOperation};

/**
 * - `kill leader`: of the ensemble; it is restarted after `duration`
 * - `partition`: what the victim and some servers send to each other vanishes
 * - `mute`: servers hear the victim, but their replies are late by `duration`
 * - `freeze`: SIGSTOP to the victim, SIGCONT after `duration`
 * - `expire`: somebody ends the victim's session on the servers
 * - `reset`: all of its connections are reset
 * - `drop`: one message vanishes, its connection lives on
 * - `cut`: one message is lost with its connection
 */
export type Fault =
	| {readonly kind: 'kill leader'; readonly duration: number}
	| {
			readonly kind: 'partition';
			readonly victim: Victim;
			readonly from: 'all' | 'some';
			readonly duration: number;
	  }
	| {readonly kind: 'mute' | 'freeze'; readonly victim: Victim; readonly duration: number}
	| {readonly kind: 'expire' | 'reset'; readonly victim: Victim}
	| {readonly kind: 'drop' | 'cut'; readonly victim: Victim; readonly lost: Lost};

export type FaultKind = Fault['kind'];

/** `at`: milliseconds since the run began. */
export type PlannedFault = {readonly at: number; readonly fault: Fault};

export type FaultPlan = {
	readonly faults: readonly PlannedFault[];
	/** Whose clock runs slow, and how fast it runs; 1 is right. */
	readonly slowClock: {readonly process: number; readonly rate: number};
};

export type PlanOptions = {
	readonly processes: number;
	/** Milliseconds. */
	readonly sessionTimeout: number;
	/** Milliseconds in which faults begin. */
	readonly span: number;
	/** How many. */
	readonly count: number;
	/** @default all of them */
	readonly kinds?: readonly FaultKind[] | undefined;
};

const everyKind: readonly FaultKind[] = [
	'kill leader',
	'partition',
	'mute',
	'freeze',
	'expire',
	'reset',
	'drop',
	'cut',
];
const lossy: readonly ZooKeeperOperation[] = ['create2', 'getChildren2', 'delete', 'multi', 'getData', 'sync'];

/**
 * What a seed does to a run: the same plan for the same seed and options. Every kind comes at least once, if there are that many faults; most
 * victims hold something.
 */
export function faultPlan(seed: number, options: PlanOptions): FaultPlan {
	const random = seededRandom(seed);
	const {processes, span, count, kinds = everyKind} = options;
	const order = [...kinds].map(kind => ({kind, rank: random()})).sort((a, b) => a.rank - b.rank);
	const chosen = Array.from({length: count}, (_, index) => order[index]?.kind ?? pick(random, kinds));
	const faults = chosen.map(kind => ({at: between(random, 0, span), fault: draw(kind, random, options)}));
	// A lease margin of half the session timeout tolerates a clock down to two thirds: see the page in docs/.
	const slowClock = {process: Math.floor(random() * processes), rate: between(random, 0.75, 0.95)};
	return {faults: faults.sort((a, b) => a.at - b.at), slowClock};
}

function draw(kind: FaultKind, random: Random, {sessionTimeout}: PlanOptions): Fault {
	const victim = {holder: random() < 0.7, choice: random()};
	// Around the session timeout, where what is lost and what survives is decided.
	const duration = Math.round(sessionTimeout * between(random, 0.3, 1.5));
	switch (kind) {
		case 'kill leader':
			return {kind, duration};
		case 'partition':
			return {kind, victim, from: random() < 0.6 ? 'all' : 'some', duration};
		case 'mute':
		case 'freeze':
			return {kind, victim, duration};
		case 'expire':
		case 'reset':
			return {kind, victim};
		case 'drop':
		case 'cut':
			return {kind, victim, lost: {side: pick(random, ['request', 'reply']), operation: pick(random, lossy)}};
	}
}
