import {createHash} from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {InvalidArgumentError} from '../errors/argument-error.ts';
import {cachedJars, type MavenOptions, mavenJars} from './maven.ts';

/**
 * The jars of some Maven artifacts, `group:artifact:version`, with everything they need at run time; fetched once and kept in the cache
 * folder like those of the servers.
 *
 * @throws {InvalidArgumentError} @throws {AbortedError} @throws {TestingError} `JARS_MISSING`
 */
export async function resolveArtifacts(coordinates: readonly string[], options: MavenOptions = {}): Promise<string[]> {
	for (const coordinate of coordinates) {
		if (!/^[\w.-]+:[\w.-]+:[\w.-]+$/.test(coordinate))
			throw new InvalidArgumentError('coordinates', coordinate, 'group:artifact:version');
	}
	const name = folderName(coordinates);
	const cached = await cachedJars(name);
	if (cached) return cached;
	const folder = await mkdtemp(join(tmpdir(), 'docent-pom-'));
	try {
		const pom = join(folder, 'pom.xml');
		await writeFile(pom, pomOf(coordinates));
		return await mavenJars(name, 'copy-dependencies', ['-f', pom, '-DincludeScope=runtime'], options);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

function folderName(coordinates: readonly string[]): string {
	const [, artifact, version] = coordinates[0]?.split(':') ?? [];
	const others =
		coordinates.length > 1 ? `-${createHash('sha256').update(coordinates.join()).digest('hex').slice(0, 8)}` : '';
	return `${artifact}-${version}${others}`;
}

function pomOf(coordinates: readonly string[]): string {
	const dependencies = coordinates.map(coordinate => {
		const [group, artifact, version] = coordinate.split(':');
		return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
	});
	return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>docent</groupId>
<artifactId>artifacts</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('\n')}</dependencies></project>
`;
}
