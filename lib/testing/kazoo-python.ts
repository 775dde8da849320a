import {execFile} from 'node:child_process';
import {access, mkdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {throwIfAborted} from './check-options.ts';
import {withLockFile} from './lock-file.ts';
import {jarCache} from './maven.ts';
import {TestingError} from './testing-error.ts';

const VERSION = '2.11.0';
const isWindows = process.platform === 'win32';
const run = promisify(execFile);

export type KazooPythonOptions = {
	/** Called when it is not there yet and is about to be installed. */
	readonly onInstall?: (() => void) | undefined;
	readonly signal?: AbortSignal | undefined;
};

/**
 * A Python interpreter that finds kazoo: `KAZOO_PYTHON` if set, else one of a virtual environment in the cache folder, made with `python3` and its pip when it is
 * asked for first. The environment appears whole or not at all, so any number of processes may ask at once.
 *
 * @throws {AbortedError} by the signal
 * @throws {TestingError} `PYTHON_MISSING`
 */
export async function kazooPython({onInstall, signal}: KazooPythonOptions = {}): Promise<string> {
	const given = process.env['KAZOO_PYTHON'];
	if (given) return given;
	const cache = jarCache();
	const folder = join(cache, `kazoo-${VERSION}`);
	const python = interpreterIn(folder);
	if (await isThere(python)) return python;
	await mkdir(cache, {recursive: true});
	const doing = 'installing kazoo';
	return withLockFile(join(cache, 'kazoo.lock'), {doing, signal}, async () => {
		if (await isThere(python)) return python;
		onInstall?.();
		const partial = `${folder}.partial-${process.pid}`;
		try {
			throwIfAborted(signal, doing);
			await run(isWindows ? 'python' : 'python3', ['-m', 'venv', partial], {signal});
			const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `kazoo==${VERSION}`];
			await run(interpreterIn(partial), pip, {signal});
			// What an interpreter was pointed at and is there no more.
			await rm(folder, {recursive: true, force: true});
			await rename(partial, folder);
		} catch (error) {
			throwIfAborted(signal, doing);
			throw new TestingError(
				'PYTHON_MISSING',
				`kazoo ${VERSION} could not be installed. Either install Python 3.8 or newer with venv and pip (python3 on the PATH, with a way to a ` +
					`package index), or set KAZOO_PYTHON to an interpreter that finds kazoo. ${reasonOf(error)}`,
				{cause: error},
			);
		} finally {
			await rm(partial, {recursive: true, force: true});
		}
		return python;
	});
}

function interpreterIn(environment: string): string {
	return isWindows ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');
}

/** Follows links: a virtual environment whose Python was uninstalled is made anew. */
async function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}

function reasonOf(error: unknown): string {
	const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
	return output === '' ? String(error) : output.slice(-2000);
}
