import {BenchError} from '../bench-error.ts';
import {type StartWorker, WorkerProcess} from '../worker-process.ts';
import type {Security} from '../security.ts';
import {KeyStore} from './key-store.ts';
import {type PeerKind, peerFacts} from './peer-kind.ts';
import {PeerProcess} from './peer-process.ts';
import {peerProgram, type PeerProgramOptions} from './peer-program.ts';

/** Whoever does the work: workers of ours, or of a peer. */
export interface Crew extends AsyncDisposable {
	/** The client library's. */
	readonly name: string;
	readonly start: StartWorker;
}

/** @throws {TestingError} `JARS_MISSING`, `PYTHON_MISSING` @throws {BenchError} `USAGE`, `PEER_MISSING` @throws {AbortedError} */
export async function openCrew(
	peer: PeerKind | undefined,
	security: Security,
	options: PeerProgramOptions,
): Promise<Crew> {
	if (peer === undefined)
		return {
			name: 'Docent',
			start: (orders, onReport, onFailure) => new WorkerProcess(orders, onReport, onFailure),
			async [Symbol.asyncDispose]() {},
		};
	const {name} = peerFacts[peer];
	if (security.sasl)
		throw new BenchError('USAGE', `--peer ${peer}: SASL is not for peers; a digest credential and TLS are`);
	const program = await peerProgram(peer, options);
	const keyStore = await KeyStore.create(security);
	return {
		name,
		start: (orders, onReport, onFailure) =>
			new PeerProcess(name, program, {...orders, security: keyStore.security}, onReport, onFailure),
		async [Symbol.asyncDispose]() {
			await keyStore[Symbol.asyncDispose]();
		},
	};
}
