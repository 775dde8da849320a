import {setImmediate} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {Lease, Lock} from '../../recipes/index.ts';
import type {PipedPeer} from './piped-peer.ts';

/** One that takes and gives back, again and again. */
export type Contender = {
	readonly library: 'docent' | 'curator' | 'kazoo' | 'go';
	/** What it takes, if there are several kinds. */
	readonly kind?: string;
	acquire(): Promise<unknown>;
	release(): Promise<unknown>;
};

/** What `takeTurns` checks of everybody who holds at once: `undefined` if they may. */
export type Rule = (holders: readonly Contender[]) => string | undefined;

export const alone: Rule = holders => (holders.length > 1 ? 'two hold together' : undefined);

/** Contends with a recipe of ours. Its fencing tokens have to grow. */
export function docent(lock: Pick<Lock, 'acquire'>, kind = ''): Contender {
	let lease: Lease | undefined;
	let token = 0n;
	return {
		library: 'docent',
		kind,
		async acquire() {
			lease = await lock.acquire();
			if (lease.fencingToken <= token) throw new Error(`the token ${lease.fencingToken} follows ${token}`);
			token = lease.fencingToken;
		},
		async release() {
			lease?.throwIfLost();
			await lease?.release();
		},
	};
}

/** Contends with a lock of another library. @param argument what its peer calls the kind of lock */
export function peer(
	library: 'curator' | 'kazoo' | 'go',
	process: PipedPeer,
	key: string,
	argument: string,
	kind = '',
): Contender {
	return {
		library,
		kind,
		acquire: () => process.ask('acquire', key, argument),
		release: () => process.ask('release', key, argument),
	};
}

type Play = {
	/** Who held beside whom against the rule. */
	readonly violations: readonly string[];
	/** How often each was granted. */
	readonly granted: ReadonlyMap<Contender, number>;
};

/**
 * All contend until what is held went so many times from one library to another. From the grant, as it is heard of here, until the release is about to be
 * asked for, the holder is looked at beside all others: less than it holds, never more.
 */
export async function play(turns: number, contenders: readonly Contender[], rule: Rule): Promise<Play> {
	const holders = new Set<Contender>();
	const granted = new Map<Contender, number>();
	const violations: string[] = [];
	let changes = 0;
	let last: Contender | undefined;
	const contend = async (contender: Contender): Promise<void> => {
		while (changes < turns) {
			await contender.acquire();
			holders.add(contender);
			granted.set(contender, (granted.get(contender) ?? 0) + 1);
			if (last && last.library !== contender.library) changes++;
			last = contender;
			const violation = rule([...holders]);
			if (violation)
				violations.push(`${violation}: ${[...holders].map(each => `${each.library} ${each.kind}`).join()}`);
			await setImmediate();
			holders.delete(contender);
			await contender.release();
		}
	};
	await Promise.all(contenders.map(contend));
	return {violations, granted};
}

/** Nobody holds against the rule, and everybody had a turn. */
export async function takeTurns(
	t: ExecutionContext,
	turns: number,
	contenders: readonly Contender[],
	rule: Rule = alone,
): Promise<void> {
	const {violations, granted} = await play(turns, contenders, rule);
	t.deepEqual(violations, []);
	t.is(granted.size, contenders.length);
}
