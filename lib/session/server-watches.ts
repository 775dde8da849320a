import {noticeWatch} from '../diagnostics.ts';
import type {OperationName, RequestOf, WatchKind, WatchTables} from '../driver/operation.ts';
import {KeeperError} from '../errors/keeper-error.ts';
import {RequestTooLargeError} from '../errors/request-error.ts';
import type {CallName} from './call-name.ts';
import type {Send} from './send.ts';
import type {WatchOwner} from './watch-owner.ts';
import type {PersistentMode, Watches} from './watches.ts';

/** How many removals are under way at once. */
const maxRemovals = 500;

/** Keeps the watches that a server holds for a connection in step with the listeners. */
export class ServerWatches {
	readonly #watches: Watches;
	readonly #send: Send;
	readonly #maxRequestLength: number;

	constructor(watches: Watches, send: Send, maxRequestLength: number) {
		this.#watches = watches;
		this.#send = send;
		this.#maxRequestLength = maxRequestLength;
	}

	/** Told of every request, and gives its reply back: what that says about the server's watches holds from then on. */
	follow<Name extends OperationName, Reply>(
		operation: Name,
		request: RequestOf<Name>,
		reply: Promise<Reply>,
	): Promise<Reply> {
		const note = this.#noteOf(operation, request);
		if (note) reply.then(note, () => undefined);
		return reply;
	}

	#noteOf(operation: OperationName, request: unknown): (() => void) | undefined {
		const {standIns} = this.#watches;
		if (operation === 'addWatch') {
			const {path, mode} = request as RequestOf<'addWatch'>;
			return () => standIns.armed(path, mode);
		}
		if (operation === 'removeWatches') {
			const {path, kind} = request as RequestOf<'removeWatches'>;
			return kind === 'any' ? () => standIns.dropped(path) : undefined;
		}
		if (operation === 'setWatches') {
			const {recursive} = request as RequestOf<'setWatches'>;
			return () => recursive.forEach(path => standIns.armed(path, 'recursive'));
		}
		return undefined;
	}

	/** On a new connection. In a new session only persistent watches are left, and they have to be asked for one by one. */
	arm(resumed: boolean): Promise<void>[] {
		this.#watches.standIns.clear();
		noticeWatch(() => {
			const {oneShot, persistent} = this.#watches.counts;
			return {event: 'restored', count: resumed ? oneShot + persistent : persistent};
		});
		if (resumed) return [...this.#watches.frames(this.#maxRequestLength)].map(tables => this.#restore(tables));
		return this.#watches
			.persistentWatches()
			.map(({mode, path}) => this.#send('addWatch', {path, mode}, {operation: 'addWatch', path}));
	}

	/** Resolves when the server's watch is gone. Never rejects: a lost connection takes it too. */
	async remove(path: string, kind: WatchKind | 'any', name: CallName): Promise<void> {
		// A server drops more than it is asked to: all watches of the path for `any`, and before 3.9 a persistent one along with a one-shot.
		await Promise.allSettled([this.#send('removeWatches', {path, kind}, name), this.restore(path)]);
	}

	/** Takes back what one-shot watches an owner has left: its listeners at once, the server's watches some at a time, so that many do not stand in the way of other requests. */
	async drop(owner: WatchOwner, isOpen: boolean): Promise<void> {
		const orphaned = this.#watches.drop(owner);
		// Without a connection there is no server watch; the next connection restores only what is still wanted.
		if (!isOpen) return;
		for (let start = 0; start < orphaned.length; start += maxRemovals) {
			const batch = orphaned
				.slice(start, start + maxRemovals)
				.filter(({serverPath, kind}) => !this.#watches.isWanted(kind, serverPath));
			await Promise.all(
				batch.map(({serverPath, kind}) => this.remove(serverPath, kind, {operation: 'unwatch', path: serverPath})),
			);
		}
	}

	/** A persistent listener has gone: the server's watch goes too, or becomes what is still wanted. Never rejects. */
	async left(path: string, mode: PersistentMode, name: CallName): Promise<void> {
		const wanted = this.#watches.modeOf(path);
		// A read that asks for a watch would lose it too.
		if (!wanted) return this.#watches.isAsked(path) ? undefined : this.remove(path, 'any', name);
		// In place of the recursive one before 3.9; beside it since, whose events nobody is told of then. (What takes the place of a persistent one needs no word.)
		if (mode === 'recursive' && wanted === 'persistent')
			await this.#send('addWatch', {path, mode: wanted}, name).catch(() => undefined);
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
			if (error instanceof KeeperError || error instanceof RequestTooLargeError) this.#watches.lost();
		}
	}
}
