import {type Client, type Created, nameOf} from '../lib/index.ts';
import {deferred} from '../lib/util/deferred.ts';
import {withdraw} from './withdraw.ts';

type State = 'due' | 'claimed' | 'sent';

/** The end of a contender's znode: it stands for nobody any more, and is to be deleted once. */
export class Departure {
	readonly name: string;
	/** Whether there was no other child in the queue when the znode was created; then there is most likely none now. */
	readonly wasAlone: boolean;
	readonly #client: Client;
	readonly #node: Created;
	readonly #gone = deferred();
	#state: State = 'due';

	constructor(client: Client, node: Created, {wasAlone}: {readonly wasAlone: boolean}) {
		this.#client = client;
		this.#node = node;
		this.wasAlone = wasAlone;
		this.name = nameOf(node.path);
	}

	/** Resolves when the znode is gone, or as good as gone. */
	get gone(): Promise<void> {
		return this.#gone.promise;
	}

	get path(): string {
		return this.#node.path;
	}

	/** Whoever gets `true` answers for the deletion: by `done`, or by `send` after a failure. */
	claim(): boolean {
		if (this.#state !== 'due' || this.#client.session?.id !== this.#node.stat.ephemeralOwner) return false;
		this.#state = 'claimed';
		return true;
	}

	/** Deletes the znode by itself, unless somebody has claimed that. */
	sendUnclaimed(): void {
		if (this.#state === 'due') this.send();
	}

	send(): void {
		this.#state = 'sent';
		this.#gone.resolve(withdraw(this.#client, this.#node.path, this.#node.stat.ephemeralOwner));
	}

	/** The claimant's transaction has deleted it. */
	done(): void {
		this.#gone.resolve();
	}
}
