export {type JarProgress, type ResolveJarsOptions, resolveJars} from './server-jars.ts';
export type {KafkaVersion, ServerKind, ZooKeeperVersion} from './server-versions.ts';
export {TestingBroker, type TestingBrokerOptions} from './testing-broker.ts';
export {TestingError, type TestingErrorCode} from './testing-error.ts';
export {TestingServer, type TestingServerOptions} from './testing-server.ts';
