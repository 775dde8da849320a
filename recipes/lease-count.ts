import {type Children, type Client, isCoordinationError} from '../lib/index.ts';
import {isInterruption} from './interruption.ts';
import {type NextChange, nextChange} from './next-change.ts';

/** There is room; `isNew`, since there is no queue of leases yet. */
export type Room = {readonly isNew: boolean};

export type Taken = Room & {readonly leases: number};

/** One count of the leases of a semaphore, sent when it is made. */
export class LeaseCount {
	readonly #answer: Promise<PromiseSettledResult<Children>>;
	/** The watch that this count has left, if it was to leave one. */
	readonly #change: NextChange | undefined;

	/** @param path the znode above the leases */
	constructor(client: Client, path: string, {watches}: {readonly watches: boolean}) {
		this.#change = watches ? nextChange(client, path) : undefined;
		const counting = client.children(path, {retry: false, watch: this.#change?.listener});
		this.#answer = Promise.allSettled([counting]).then(([answer]) => answer);
	}

	/** Resolves when another count may come to something else; `undefined` without a watch. */
	get changed(): Promise<void> | undefined {
		return this.#change?.changed;
	}

	/** @returns `undefined` if it was not answered. @throws what refused it */
	async taken(): Promise<Taken | undefined> {
		const answer = await this.#answer;
		if (answer.status === 'fulfilled') return {leases: answer.value.children.length, isNew: false};
		if (isCoordinationError(answer.reason, 'NO_NODE')) return {leases: 0, isNew: true};
		if (!isInterruption(answer.reason)) throw answer.reason;
		return undefined;
	}

	/** What is counted is compared with something else now. */
	tell(): void {
		this.#change?.tell();
	}

	/** Takes the watch back, if it is still there: only the answer leaves it. */
	end(): void {
		void this.#answer.then(() => this.#change?.end());
	}
}
