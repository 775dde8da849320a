import {InvalidArgumentError} from '../errors/argument-error.ts';

/** A release line of ZooKeeper, or one exact release such as `'3.8.6'`. */
export type ZooKeeperVersion = '3.9' | '3.8' | (string & {});

/** A release line of Kafka, or one exact release such as `'4.1.1'`. */
export type KafkaVersion = '3.9' | '4.1' | (string & {});

const LATEST = {
	zookeeper: {'3.9': '3.9.6', '3.8': '3.8.7'},
	kafka: {'3.9': '3.9.2', '4.1': '4.1.2'},
} as const;

/** The two servers that can be started. */
export type ServerKind = keyof typeof LATEST;

/** The release that `version` stands for. */
export function exactVersion(kind: ServerKind, version: string = '3.9'): string {
	const latest: Readonly<Record<string, string>> = LATEST[kind];
	const exact = Object.hasOwn(latest, version) ? latest[version] : version;
	if (exact !== undefined && /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(exact)) return exact;
	const lines = Object.keys(latest).join(', ');
	throw new InvalidArgumentError('version', version, `one of ${lines}, or an exact release of ${kind}`);
}

/** Every release that a release line stands for, the defaults first. */
export const defaultVersions: Readonly<Record<ServerKind, readonly string[]>> = {
	zookeeper: Object.values(LATEST.zookeeper),
	kafka: Object.values(LATEST.kafka),
};
