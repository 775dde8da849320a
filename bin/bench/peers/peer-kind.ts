import type {Workload} from '../workload.ts';

export type PeerKind = 'curator' | 'kazoo' | 'go';

type PeerFacts = {
	/** For people, with its version. */
	readonly name: string;
	/** What it has a recipe for. */
	readonly workloads: readonly Workload['kind'][];
};

export const peerFacts: Readonly<Record<PeerKind, PeerFacts>> = {
	curator: {name: 'Curator 5.9.0', workloads: ['lock', 'rwlock', 'semaphore', 'election', 'raw']},
	kazoo: {name: 'kazoo 2.11.0', workloads: ['lock', 'rwlock', 'semaphore', 'election', 'raw']},
	go: {name: 'go-zookeeper 1.0.4', workloads: ['lock', 'raw']},
};

export const peerKinds = Object.keys(peerFacts) as readonly PeerKind[];
