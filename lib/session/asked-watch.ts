import {callIsolated} from '../util/isolate.ts';
import type {WatchingRead} from './asked-watches.ts';
import type {Session} from './session.ts';
import type {OneShotTable} from './watches.ts';

/** A one-shot watch that a read is about to leave: wanted already, so that nobody takes the server's watch back behind the read that asks for it. */
export class AskedWatch {
	readonly #session: Session;
	readonly #read: WatchingRead;
	readonly #era: number;
	/** Whether the server is to be asked; not, while a persistent watch tells the same. */
	readonly asks: boolean;

	constructor(session: Session, read: WatchingRead) {
		this.#session = session;
		this.#read = read;
		this.#era = session.era;
		this.asks = !session.watches.isCovered(read.kind, read.serverPath);
		session.watches.asked.add(read);
	}

	/** The read was answered. @param table where the watch stands now */
	granted(table: OneShotTable): void {
		const {watches, serverWatches} = this.#session;
		const {serverPath, path, listener, owner} = this.#read;
		// Given up meanwhile: that has taken back no more than the watches of one connection, and the read may have been repeated in the next.
		if (!watches.asked.delete(this.#read)) return this.#takeBack();
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
		this.#session.watches.asked.delete(this.#read);
		if (aborted) this.#takeBack();
	}

	#takeBack(): void {
		const {watches, serverWatches, era, isOpen} = this.#session;
		const {kind, serverPath, path} = this.#read;
		if (this.asks && isOpen && this.#era === era && !watches.isWanted(kind, serverPath))
			void serverWatches.remove(serverPath, kind, {operation: 'unwatch', path});
	}
}
