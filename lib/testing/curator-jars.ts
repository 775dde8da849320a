import type {MavenOptions} from './maven.ts';
import {resolveArtifacts} from './resolve-artifacts.ts';

const curator = ['org.apache.curator:curator-recipes:5.9.0', 'org.slf4j:slf4j-simple:1.7.36'];

/** The jars of Apache Curator's recipes, with everything they need. @throws {AbortedError} @throws {TestingError} `JARS_MISSING` */
export async function resolveCurator(options: MavenOptions = {}): Promise<string[]> {
	return resolveArtifacts(curator, options);
}
