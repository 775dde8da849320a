/**
 * Real servers for tests: {@link TestingServer} and {@link TestingCluster} (ZooKeeper), {@link TestingBroker} (Kafka), and
 * {@link FaultProxy} to come between a client and a server. Nothing is mocked.
 *
 * They need Linux or macOS, a JDK of version 17 or later, and either Maven or an unpacked release named by `ZOOKEEPER_HOME` or
 * `KAFKA_HOME`. What Maven resolves is kept in `$XDG_CACHE_HOME/docent` or `~/.cache/docent`; {@link resolveJars} fetches it ahead of time.
 * Ports are free ones on 127.0.0.1, data is temporary, and no server outlives the process that started it, however that ended.
 *
 * @packageDocumentation
 */

/// <reference types="node" preserve="true" />
export {FaultProxy, type FaultProxyOptions} from './fault-proxy.ts';
export type {FaultRule, FrameMatch} from './fault-rule.ts';
export type {ProxyProtocol} from './frame-dissector.ts';
export type {HeldFrames} from './held-frames.ts';
export type {KafkaOperation} from './kafka-operations.ts';
export type {ProxiedFrame, ProxiedOperation, ReplyFrame, RequestFrame} from './proxied-frame.ts';
export type {ProxyDirection} from './proxy-connection.ts';
export type {ProxyRecording, RecordedRequest, RecordingOptions} from './proxy-recording.ts';
export {type JarProgress, type ResolveJarsOptions, resolveJars} from './server-jars.ts';
export type {KafkaVersion, ServerKind, ZooKeeperVersion} from './server-versions.ts';
export {TestingBroker, type TestingBrokerOptions} from './testing-broker.ts';
export {TestingCluster, type TestingClusterOptions} from './testing-cluster.ts';
export {TestingError, type TestingErrorCode} from './testing-error.ts';
export {TestingServer, type TestingServerOptions} from './testing-server.ts';
export type {ZooKeeperOperation} from './zookeeper-operations.ts';
