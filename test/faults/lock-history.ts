/** What a fenced resource saw, in its order: a piece of work under a token began, or ended. */
export type WorkEvent = {readonly type: 'begin' | 'end'; readonly token: bigint; readonly worker: string};

/**
 * What is wrong with a history of fenced work: pieces that overlap, and tokens that do not grow from one piece to the next. Empty for a history that keeps the promise.
 */
export function violations(history: readonly WorkEvent[]): string[] {
	const found: string[] = [];
	let open: WorkEvent | undefined;
	let newest = 0n;
	for (const event of history) {
		if (event.type === 'end') {
			if (open?.token === event.token) open = undefined;
			continue;
		}
		if (open) found.push(`${event.worker} began under ${event.token} while ${open.worker} worked under ${open.token}`);
		if (event.token <= newest) found.push(`${event.worker} began under ${event.token} after ${newest}`);
		open = event;
		if (event.token > newest) newest = event.token;
	}
	return found;
}

/**
 * Something that refuses old tokens, as every store that a lock protects should. A newer token ends whatever an older one had begun: the old holder was cut off, and its
 * late end is refused.
 */
export class FencedResource {
	readonly history: WorkEvent[] = [];
	refused = 0;
	#newest = 0n;
	#open: WorkEvent | undefined;

	begin(worker: string, token: bigint): boolean {
		if (token <= this.#newest) {
			this.refused++;
			return false;
		}
		if (this.#open) this.#cutOff(this.#open);
		this.#newest = token;
		this.#open = {type: 'begin', token, worker};
		this.history.push(this.#open);
		return true;
	}

	end(worker: string, token: bigint): boolean {
		if (this.#open?.token !== token) {
			this.refused++;
			return false;
		}
		this.history.push({type: 'end', token, worker});
		this.#open = undefined;
		return true;
	}

	/** Work that never ended is no work: nothing of it was accepted. */
	#cutOff(open: WorkEvent): void {
		this.history.splice(this.history.lastIndexOf(open), 1);
	}
}
