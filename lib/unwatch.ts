import type {Caller} from './caller.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {validatePath} from './paths.ts';
import type {Cancellable} from './util/cancellable.ts';
import type {WatchListener} from './znode.ts';

/** Forgets a listener at once, and takes the server's watch back when nobody else waits for it. */
export async function unwatch(
	{session, chroot}: Caller,
	path: string,
	listener: WatchListener,
	{signal}: Cancellable,
): Promise<void> {
	validatePath(path);
	const serverPath = chroot.toServer(path);
	const orphaned = session.watches.remove(serverPath, listener);
	// Without a connection there is no server watch; the next connection restores only what is still wanted.
	if (session.state.status !== 'connected') return;
	const removed = orphaned.map(kind => session.serverWatches.remove(serverPath, kind, {operation: 'unwatch', path}));
	await unlessAborted(Promise.all(removed), signal, `unwatch ${path}`);
}
