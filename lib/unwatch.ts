import type {Caller} from './caller.ts';
import {configPath} from './reconfig.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {validatePath} from './paths.ts';
import type {Cancellable} from './util/cancellable.ts';
import type {WatchListener} from './znode.ts';

const kinds = ['data', 'child'] as const;

/** Forgets a listener at once, and takes the server's watch back when nobody else waits for it. */
export async function unwatch(
	{session, chroot}: Caller,
	path: string,
	listener: WatchListener,
	{signal}: Cancellable,
): Promise<void> {
	validatePath(path);
	// That of the ensemble's configuration is left outside of the client's root.
	const serverPaths = new Set([chroot.toServer(path), ...(path === configPath ? [path] : [])]);
	const orphaned = [...serverPaths].flatMap(serverPath =>
		kinds.filter(kind => session.watches.remove(kind, serverPath, listener)).map(kind => ({serverPath, kind})),
	);
	// Without a connection there is no server watch; the next connection restores only what is still wanted.
	if (!session.isOpen) return;
	const removed = orphaned.map(({serverPath, kind}) =>
		session.serverWatches.remove(serverPath, kind, {operation: 'unwatch', path}),
	);
	await unlessAborted(Promise.all(removed), signal, `unwatch ${path}`);
}
