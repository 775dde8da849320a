import {join} from 'node:path';
import {kazooPython} from '../../lib/testing/kazoo-python.ts';
import {repository} from '../helpers/repository.ts';
import {PipedPeer} from './piped-peer.ts';

/** A real kazoo client. */
export async function kazooPeer(connectString: string): Promise<PipedPeer> {
	return PipedPeer.start(await kazooPython(), [join(repository, 'test/interop/kazoo_peer.py'), connectString]);
}
