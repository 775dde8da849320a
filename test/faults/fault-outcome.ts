import {CoordinationError} from '../../lib/index.ts';
import type {Operation} from './operation.ts';
import type {OperationFault} from './operation-faults.ts';

/** How a call settled, and how often the server has done what it asked for. */
export type Outcome = {readonly settled: string; readonly done: number | undefined};

const names: Readonly<Record<string, string>> = {
	CONNECTION_LOSS: 'lost',
	SESSION_EXPIRED: 'expired',
	CLIENT_CLOSED: 'closed',
	ABORTED: 'aborted',
};

export function settledAs(value: unknown): string {
	if (value === 'ended') return 'ended';
	if (!(value instanceof Error)) return 'result';
	if (!(value instanceof CoordinationError)) return value.stack ?? String(value);
	const name = names[value.code] ?? value.message;
	// All these calls were sent: one that says otherwise would invite its caller to repeat it.
	return name === 'lost' && !('sent' in value && value.sent) ? 'lost, said not to be sent' : name;
}

/** What the kind of an operation and the fault come to, whatever the operation. */
export function expectedOutcome({kind, isEphemeral, done}: Operation, fault: OperationFault): Outcome {
	const outcome = (settled: string, times: number): Outcome => ({settled, done: done ? times : undefined});
	const whenSessionEnds = isEphemeral ? 0 : 1;
	switch (fault) {
		case 'reset before send':
		case 'slow':
			return outcome('result', 1);
		case 'reset after send':
		case 'half-open':
			return kind === 'once' ? outcome('lost', 0) : outcome('result', 1);
		case 'reply lost':
		case 'reply left out':
			return outcome(kind === 'once' ? 'lost' : 'result', kind === 'twice' ? 2 : 1);
		case 'reply lost, `retry: false`':
			return outcome(['protected', 'guaranteed', 'stream'].includes(kind) ? 'result' : 'lost', 1);
		case 'session expired':
			if (kind === 'guaranteed' || kind === 'stream') return outcome('result', 1);
			// An attempt whose outcome is unknown says so; what would have been repeated belongs to the session that is over.
			if (kind === 'once') return outcome('lost', whenSessionEnds);
			return outcome('expired', kind === 'protected' ? 0 : whenSessionEnds);
		case 'client closed':
			if (kind === 'guaranteed') return outcome('result', 1);
			return outcome(kind === 'stream' ? 'ended' : 'closed', whenSessionEnds);
		case 'signal aborted':
			return outcome(kind === 'stream' ? 'ended' : 'aborted', kind === 'protected' ? 0 : 1);
	}
}

/** What may become of it when a server dies with it, by the words of the table. */
export function outcomesWhenKilled({kind, done}: Operation): {
	readonly words: string;
	readonly all: readonly Outcome[];
} {
	const outcomes = (words: string, ...all: readonly Outcome[]): ReturnType<typeof outcomesWhenKilled> =>
		done ? {words, all} : {words: words.replace(/,.*/, ''), all: all.map(({settled}) => ({settled, done: undefined}))};
	const once: Outcome = {settled: 'result', done: 1};
	if (kind === 'twice') return outcomes('result, done once or twice', once, {settled: 'result', done: 2});
	if (kind !== 'once') return outcomes('result, done', once);
	const lost = [0, 1].map(times => ({settled: 'lost', done: times}));
	return outcomes('result or lost, done at most once', once, ...lost);
}

export function inWords({settled, done}: Outcome): string {
	const effects = ['not done', 'done', 'done twice'];
	return done === undefined ? settled : `${settled}, ${effects[done] ?? `done ${done} times`}`;
}
