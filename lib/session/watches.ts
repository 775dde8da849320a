import {noticeWatch} from '../diagnostics.ts';
import type {WatchKind, WatchTables} from '../driver/operation.ts';
import {callIsolated} from '../util/isolate.ts';
import {AskedWatches} from './asked-watches.ts';
import {StandIns} from './stand-ins.ts';
import type {WatchOwner} from './watch-owner.ts';
import type {PersistentWatchEvent, WatchedEvent, WatchListener} from '../znode.ts';

/** Where a one-shot watch stands, by what left it: `exist` is an `exists` that found nothing. */
export type OneShotTable = 'data' | 'exist' | 'child';
export type PersistentMode = 'persistent' | 'recursive';
export type PersistentListener = (event: PersistentWatchEvent) => void;

/** A listener's path as its caller wrote it. */
type Wanted = {readonly path: string; readonly owner: WatchOwner | undefined};
/** The listeners of each server path. */
type Listeners<Listener, Value = string> = Map<string, Map<Listener, Value>>;

/** How many bytes of paths one setWatches frame may hold, as in the Java client: far below any server's limit. */
const maxBytesPerFrame = 128 * 1024;
/** Of a setWatches request without its paths: xid, opcode, zxid and the lengths of five lists. */
const frameOverhead = 36;
/** Where the listeners of the server's watches stand. */
const tablesByKind: Readonly<Record<WatchKind, readonly OneShotTable[]>> = {data: ['data', 'exist'], child: ['child']};
const consumes: Readonly<Record<WatchedEvent['type'], readonly OneShotTable[]>> = {
	created: ['data', 'exist'],
	changed: ['data', 'exist'],
	children: ['child'],
	deleted: ['data', 'exist', 'child'],
};

/** Who waits for what: many listeners on one server watch. Keyed by server paths, so that one connection serves every chroot and namespace. */
export class Watches {
	readonly standIns: StandIns = new StandIns();
	readonly asked: AskedWatches = new AskedWatches();
	readonly #oneShot: Readonly<Record<OneShotTable, Listeners<WatchListener, Wanted>>> = {
		data: new Map(),
		exist: new Map(),
		child: new Map(),
	};
	readonly #persistent: Readonly<Record<PersistentMode, Listeners<PersistentListener>>> = {
		persistent: new Map(),
		recursive: new Map(),
	};

	add(table: OneShotTable, serverPath: string, listener: WatchListener, path: string, owner?: WatchOwner): void {
		addTo(this.#oneShot[table], serverPath, listener, {path, owner});
	}

	/** An owner's listeners, also those that a read under way is about to leave. @param owner `undefined` for what ends with the session */
	listenersOf(kind: WatchKind, serverPath: string, owner: WatchOwner | undefined): readonly WatchListener[] {
		const waiting = tablesByKind[kind].flatMap(table => [...(this.#oneShot[table].get(serverPath) ?? [])]);
		return [
			...waiting.filter(([, wanted]) => wanted.owner === owner).map(([listener]) => listener),
			...this.asked.of(kind, serverPath).flatMap(read => (read.owner === owner ? [read.listener] : [])),
		];
	}

	/** Listeners wait no more, nor will they once a read under way is answered. Returns whether that has left the server's watch with nobody waiting. */
	remove(kind: WatchKind, serverPath: string, listeners: readonly WatchListener[]): boolean {
		const removed = listeners.flatMap(listener => [
			this.asked.giveUp(kind, serverPath, listener),
			...tablesByKind[kind].map(table => removeFrom(this.#oneShot[table], serverPath, listener)),
		]);
		return removed.includes(true) && !this.isWanted(kind, serverPath);
	}

	/** Tells the one-shot listeners of an owner that they are lost, and forgets them. Returns which server watches have nobody waiting any more. */
	drop(owner: WatchOwner): {readonly serverPath: string; readonly kind: WatchKind}[] {
		const dropped: Listeners<WatchListener> = new Map();
		const left: Record<WatchKind, Set<string>> = {data: new Set(), child: new Set()};
		for (const [name, table] of Object.entries(this.#oneShot) as [OneShotTable, Listeners<WatchListener, Wanted>][]) {
			for (const [serverPath, listeners] of table) {
				for (const [listener, wanted] of listeners) {
					if (wanted.owner !== owner) continue;
					removeFrom(table, serverPath, listener);
					addTo(dropped, serverPath, listener, wanted.path);
					left[name === 'child' ? 'child' : 'data'].add(serverPath);
				}
			}
		}
		tellLost(dropped);
		return (['data', 'child'] as const).flatMap(kind =>
			[...left[kind]].filter(serverPath => !this.isWanted(kind, serverPath)).map(serverPath => ({serverPath, kind})),
		);
	}

	/** Whether somebody waits for the server's one-shot watch of this kind, or is about to. */
	isWanted(kind: WatchKind, serverPath: string): boolean {
		return this.asked.has(kind, serverPath) || tablesByKind[kind].some(table => this.#oneShot[table].has(serverPath));
	}

	addPersistent(mode: PersistentMode, serverPath: string, listener: PersistentListener, path: string): void {
		addTo(this.#persistent[mode], serverPath, listener, path);
	}

	removePersistent(mode: PersistentMode, serverPath: string, listener: PersistentListener): void {
		removeFrom(this.#persistent[mode], serverPath, listener);
	}

	/** As what the server is to watch this path persistently, if at all: the recursive watch tells all that the other would, when its events are read with `standIns`. */
	modeOf(serverPath: string): PersistentMode | undefined {
		if (this.#persistent.recursive.has(serverPath)) return 'recursive';
		return this.#persistent.persistent.has(serverPath) ? 'persistent' : undefined;
	}

	/** Whether a read under way asks for a watch of the path. */
	isAsked(serverPath: string): boolean {
		return this.asked.has('data', serverPath) || this.asked.has('child', serverPath);
	}

	/** How many listeners wait. */
	get counts(): {readonly oneShot: number; readonly persistent: number} {
		const count = (tables: object): number =>
			(Object.values(tables) as Listeners<unknown, unknown>[])
				.flatMap(table => [...table.values()])
				.reduce((sum, listeners) => sum + listeners.size, 0);
		return {oneShot: count(this.#oneShot), persistent: count(this.#persistent)};
	}

	deliver(event: WatchedEvent): void {
		noticeWatch(() => ({event: 'fired', type: event.type, path: event.path}));
		const isRepeated = this.standIns.isRepeated(event);
		this.#tellOneShot(event);
		if (!isRepeated) this.#tellPersistent(event);
		const implied = this.standIns.implied(event);
		if (!implied) return;
		this.#tellOneShot(implied);
		this.#tellPersistent(implied);
	}

	#tellOneShot({type, path: serverPath}: WatchedEvent): void {
		const told = new Map<WatchListener, string>();
		for (const table of consumes[type]) {
			for (const [listener, {path}] of this.#oneShot[table].get(serverPath) ?? []) told.set(listener, path);
			this.#oneShot[table].delete(serverPath);
		}
		for (const [listener, path] of told) callIsolated(listener, {type, path});
	}

	#tellPersistent({type, path: serverPath}: WatchedEvent): void {
		for (const [listener, path] of this.#persistent.persistent.get(serverPath) ?? [])
			callIsolated(listener, {type, path});
		// A child watch of a listener below makes the server send `children` events that a recursive watch does not promise.
		if (type === 'children') return;
		for (const [root, listeners] of this.#persistent.recursive) {
			if (serverPath !== root && root !== '/' && !serverPath.startsWith(`${root}/`)) continue;
			const below = root === '/' ? (serverPath === '/' ? '' : serverPath) : serverPath.slice(root.length);
			for (const [listener, path] of listeners)
				callIsolated(listener, {type, path: path === '/' && below !== '' ? below : path + below});
		}
	}

	/** The connection was away: what persistent watches missed is not told by the server. */
	missed(): void {
		noticeWatch(() => ({event: 'missed', count: this.counts.persistent}));
		for (const mode of ['persistent', 'recursive'] as const) {
			for (const listeners of this.#persistent[mode].values()) {
				for (const [listener, path] of listeners) callIsolated(listener, {type: 'missed', path});
			}
		}
	}

	/** The session is over: every one-shot listener is told and forgotten. Persistent ones stay, to be armed again in the next session. */
	lost(): void {
		noticeWatch(() => ({event: 'lost', count: this.counts.oneShot}));
		// Once for each path a listener waits on, by however many watches.
		const told: Listeners<WatchListener> = new Map();
		for (const table of Object.values(this.#oneShot)) {
			for (const [serverPath, listeners] of table)
				for (const [listener, {path}] of listeners) addTo(told, serverPath, listener, path);
			table.clear();
		}
		tellLost(told);
	}

	persistentWatches(): {readonly mode: PersistentMode; readonly path: string}[] {
		const {persistent, recursive} = this.#persistent;
		return [
			...[...persistent.keys()].filter(path => !recursive.has(path)).map(path => ({mode: 'persistent', path}) as const),
			...[...recursive.keys()].map(path => ({mode: 'recursive', path}) as const),
		];
	}

	/**
	 * Whether a persistent watch tells all that a one-shot watch would, so that the server need not be asked for one. Before 3.9 it must not be: the one-shot watch would take the
	 * place of the persistent one of the same path (ZOOKEEPER-4466).
	 */
	isCovered(table: OneShotTable, serverPath: string): boolean {
		const {persistent, recursive} = this.#persistent;
		return persistent.has(serverPath) || (table !== 'child' && recursive.has(serverPath));
	}

	/** What one path's listeners need of a server, if there are any. */
	tablesOf(serverPath: string): WatchTables | undefined {
		const of = (listeners: Listeners<unknown, unknown>): string[] => (listeners.has(serverPath) ? [serverPath] : []);
		const {data, exist, child} = this.#oneShot;
		const {persistent, recursive} = this.#persistent;
		const tables = {
			data: of(data),
			exist: of(exist),
			child: of(child),
			persistent: recursive.has(serverPath) ? [] : of(persistent),
			recursive: of(recursive),
		};
		return Object.values(tables).some(paths => paths.length > 0) ? tables : undefined;
	}

	/** What has to be re-armed after a reconnect, in frames of bounded size. @param maxLength of a request to the server, bytes */
	*frames(maxLength: number): Generator<WatchTables> {
		const maxBytes = Math.min(maxBytesPerFrame, maxLength - frameOverhead);
		let tables = emptyTables();
		let bytes = 0;
		for (const [name, paths] of Object.entries({...this.#oneShot, ...this.#persistent}) as [
			keyof WatchTables,
			Listeners<unknown, unknown>,
		][]) {
			for (const path of paths.keys()) {
				if (name === 'persistent' && this.#persistent.recursive.has(path)) continue;
				const size = Buffer.byteLength(path) + 4;
				if (bytes > 0 && bytes + size > maxBytes) {
					yield tables;
					tables = emptyTables();
					bytes = 0;
				}
				tables[name].push(path);
				bytes += size;
			}
		}
		if (bytes > 0) yield tables;
	}
}

function emptyTables(): Record<keyof WatchTables, string[]> {
	return {data: [], exist: [], child: [], persistent: [], recursive: []};
}

function tellLost(lost: Listeners<WatchListener>): void {
	for (const listeners of lost.values())
		for (const [listener, path] of listeners) callIsolated(listener, {type: 'lost', path});
}

function addTo<Listener, Value>(
	table: Listeners<Listener, Value>,
	serverPath: string,
	listener: Listener,
	value: Value,
): void {
	let listeners = table.get(serverPath);
	if (!listeners) table.set(serverPath, (listeners = new Map()));
	listeners.set(listener, value);
}

function removeFrom<Listener, Value>(
	table: Listeners<Listener, Value>,
	serverPath: string,
	listener: Listener,
): boolean {
	const listeners = table.get(serverPath);
	const removed = listeners?.delete(listener) ?? false;
	if (listeners?.size === 0) table.delete(serverPath);
	return removed;
}
