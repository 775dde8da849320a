import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {resolveCurator} from '../../../lib/testing/curator-jars.ts';
import {kazooPython} from '../../../lib/testing/kazoo-python.ts';
import {goProgram} from './go-program.ts';
import type {PeerKind} from './peer-kind.ts';

/** What starts a worker that is no Node.js. */
export type PeerProgram = {readonly command: string; readonly args: readonly string[]};

export type PeerProgramOptions = {
	readonly signal: AbortSignal;
	/** Told what takes a while, when it is needed first. */
	readonly onProgress: (message: string) => void;
};

/** The sources are not compiled with the rest, hence not in `dist`. */
const sources = fileURLToPath(new URL('../../../../bin/bench/peers', import.meta.url));

/**
 * Makes sure that a peer can be run: what it needs is fetched or built once, and kept in the cache folder.
 *
 * @throws {TestingError} `JARS_MISSING`, `PYTHON_MISSING` @throws {BenchError} `PEER_MISSING` @throws {AbortedError}
 */
export async function peerProgram(kind: PeerKind, {signal, onProgress}: PeerProgramOptions): Promise<PeerProgram> {
	if (kind === 'curator') {
		const jars = await resolveCurator({signal, onDownload: file => onProgress(`fetching ${file}`)});
		const home = process.env['JAVA_HOME'];
		const memory = ['-Xmx512m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
		// Java compiles it by itself.
		const source = path.join(sources, 'CuratorPeer.java');
		return {
			command: home ? path.join(home, 'bin', 'java') : 'java',
			args: [...memory, '-cp', jars.join(path.delimiter), source],
		};
	}
	if (kind === 'kazoo') {
		const command = await kazooPython({signal, onInstall: () => onProgress('installing kazoo')});
		return {command, args: [path.join(sources, 'kazoo_peer.py')]};
	}
	const folder = path.join(sources, 'go-zookeeper');
	return {command: await goProgram(folder, {signal, onBuild: () => onProgress('building with go')}), args: []};
}
