import {fencing} from './fencing.ts';
import {firstCome} from './first-come.ts';
import {type ChaosEvent, type Tenure, tenures} from './history.ts';
import {mutualExclusion} from './mutual-exclusion.ts';
import {permitCount} from './permit-count.ts';
import {readerWriter} from './reader-writer.ts';

export type Rule = 'mutual exclusion' | 'reader-writer' | 'permit count' | 'first come' | 'fencing' | 'settling';
export type Violation = {readonly rule: Rule; readonly resource: string; readonly what: string};
/** What kind of lock a resource is under. */
export type LockKind = 'mutex' | 'read-write' | 'semaphore';

/** How many permits every semaphore of a run has. */
export const permits = 3;

const rules: Readonly<Record<LockKind, readonly Rule[]>> = {
	mutex: ['mutual exclusion', 'first come', 'fencing'],
	'read-write': ['reader-writer', 'first come', 'fencing'],
	semaphore: ['permit count', 'first come'],
};

function check(rule: Rule, held: readonly Tenure[], history: readonly ChaosEvent[]): readonly string[] {
	switch (rule) {
		case 'mutual exclusion':
			return mutualExclusion(held);
		case 'reader-writer':
			return readerWriter(held);
		case 'permit count':
			return permitCount(held, permits);
		case 'first come':
			return firstCome(held);
		case 'fencing':
			return fencing(held, history);
		case 'settling':
			return [];
	}
}

/** Every rule that holds for the kinds of lock in the run. Who has not ended yet is judged by what is known so far. */
export function judge(
	history: readonly ChaosEvent[],
	resources: Readonly<Record<string, LockKind>>,
): readonly Violation[] {
	const all = tenures(history);
	return Object.entries(resources).flatMap(([resource, kind]) => {
		const held = all.filter(tenure => tenure.resource === resource);
		return rules[kind].flatMap(rule => check(rule, held, history).map(what => ({rule, resource, what})));
	});
}
