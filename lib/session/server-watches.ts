import {noticeWatch} from '../diagnostics.ts';
import type {WatchKind, WatchTables} from '../driver/operation.ts';
import {KeeperError} from '../errors/keeper-error.ts';
import type {CallName} from './call-name.ts';
import type {Send} from './send.ts';
import type {Watches} from './watches.ts';

/** Keeps the watches that a server holds for a connection in step with the listeners. */
export class ServerWatches {
	readonly #watches: Watches;
	readonly #send: Send;

	constructor(watches: Watches, send: Send) {
		this.#watches = watches;
		this.#send = send;
	}

	/** On a new connection. In a new session only persistent watches are left, and they have to be asked for one by one. */
	arm(resumed: boolean): Promise<void>[] {
		noticeWatch(() => {
			const {oneShot, persistent} = this.#watches.counts;
			return {event: 'restored', count: resumed ? oneShot + persistent : persistent};
		});
		if (resumed) return [...this.#watches.frames()].map(tables => this.#restore(tables));
		return this.#watches
			.persistentWatches()
			.map(({mode, path}) => this.#send('addWatch', {path, mode}, {operation: 'addWatch', path}));
	}

	/** Resolves when the server's watch is gone. Never rejects: a lost connection takes it too. */
	async remove(path: string, kind: WatchKind | 'any', name: CallName): Promise<void> {
		// A server drops more than it is asked to: all watches of the path for `any`, and before 3.9 a persistent one along with a one-shot.
		await Promise.allSettled([this.#send('removeWatches', {path, kind}, name), this.restore(path)]);
	}

	/** Arms what is still wanted of one path. */
	async restore(path: string): Promise<void> {
		const wanted = this.#watches.tablesOf(path);
		if (wanted) await this.#restore(wanted);
	}

	async #restore(tables: WatchTables): Promise<void> {
		try {
			await this.#send('setWatches', tables, {operation: 'setWatches'});
		} catch (error) {
			// Refused: nobody may go on waiting for a watch that is not there. (A lost connection only means that the next one restores them.)
			if (error instanceof KeeperError) this.#watches.lost();
		}
	}
}
