import {spawn} from 'node:child_process';
import {mkdir, readdir, rename, rm} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {throwIfAborted} from './check-options.ts';
import {withLockFile} from './lock-file.ts';
import {TestingError} from './testing-error.ts';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:2.10';

export type MavenOptions = {
	/** Called with the name of each file that Maven fetched. */
	readonly onDownload?: ((file: string) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
};

/** Where resolved jars are kept between runs: `$XDG_CACHE_HOME/docent`, else `~/.cache/docent`. */
export function jarCache(): string {
	return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'docent');
}

/** The jars of one folder of the cache, or `undefined` if it was not filled yet. */
export async function cachedJars(name: string): Promise<string[] | undefined> {
	return jarsIn(join(jarCache(), name));
}

/** The jars in `folder`, or `undefined` if there is no such folder. */
export async function jarsIn(folder: string): Promise<string[] | undefined> {
	try {
		const files = await readdir(folder);
		return files.filter(file => file.endsWith('.jar')).map(file => join(folder, file));
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
			return undefined;
		throw error;
	}
}

/**
 * Fills the folder `name` of the cache by one goal of Maven's dependency plugin, and says which jars it holds. The folder appears
 * whole or not at all, so any number of processes may ask at once.
 */
export async function mavenJars(
	name: string,
	goal: 'copy' | 'copy-dependencies',
	mavenArguments: readonly string[],
	{onDownload, signal}: MavenOptions = {},
): Promise<string[]> {
	const cache = jarCache();
	await mkdir(cache, {recursive: true});
	// Maven's local repository is not made for several writers, and each of them wants a whole core.
	return withLockFile(join(cache, 'maven.lock'), {doing: 'fetching jars', signal}, async () => {
		const filled = await cachedJars(name);
		if (filled) return filled;
		const partial = join(cache, `${name}.partial-${process.pid}`);
		await rm(partial, {recursive: true, force: true});
		try {
			await mkdir(partial);
			await runMaven([...mavenArguments, `-DoutputDirectory=${partial}`, `${PLUGIN}:${goal}`], onDownload, signal);
			await rename(partial, join(cache, name)).catch(async (error: unknown) => {
				if ((await cachedJars(name)) === undefined) throw error;
			});
		} finally {
			await rm(partial, {recursive: true, force: true});
		}
		return (await cachedJars(name)) ?? [];
	});
}

async function runMaven(
	mavenArguments: readonly string[],
	onDownload: ((file: string) => void) | undefined,
	signal: AbortSignal | undefined,
): Promise<void> {
	throwIfAborted(signal, 'fetching jars');
	const child = spawn('mvn', ['-B', ...mavenArguments], {stdio: ['ignore', 'pipe', 'pipe'], signal});
	const output: string[] = [];
	const read = (line: string): void => {
		const file = /^\[INFO\] Downloaded from \S+: \S+\/([^/\s]+) /.exec(line)?.[1];
		if (file) onDownload?.(file);
		else if (!line.includes('Downloading from')) output.push(line);
	};
	createInterface({input: child.stdout}).on('line', read);
	createInterface({input: child.stderr}).on('line', read);
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	}).catch((error: unknown) => {
		throwIfAborted(signal, 'fetching jars');
		throw new TestingError('JARS_MISSING', `Maven (mvn) could not be run`, {cause: error});
	});
	if (code !== 0)
		throw new TestingError('JARS_MISSING', `Maven ended with code ${String(code)}:\n${output.slice(-30).join('\n')}`);
}
