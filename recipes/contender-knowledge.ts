import {randomUUID} from 'node:crypto';
import {inOrder, sequenceOf} from './contender-name.ts';

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
 * listed again when the only node before mine goes: the watch on my own node, asked for before the one on that node, would have told that mine went first.
 * These rules and their names are those of a model that was explored exhaustively (lost connections, ended sessions, aborts, nodes deleted by hand).
 */
export class Knowledge {
	/** My GUID: one create has one, and one `Knowledge`. */
	readonly guid: string = randomUUID();
	readonly #kinds: readonly string[];
	readonly #waits: boolean;
	#phase: 'wait' | 'held' = 'wait';
	/** The outcome of my create. */
	#create: 'no' | 'sent' | 'unknown' | 'find' | 'ok' = 'no';
	#my = '';
	/** The nodes before mine that are not known to be gone, in order; `undefined` without a list. */
	#low: readonly string[] | undefined;
	#own: Asked = 'unasked';
	/** The watch on the last of `low`. */
	#predecessor: {readonly name: string; readonly state: Asked} | undefined;
	#listing = false;

	constructor({kinds, waits}: {readonly kinds: readonly string[]; readonly waits: boolean}) {
		this.#kinds = kinds;
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
		if (!names.includes(this.#my)) return false;
		this.#low = this.#before(names);
		return true;
	}

	listLost(): void {
		this.#listing = false;
	}

	/** The search found my node, in this list. */
	found(name: string, names: readonly string[]): void {
		this.created(name);
		this.#low = this.#before(names);
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
		if (this.#predecessor?.name === name) this.#predecessor = undefined;
		if (!this.#low?.includes(name)) return;
		// A downgraded writer leaves a `__READ__` of the same sequence, which may be younger than the list.
		this.#low = this.#low.length === 1 && !name.includes('__WRIT__') ? [] : undefined;
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
		if (low === undefined) {
			if (this.#listing) return [];
			this.#listing = true;
			return [{step: 'list'}];
		}
		const predecessor = low.at(-1);
		if (predecessor === undefined && (confirmed || this.#own === 'armed')) {
			this.#phase = 'held';
			return [{step: 'hold'}, ...this.#watchOwn()];
		}
		if (predecessor !== undefined && !this.#waits) return [{step: 'withdraw'}];
		// My own before the predecessor's: in one connection, every answer about that one then implies mine.
		const steps = this.#watchOwn();
		if (predecessor === undefined) return steps;
		if (this.#predecessor?.name !== predecessor) this.#predecessor = {name: predecessor, state: 'unasked'};
		if (this.#predecessor.state !== 'unasked') return steps;
		this.#predecessor = {name: predecessor, state: 'asked'};
		return [...steps, {step: 'watch', name: predecessor}];
	}

	#watchOwn(): Step[] {
		if (this.#own !== 'unasked') return [];
		this.#own = 'asked';
		return [{step: 'watch', name: this.#my}];
	}

	#note(name: string, state: Asked): void {
		if (name === this.#my) this.#own = state;
		else if (this.#predecessor?.name === name) this.#predecessor = {name, state};
	}

	#before(names: readonly string[]): string[] {
		const mine = sequenceOf(this.#my, this.#kinds) ?? 0;
		return inOrder(names, this.#kinds).filter(name => (sequenceOf(name, this.#kinds) ?? mine) < mine);
	}
}
