/** Alone, together with others of its kind, or with as many as there are permits. */
export type Role = 'exclusive' | 'shared' | 'permits';

/**
 * What happened in a run, in the order in which it was told; each request's own events are in their true order. `at`: milliseconds on the machine's monotonic clock,
 * which all its processes share and no test slows down.
 *
 * - `asked`: `acquire` was called
 * - `acquired`: it gave a lease, of that session. `queuedAt`: when a server's reply had told the contender its place, if it is known
 * - `held`: at this instant the holder was free to act, see `worker-process.ts`
 * - `ended`: the lease was given back, or its holder was told that it is lost, or `acquire` was given up
 * - `written`: the resource that the lock protects took a write, or refused it for its token
 * - `expired`: somebody began to end the session by hand
 * - `fault`: done to the run
 */
export type ChaosEvent =
	| {
			readonly type: 'asked';
			readonly at: number;
			readonly request: string;
			readonly process: number;
			readonly resource: string;
			readonly role: Role;
	  }
	| {
			readonly type: 'acquired';
			readonly at: number;
			readonly request: string;
			readonly token: bigint;
			readonly permits: number;
			readonly queuedAt: number | undefined;
			readonly session: bigint | undefined;
	  }
	| {readonly type: 'held'; readonly at: number; readonly request: string}
	| {readonly type: 'ended'; readonly at: number; readonly request: string; readonly how: string}
	| {
			readonly type: 'written';
			readonly at: number;
			readonly request: string;
			readonly token: bigint;
			readonly accepted: boolean;
	  }
	| {readonly type: 'expired'; readonly at: number; readonly session: bigint}
	| {readonly type: 'fault'; readonly at: number; readonly what: string};

/** The time in which a request's holder was free to act: every instant from the first to the last at which it was seen to be. */
export type Tenure = {
	readonly request: string;
	readonly process: number;
	readonly resource: string;
	readonly role: Role;
	readonly askedAt: number;
	readonly queuedAt: number | undefined;
	readonly session: bigint | undefined;
	readonly token: bigint;
	readonly permits: number;
	readonly from: number;
	readonly until: number;
};

/**
 * Of all leases whose holder could act at all, in the order of their beginnings. Those of a session that was ended by hand end there: no clock can foresee that, and
 * their holder hears of it when the servers' word gets through.
 */
export function tenures(history: readonly ChaosEvent[]): readonly Tenure[] {
	const found = new Map<string, Partial<Tenure>>();
	const expiries = new Map<bigint | undefined, number>();
	const extend = (request: string, more: Partial<Tenure>): void =>
		void found.set(request, {...found.get(request), ...more});
	for (const event of history) {
		if (event.type === 'asked') {
			const {request, process, resource, role, at} = event;
			extend(request, {request, process, resource, role, askedAt: at});
		} else if (event.type === 'acquired') {
			const {request, token, permits, queuedAt, session} = event;
			extend(request, {token, permits, queuedAt, session});
		} else if (event.type === 'held') {
			const {from = event.at, until = event.at} = found.get(event.request) ?? {};
			extend(event.request, {from: Math.min(from, event.at), until: Math.max(until, event.at)});
		} else if (event.type === 'expired')
			expiries.set(event.session, Math.min(event.at, expiries.get(event.session) ?? event.at));
	}
	return [...found.values()]
		.filter(isComplete)
		.map(tenure => ({...tenure, until: Math.min(tenure.until, expiries.get(tenure.session) ?? Infinity)}))
		.filter(({from, until}) => from <= until)
		.sort((a, b) => a.from - b.from);
}

function isComplete(tenure: Partial<Tenure>): tenure is Tenure {
	return tenure.askedAt !== undefined && tenure.token !== undefined && tenure.from !== undefined;
}

/** For a message. */
export function describe({request, token, from, until}: Tenure): string {
	return `${request} (token 0x${token.toString(16)}, ${from.toFixed(1)} to ${until.toFixed(1)})`;
}
