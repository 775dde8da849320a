import {randomUUID} from 'node:crypto';
import type {Precedence} from './precedence.ts';

/** What is to be sent next, or concluded. */
export type Step =
	/** Create and list in one flight. */
	| {readonly step: 'enter'}
	/** Look for a node whose create was not answered: sync, list, compare the owner. */
	| {readonly step: 'find'}
	| {readonly step: 'list'}
	/** Read with a watch. */
	| {readonly step: 'watch'; readonly name: string}
	| {readonly step: 'hold'}
	/** Somebody is before me and I do not wait. */
	| {readonly step: 'withdraw'};

type Asked = 'unasked' | 'asked' | 'armed';

/**
 * What a contender knows of one create, and what follows from it. The handlers only add knowledge; `drive` says what is missing, or concludes. No I/O.
 *
 * I hold once every node of *some* list that was taken after my create, in this session, is known to be gone, and my own node is confirmed. So nothing is
 * listed again when the last of them goes: the watch on my own node, asked for before those on the others, would have told that mine went first.
 * These rules and their names are those of a model that was explored exhaustively (lost connections, ended sessions, aborts, nodes deleted by hand).
 */
export class Knowledge {
	/** My GUID: one create has one, and one `Knowledge`. */
	readonly guid: string = randomUUID();
	readonly #precedence: Precedence;
	readonly #waits: boolean;
	#phase: 'wait' | 'held' = 'wait';
	/** The outcome of my create. */
	#create: 'no' | 'sent' | 'unknown' | 'find' | 'ok' = 'no';
	#my = '';
	/** The nodes before mine that are not known to be gone, in order; `undefined` without a list. */
	#low: readonly string[] | undefined;
	#wasAlone = false;
	#own: Asked = 'unasked';
	/** The watches on the last two of `low`. */
	readonly #watched = new Map<string, Asked>();
	#listing = false;
	/** A newer list would spare reads. */
	#relist = false;

	constructor({precedence, waits}: {readonly precedence: Precedence; readonly waits: boolean}) {
		this.#precedence = precedence;
		this.#waits = waits;
	}

	get outcome(): 'none' | 'pending' | 'unknown' | 'created' {
		switch (this.#create) {
			case 'no':
				return 'none';
			case 'sent':
				return 'pending';
			case 'unknown':
			case 'find':
				return 'unknown';
			case 'ok':
				return 'created';
		}
	}

	/** My node's name; empty until it is known. */
	get my(): string {
		return this.#my;
	}

	/** Whether my first list held nobody but me. */
	get wasAlone(): boolean {
		return this.#wasAlone;
	}

	created(name: string): void {
		this.#create = 'ok';
		this.#my = name;
	}

	/** Create and list were not answered. */
	createLost({sent}: {readonly sent: boolean}): void {
		this.#listing = false;
		if (this.#create === 'sent') this.#create = sent ? 'unknown' : 'no';
	}

	/** @returns whether my node is there */
	listed(names: readonly string[]): boolean {
		this.#listing = false;
		this.#relist = false;
		if (!names.includes(this.#my)) return false;
		const isAlone = names.length === 1;
		this.#wasAlone ||= isAlone && this.#low === undefined;
		this.#low = isAlone ? [] : this.#precedence.before(this.#my, names);
		return true;
	}

	listLost(): void {
		this.#listing = false;
	}

	/** The search found my node, in this list. */
	found(name: string, names: readonly string[]): void {
		this.created(name);
		this.#low = this.#precedence.before(name, names);
	}

	findLost(): void {
		if (this.#create === 'find') this.#create = 'unknown';
	}

	armed(name: string): void {
		this.#note(name, 'armed');
	}

	/** A watch was used up, or its read lost with the connection. */
	unarmed(name: string): void {
		this.#note(name, 'unasked');
	}

	/** A node before mine is gone. */
	gone(name: string): void {
		const wasWatched = this.#watched.delete(name);
		if (!this.#low?.includes(name)) return;
		this.#low = this.#precedence.mayLeaveHeir(name) ? undefined : this.#low.filter(other => other !== name);
		// The others most likely went earlier, unwatched.
		if (wasWatched) this.#relist = this.#low !== undefined && this.#low.length > 1;
	}

	/** @param confirmed whether the message that led here shows my own node */
	drive({confirmed = false}: {readonly confirmed?: boolean} = {}): Step[] {
		if (this.#phase === 'held') return this.#watchOwn();
		switch (this.#create) {
			case 'no':
				this.#create = 'sent';
				this.#listing = true;
				return [{step: 'enter'}];
			case 'unknown':
				this.#create = 'find';
				return [{step: 'find'}];
			case 'sent':
			case 'find':
				return [];
			case 'ok':
				return this.#approach(confirmed);
		}
	}

	#approach(confirmed: boolean): Step[] {
		const low = this.#low;
		if (low?.length === 0 && (confirmed || this.#own === 'armed')) {
			this.#phase = 'held';
			return [{step: 'hold'}, ...this.#watchOwn()];
		}
		if (low && low.length > 0 && !this.#waits) return [{step: 'withdraw'}];
		// My own before the predecessors': in one connection, every answer about those then implies mine.
		const steps = low ? this.#watchOwn() : [];
		if ((!low || this.#relist) && !this.#listing) {
			this.#listing = true;
			steps.push({step: 'list'});
		}
		return low && !this.#listing ? [...steps, ...this.#watchPredecessors(low)] : steps;
	}

	/** The last, whose end most often lets me in, and the one before it: by the time the last goes, I know already that nobody else is left. */
	#watchPredecessors(low: readonly string[]): Step[] {
		const names = low.slice(-2).filter(name => (this.#watched.get(name) ?? 'unasked') === 'unasked');
		return names.reverse().map(name => {
			this.#watched.set(name, 'asked');
			return {step: 'watch', name};
		});
	}

	#watchOwn(): Step[] {
		if (this.#own !== 'unasked') return [];
		this.#own = 'asked';
		return [{step: 'watch', name: this.#my}];
	}

	#note(name: string, state: Asked): void {
		if (name === this.#my) this.#own = state;
		else if (this.#watched.has(name)) this.#watched.set(name, state);
	}
}
