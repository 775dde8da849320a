import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {access, mkdir, readdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {AbortedError} from '../../../lib/index.ts';
import {jarCache} from '../../../lib/testing/maven.ts';
import {BenchError} from '../bench-error.ts';

const run = promisify(execFile);

export type GoProgramOptions = {
	readonly signal?: AbortSignal | undefined;
	/** Called when it is not there yet and is about to be built. */
	readonly onBuild?: (() => void) | undefined;
};

/**
 * The executable of a Go module, built when it is asked for first and kept in the cache folder until its sources change.
 *
 * @param folder the module's
 * @throws {BenchError} `PEER_MISSING` @throws {AbortedError}
 */
export async function goProgram(folder: string, {signal, onBuild}: GoProgramOptions = {}): Promise<string> {
	const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
	for (const file of (await readdir(folder)).sort()) hash.update(await readFile(path.join(folder, file)));
	const suffix = process.platform === 'win32' ? '.exe' : '';
	const program = path.join(jarCache(), `go-${hash.digest('hex').slice(0, 16)}${suffix}`);
	if (await isThere(program)) return program;
	onBuild?.();
	// Built beside and then renamed: whoever else builds it at this time does no harm.
	const partial = `${program}.partial-${process.pid}`;
	try {
		await mkdir(jarCache(), {recursive: true});
		await run('go', ['build', '-mod=readonly', '-o', partial, '.'], {cwd: folder, signal});
		await rename(partial, program);
		return program;
	} catch (error) {
		if (signal?.aborted) throw new AbortedError('build with go', signal.reason);
		throw new BenchError('PEER_MISSING', reasonOf(error), {cause: error});
	} finally {
		await rm(partial, {force: true});
	}
}

function reasonOf(error: unknown): string {
	const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
	if (isMissing) return 'go-zookeeper needs Go 1.20 or newer: install it, so that `go` is on the PATH';
	const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
	return `go-zookeeper could not be built: ${stderr.split('\n').at(-1) || String(error)}`;
}

async function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
