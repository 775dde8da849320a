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
