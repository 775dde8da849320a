import type {Tenure} from './history.ts';

/** A tenure for a checker's test: what matters, and what does not. */
export function tenureOf(from: number, until: number, more: Partial<Tenure> = {}): Tenure {
	return {
		request: `at ${from}`,
		process: 0,
		resource: 'it',
		role: 'exclusive',
		askedAt: from,
		queuedAt: undefined,
		session: undefined,
		token: BigInt(Math.round(from)),
		permits: 1,
		from,
		until,
		...more,
	};
}
