import {readlink, rm, symlink} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {throwIfAborted} from './check-options.ts';

type LockFileOptions = {
	/** What an `AbortedError` says was aborted. */
	readonly doing: string;
	readonly signal?: AbortSignal | undefined;
};

/**
 * Runs `run` while no other process of this machine does so under the same lock file. The lock of a process that died is taken over.
 *
 * @throws {AbortedError} by the signal, while waiting
 */
export async function withLockFile<T>(
	path: string,
	{doing, signal}: LockFileOptions,
	run: () => Promise<T>,
): Promise<T> {
	while (!(await tryLock(path))) {
		throwIfAborted(signal, doing);
		await sleep(200);
	}
	try {
		return await run();
	} finally {
		await rm(path, {force: true});
	}
}

async function tryLock(path: string): Promise<boolean> {
	try {
		// A link to nowhere, because it is made together with its content: the owner.
		await symlink(String(process.pid), path);
		return true;
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
	}
	const owner = Number(await readlink(path).catch(() => ''));
	// Two may find a dead owner at once and both go on: that costs a second run, the folders stay whole.
	if (owner > 0 && !isAlive(owner)) await rm(path, {force: true});
	return false;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}
