import {createHash} from 'node:crypto';

/** A protocol to explore: its steps are all that may happen next, its key is equal for states that behave alike. */
export type Protocol<State> = {
	readonly initial: State;
	readonly steps: (state: State) => Iterable<readonly [label: string, next: State]>;
	readonly key: (state: State) => string;
	/** What is wrong with a state, if anything. */
	readonly violation: (state: State) => string | undefined;
	readonly isDone: (state: State) => boolean;
};

export type Exploration = {
	readonly explored: number;
	/** How many of the explored states had all work done: none means that the protocol never gets anywhere. */
	readonly done: number;
	/** The shortest way to a violation. */
	readonly violation?: {readonly what: string; readonly path: readonly string[]};
};

const ceiling = 2_000_000;

/** Visits every reachable state, breadth first, until a violation is found. */
export function explore<State>({initial, steps, key, violation, isDone}: Protocol<State>): Exploration {
	const digest = (state: State): string =>
		createHash('sha1')
			.update(`${key(state)}${violation(state) ?? ''}`)
			.digest('base64');
	const cameFrom = new Map<string, readonly [previous: string, label: string] | undefined>([
		[digest(initial), undefined],
	]);
	const pathTo = (at: string): string[] => {
		const path: string[] = [];
		for (let step = cameFrom.get(at); step; step = cameFrom.get(step[0])) path.unshift(step[1]);
		return path;
	};
	let explored = 0;
	let done = 0;
	for (let frontier = [initial]; frontier.length > 0; ) {
		const next: State[] = [];
		for (const state of frontier) {
			explored++;
			if (explored > ceiling) throw new Error(`more than ${ceiling} states: narrow the bounds`);
			if (isDone(state)) done++;
			const from = digest(state);
			for (const [label, reached] of steps(state)) {
				const at = digest(reached);
				if (cameFrom.has(at)) continue;
				cameFrom.set(at, [from, label]);
				const what = violation(reached);
				if (what !== undefined) return {explored, done, violation: {what, path: pathTo(at)}};
				next.push(reached);
			}
		}
		frontier = next;
	}
	return {explored, done};
}
