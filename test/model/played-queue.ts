import {protectedName, sequenceOf} from '../../recipes/contender-name.ts';

export type Kind = 'lock-' | '__WRIT__' | '__READ__';

const kinds: readonly Kind[] = ['lock-', '__WRIT__', '__READ__'];

type Create = {readonly guid: string; readonly kind: Kind};

type Node = {
	readonly name: string;
	/** The session it goes with. */
	readonly owner: number;
};

/** What is repeated until it is answered. */
export type Chore =
	| {readonly type: 'delete' | 'downgrade'; readonly name: string}
	| {readonly type: 'sweep'; readonly guid: string};

/** A queue on a played server, and the whole truth of it. */
export class PlayedQueue {
	readonly #removed: (name: string) => void;
	#nodes: readonly Node[] = [];
	/** What these sessions have sent is still on its way: their clients have given them up, and the server keeps them for a while. */
	readonly #abandoned = new Map<number, Create[]>();
	#sequence = 0;

	/** @param removed hears of each child that goes */
	constructor(removed: (name: string) => void) {
		this.#removed = removed;
	}

	get names(): readonly string[] {
		return this.#nodes.map(({name}) => name);
	}

	has(name: string): boolean {
		return this.#nodes.some(node => node.name === name);
	}

	create(guid: string, kind: Kind, owner: number): string {
		const name = `${protectedName(guid, kind)}${String(this.#sequence++).padStart(10, '0')}`;
		this.#nodes = [...this.#nodes, {name, owner}];
		return name;
	}

	withGuid(guid: string): readonly Node[] {
		return this.#nodes.filter(({name}) => name.includes(guid) && !name.includes(heir));
	}

	remove(name: string): void {
		if (!this.has(name)) return;
		this.#nodes = this.#nodes.filter(node => node.name !== name);
		this.#removed(name);
	}

	do(chore: Chore, owner: number): void {
		switch (chore.type) {
			case 'delete':
				return this.remove(chore.name);
			case 'sweep':
				for (const {name} of this.withGuid(chore.guid)) this.remove(name);
				return;
			case 'downgrade':
				return this.#downgrade(chore.name, owner);
		}
	}

	get abandoned(): readonly number[] {
		return [...this.#abandoned.keys()];
	}

	abandon(session: number, creates: Create[]): void {
		this.#abandoned.set(session, creates);
	}

	arriveLate(session: number): void {
		const create = this.#abandoned.get(session)?.shift();
		if (create) this.create(create.guid, create.kind, session);
	}

	expire(owner: number): void {
		this.#abandoned.delete(owner);
		for (const node of this.#nodes) if (node.owner === owner) this.remove(node.name);
	}

	/** Those before this one that it does not go together with, whether it is there or not. */
	blockers(mine: string, kind: Kind): readonly string[] {
		const own = sequenceOf(mine, kinds) ?? 0;
		const areBefore = this.names.filter(name => (sequenceOf(name, kinds) ?? own) < own);
		return areBefore.filter(name => !(kind === '__READ__' && name.includes('__READ__')));
	}

	/** As long as the writer is there, and once. */
	#downgrade(writer: string, owner: number): void {
		const name = heirOf(writer);
		if (this.has(writer) && !this.has(name)) this.#nodes = [...this.#nodes, {name, owner}];
	}
}

const heir = '-heir__READ__';

export function heirOf(writer: string): string {
	return writer.replace('__WRIT__', heir);
}
