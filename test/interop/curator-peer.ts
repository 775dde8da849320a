import {delimiter, join} from 'node:path';
import {resolveCurator} from '../../lib/testing/curator-jars.ts';
import {repository} from '../helpers/repository.ts';
import {PipedPeer} from './piped-peer.ts';

/** A real Curator client. */
export async function curatorPeer(connectString: string): Promise<PipedPeer> {
	const options = ['-Xmx128m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
	const jars = await resolveCurator();
	// Java compiles it by itself; the source lies in the repository, not in `dist`.
	const source = join(repository, 'test/interop/CuratorPeer.java');
	return PipedPeer.start('java', [...options, '-cp', jars.join(delimiter), source, connectString]);
}
