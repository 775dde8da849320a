import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {cachedJars, jarsIn, mavenJars, type MavenOptions} from './maven.ts';
import {defaultVersions, exactVersion, type ServerKind} from './server-versions.ts';
import {TestingError} from './testing-error.ts';

// From dist/lib/testing back to the sources: the package ships this one file of them.
const POM = fileURLToPath(new URL('../../../lib/testing/pom.xml', import.meta.url));

const HOMES = {
	zookeeper: {variable: 'ZOOKEEPER_HOME', folder: 'lib', goal: 'copy'},
	kafka: {variable: 'KAFKA_HOME', folder: 'libs', goal: 'copy-dependencies'},
} as const;

/**
 * The jars of one server: those of `ZOOKEEPER_HOME` (`lib/*.jar`) or `KAFKA_HOME` (`libs/*.jar`) if set, whatever `version` says;
 * else those that Maven resolves, kept in the cache folder.
 *
 * @throws {InvalidArgumentError} if there can be no such release
 * @throws {AbortedError} by the signal
 * @throws {TestingError} `JARS_MISSING`
 */
export async function serverJars(kind: ServerKind, version?: string, options: MavenOptions = {}): Promise<string[]> {
	const exact = exactVersion(kind, version);
	const {variable, folder, goal} = HOMES[kind];
	const home = process.env[variable];
	if (home) {
		const jars = await jarsIn(join(home, folder));
		if (jars && jars.length > 0) return jars;
		throw new TestingError('JARS_MISSING', `${variable} is ${home}, but there are no jars in ${join(home, folder)}`);
	}
	const name = `${kind}-${exact}`;
	const cached = await cachedJars(name);
	if (cached) return cached;
	const selection = ['-f', POM, '-P', kind, `-D${kind}.version=${exact}`, '-DincludeScope=runtime'];
	try {
		return await mavenJars(name, goal, selection, options);
	} catch (error) {
		if (!(error instanceof TestingError) || error.code !== 'JARS_MISSING') throw error;
		throw new TestingError(
			'JARS_MISSING',
			`there are no jars for ${kind} ${exact}. Either install Maven (mvn on the PATH, with a way to a repository), ` +
				`or unpack a release of ${kind} and set ${variable} to its folder. ${error.message}`,
			{cause: error},
		);
	}
}

/** One step of {@link resolveJars}. */
export type JarProgress = {
	readonly kind: ServerKind;
	readonly version: string;
	/** `fetching` comes once at the start and once with each downloaded `file`; `ready` once at the end. */
	readonly state: 'fetching' | 'ready';
	readonly file?: string;
};

export type ResolveJarsOptions = {
	/** @default the newest of each release line: 3.9 and 3.8 of ZooKeeper, 3.9 and 4.1 of Kafka */
	readonly servers?: readonly {readonly kind: ServerKind; readonly version: string}[];
	readonly onProgress?: (progress: JarProgress) => void;
	readonly signal?: AbortSignal;
};

/**
 * Fetches the jars of several servers ahead of the tests that start them, so that no test waits for a download.
 *
 * @throws {InvalidArgumentError} if there can be no such release
 * @throws {AbortedError} by the signal
 * @throws {TestingError} `JARS_MISSING`
 */
export async function resolveJars({
	servers = allServers(),
	onProgress,
	signal,
}: ResolveJarsOptions = {}): Promise<void> {
	const exact = servers.map(({kind, version}) => ({kind, version: exactVersion(kind, version)}));
	for (const {kind, version} of exact) {
		onProgress?.({kind, version, state: 'fetching'});
		const onDownload = (file: string): void => onProgress?.({kind, version, state: 'fetching', file});
		await serverJars(kind, version, {onDownload, signal});
		onProgress?.({kind, version, state: 'ready'});
	}
}

function allServers(): {kind: ServerKind; version: string}[] {
	const of = (kind: ServerKind): {kind: ServerKind; version: string}[] =>
		defaultVersions[kind].map(version => ({kind, version}));
	return [...of('zookeeper'), ...of('kafka')];
}
