import {ancestorsOf, type Client, isCoordinationError} from '../lib/index.ts';
import {isInterruption} from './interruption.ts';

const empty = new Uint8Array(0);
/** Paths per client; a lock per order is no reason to grow for ever. */
const maxSeen = 1000;
const once = {retry: false} as const;

/** Where queues of a client stood once. It spares the look for the parents, never the answer to a refusal: a server removes empty containers. */
const seen = new WeakMap<Client, Set<string>>();

/**
 * The znodes above a queue's children: the queue's own and its ancestors. They are Curator's: containers without data.
 *
 * Nothing waits for a look before a create. On a path that this client has not used, the look rides in the first flight, so that the second creates just
 * what is missing.
 */
export class QueueParents {
	readonly #client: Client;
	readonly #path: string;
	#looks: boolean;
	#missing: readonly string[] = [];
	#absent: readonly string[] = [];
	#refusals = 0;

	constructor(client: Client, path: string) {
		this.#client = client;
		this.#path = path;
		this.#looks = seen.get(client)?.has(path) !== true;
	}

	/** Sends what has to precede a create in its flight. Resolves when that is answered. @throws what refused the creation of a parent */
	async send(): Promise<void> {
		if (!this.#looks && this.#missing.length === 0) return;
		const looked = (this.#looks ? this.#all : []).map(async path => {
			// Not authorised counts as present; a lost connection loses the whole flight.
			const stat = await this.#client.exists(path, once).catch(() => 'unknown' as const);
			return stat === undefined ? [path] : [];
		});
		const created = this.#missing.map(path => this.#create(path));
		await Promise.all(created);
		this.#absent = (await Promise.all(looked)).flat();
	}

	get #all(): readonly string[] {
		return this.#path === '/' ? [] : [...ancestorsOf(this.#path), this.#path];
	}

	async #create(path: string): Promise<void> {
		try {
			await this.#client.create(path, empty, {...once, mode: 'container', protect: false});
		} catch (error) {
			const isExpected = isCoordinationError(error, 'NODE_EXISTS') || isCoordinationError(error, 'NO_NODE');
			if (!isExpected && !isInterruption(error)) throw error;
		}
	}

	/** The create found no parent. @returns whether another flight may mend that */
	noNode(): boolean {
		// Unlooked: the queue's own container is the likely one to have been removed.
		this.#missing = this.#looks ? this.#absent : this.#all.slice(-1);
		this.#looks = !this.#looks;
		// Somebody may delete as fast as this creates, or the chroot itself is missing.
		return ++this.#refusals < 10;
	}

	present(): void {
		const paths = seen.get(this.#client) ?? new Set();
		seen.set(this.#client, paths);
		// Moved to the end: the first is the one that was not used for longest.
		paths.delete(this.#path);
		paths.add(this.#path);
		const [oldest] = paths;
		if (oldest !== undefined && paths.size > maxSeen) paths.delete(oldest);
		this.#refusals = 0;
		this.#missing = [];
		this.#looks = false;
	}
}
