import type {WatchKind} from '../driver/operation.ts';
import {callIsolated} from '../util/isolate.ts';
import type {WatchListener} from '../znode.ts';
import type {Session} from './session.ts';
import type {OneShotTable, WatchOwner} from './watches.ts';

type Asked = {
	readonly table: 'data' | 'child';
	readonly serverPath: string;
	/** As the listener's owner wrote it. */
	readonly path: string;
	readonly listener: WatchListener;
	/** What it ends with, if that is less than the session. */
	readonly owner?: WatchOwner | undefined;
};

/** A one-shot watch that a read is about to leave: wanted already, so that nobody takes the server's watch back behind the read that asks for it. */
export class AskedWatch {
	readonly #session: Session;
	readonly #asked: Asked;
	readonly #era: number;
	/** Whether the server is to be asked; not, while a persistent watch tells the same. */
	readonly asks: boolean;

	constructor(session: Session, asked: Asked) {
		this.#session = session;
		this.#asked = asked;
		this.#era = session.era;
		this.asks = !session.watches.isCovered(asked.table, asked.serverPath);
		session.watches.ask(this.#kind, asked.serverPath);
	}

	/** The read was answered. @param table where the watch stands now */
	granted(table: OneShotTable): void {
		const {watches, serverWatches} = this.#session;
		const {serverPath, path, listener, owner} = this.#asked;
		watches.answered(this.#kind, serverPath);
		// The session may be over by the time that the caller's turn comes.
		if (this.#era !== this.#session.era) return callIsolated(listener, {type: 'lost', path});
		if (owner?.isClosed) {
			this.#takeBack();
			return callIsolated(listener, {type: 'lost', path});
		}
		watches.add(table, serverPath, listener, path, owner);
		// The persistent watch that was to do for this one may have been taken back meanwhile.
		if (!this.asks && !watches.isCovered(table, serverPath)) void serverWatches.restore(serverPath);
	}

	/** The read failed. If it was only given up, the server may have the watch all the same. */
	failed({aborted}: {readonly aborted: boolean}): void {
		this.#session.watches.answered(this.#kind, this.#asked.serverPath);
		if (aborted) this.#takeBack();
	}

	#takeBack(): void {
		const {watches, serverWatches, era, isOpen} = this.#session;
		const {serverPath, path} = this.#asked;
		if (this.asks && isOpen && this.#era === era && !watches.isWanted(this.#kind, serverPath))
			void serverWatches.remove(serverPath, this.#kind, {operation: 'unwatch', path});
	}

	get #kind(): WatchKind {
		return this.#asked.table;
	}
}
