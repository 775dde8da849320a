import type {Caller} from './caller.ts';
import type {UnwatchOptions} from './client.ts';
import type {WatchKind} from './driver/operation.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {validatePath} from './paths.ts';
import {configPath} from './reconfig.ts';
import type {WatchListener} from './znode.ts';

const kindsOf = {data: ['data'], children: ['child']} as const;

/** Forgets a listener at once, and takes the server's watch back when nobody else waits for it. */
export async function unwatch(
	caller: Caller,
	path: string,
	listener: WatchListener,
	options: UnwatchOptions,
): Promise<void> {
	await forget(caller, path, () => [listener], options);
}

/** The same with all listeners of the client, or of the namespace. */
export async function unwatchAll(caller: Caller, path: string, options: UnwatchOptions): Promise<void> {
	const {session, namespace} = caller;
	await forget(caller, path, (kind, serverPath) => session.watches.listenersOf(kind, serverPath, namespace), options);
}

async function forget(
	{session, chroot}: Caller,
	path: string,
	listenersOf: (kind: WatchKind, serverPath: string) => readonly WatchListener[],
	{kind, signal}: UnwatchOptions,
): Promise<void> {
	validatePath(path);
	if (kind !== undefined && !Object.hasOwn(kindsOf, kind))
		throw new InvalidArgumentError('options.kind', kind, 'data or children');
	const kinds: readonly WatchKind[] = kind ? kindsOf[kind] : ['data', 'child'];
	// That of the ensemble's configuration is left outside of the client's root.
	const serverPaths = new Set([chroot.toServer(path), ...(path === configPath ? [path] : [])]);
	const orphaned = [...serverPaths]
		.flatMap(serverPath => kinds.map(each => ({serverPath, kind: each})))
		.filter(each => session.watches.remove(each.kind, each.serverPath, listenersOf(each.kind, each.serverPath)));
	// Without a connection there is no server watch; the next connection restores only what is still wanted.
	if (!session.isOpen) return;
	const removed = orphaned.map(each =>
		session.serverWatches.remove(each.serverPath, each.kind, {operation: 'unwatch', path}),
	);
	await unlessAborted(Promise.all(removed), signal, `unwatch ${path}`);
}
