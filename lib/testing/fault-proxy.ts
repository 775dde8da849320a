import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {InvalidArgumentError} from '../errors/argument-error.ts';
import type {Cancellable} from '../util/cancellable.ts';
import {checkInteger, throwIfAborted} from './check-options.ts';
import {FaultRule, type FrameFate, type FrameMatch} from './fault-rule.ts';
import type {ProxyProtocol} from './frame-dissector.ts';
import {freePort} from './free-port.ts';
import {HeldFrames} from './held-frames.ts';
import {kafkaOperations} from './kafka-operations.ts';
import type {ProxiedFrame, ProxiedOperation} from './proxied-frame.ts';
import {ProxyConnection, type ProxyDirection, type ProxyPolicy} from './proxy-connection.ts';
import {ProxyRecording, type RecordingOptions} from './proxy-recording.ts';
import {resetSocket} from './reset-socket.ts';
import {TestingError} from './testing-error.ts';
import {zooKeeperOperations} from './zookeeper-operations.ts';

export type FaultProxyOptions = Cancellable & {
	/** Where the server listens: `host:port`. It need not listen yet. */
	readonly target: string;
	/** How frames are read. @default 'raw' */
	readonly protocol?: ProxyProtocol;
	/** The port on 127.0.0.1 for clients. @default a free one */
	readonly port?: number;
};

const operations: Readonly<Record<ProxyProtocol, readonly ProxiedOperation[]>> = {
	zookeeper: zooKeeperOperations,
	kafka: kafkaOperations,
	raw: ['data'],
};

/**
 * A TCP proxy that makes a connection fail in every way that a network does: toxics by Toxiproxy's names for all of its connections, and
 * rules for single frames, told apart by what they ask for.
 *
 * ```ts
 * await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
 * await using client = await connect(proxy.address);
 *
 * const lost = proxy.resetOn({reply: 'create2'});     // the server creates, the client never hears of it
 * const held = proxy.hold({request: 'EndTxn'});       // with protocol 'kafka'
 * await held.arrived;
 * held.release();
 *
 * proxy.latency(10);
 * using recording = proxy.record();
 * await mutex.acquire();
 * recording.flights;                                  // round trips waited for
 * ```
 */
export class FaultProxy implements AsyncDisposable {
	/** The port on 127.0.0.1 for clients. */
	readonly port: number;
	readonly #target: {host: string; port: number};
	readonly #protocol: ProxyProtocol;
	readonly #connections = new Set<ProxyConnection>();
	/** Clients of a black hole. */
	readonly #swallowed = new Set<Socket>();
	readonly #rules = new Set<FaultRule>();
	readonly #observers = new Set<FaultRule>();
	readonly #recordings = new Set<ProxyRecording>();
	readonly #paused = new Set<ProxyDirection>();
	#latency: Readonly<Record<ProxyDirection, number>> = {upstream: 0, downstream: 0};
	#mode: 'open' | 'blackhole' | 'refuse' | 'closed' = 'refuse';
	#server: Server | undefined;
	#accepted = 0;

	private constructor(target: {host: string; port: number}, protocol: ProxyProtocol, port: number) {
		this.#target = target;
		this.#protocol = protocol;
		this.port = port;
	}

	/**
	 * Starts to listen.
	 *
	 * @throws {InvalidArgumentError} before anything is opened
	 * @throws {AbortedError} by the signal
	 */
	static async start({target, protocol = 'raw', port, signal}: FaultProxyOptions): Promise<FaultProxy> {
		const [, host, digits] = /^(.+):(\d{1,5})$/.exec(target) ?? [];
		const targetPort = Number(digits);
		if (host === undefined || targetPort < 1 || targetPort > 65_535)
			throw new InvalidArgumentError('target', target, 'host:port');
		if (!Object.hasOwn(operations, protocol))
			throw new InvalidArgumentError('protocol', protocol, Object.keys(operations).join(', '));
		checkInteger('port', port, 1, 65_535);
		throwIfAborted(signal, 'starting a proxy');
		const proxy = new FaultProxy({host, port: targetPort}, protocol, port ?? (await freePort()));
		await proxy.restore();
		return proxy;
	}

	/** `127.0.0.1:PORT`, to be used in place of the server's address. */
	get address(): string {
		return `127.0.0.1:${this.port}`;
	}

	/** How many clients are connected now. */
	get connections(): number {
		return this.#connections.size + this.#swallowed.size;
	}

	/** Everything takes `milliseconds` longer in each direction, or in the one given; 0 takes the toxic away. */
	latency(milliseconds: number, direction?: ProxyDirection): void {
		checkInteger('milliseconds', milliseconds, 0, 2 ** 31 - 1);
		const both = {upstream: milliseconds, downstream: milliseconds};
		this.#latency = direction ? {...this.#latency, [direction]: milliseconds} : both;
	}

	/** Keeps what comes, in both directions or in the one given, until {@link resume}. */
	pause(direction?: ProxyDirection): void {
		for (const each of directions(direction)) this.#setPaused(each, true);
	}

	/** Sends on what {@link pause} has kept. */
	resume(direction?: ProxyDirection): void {
		for (const each of directions(direction)) this.#setPaused(each, false);
	}

	#setPaused(direction: ProxyDirection, paused: boolean): void {
		if (paused) this.#paused.add(direction);
		else this.#paused.delete(direction);
		for (const connection of this.#connections) if (!connection.muted) connection.setPaused(direction, paused);
	}

	/** RST to both sides of every connection. New ones are accepted. */
	reset(): void {
		for (const connection of this.#connections) connection.reset();
		for (const socket of this.#swallowed) resetSocket(socket);
	}

	/** Half-open: connections stay, new ones are accepted, and nothing gets through, for good; {@link restore} resets them. */
	blackhole(): void {
		this.#open();
		this.#mode = 'blackhole';
		for (const connection of this.#connections) connection.mute();
	}

	/** Resets every connection and refuses new ones until {@link restore}. */
	refuse(): void {
		this.#open();
		this.#mode = 'refuse';
		this.#server?.close();
		this.#server = undefined;
		this.reset();
	}

	/** Takes all toxics away. Connections that lost bytes in a black hole are reset. Rules stay. */
	async restore(): Promise<void> {
		this.#open();
		this.latency(0);
		this.resume();
		for (const connection of this.#connections) if (connection.muted) connection.reset();
		for (const socket of this.#swallowed) resetSocket(socket);
		this.#mode = 'open';
		if (this.#server) return;
		const server = createServer({noDelay: true, allowHalfOpen: true}, socket => this.#accept(socket));
		this.#server = server;
		server.listen(this.port, '127.0.0.1');
		await once(server, 'listening');
	}

	/** Keeps the frames that match until the answer says what becomes of them. */
	hold(match: FrameMatch): HeldFrames {
		this.#check(match);
		const rule = new HeldFrames(match, this.#forget);
		this.#rules.add(rule);
		return rule;
	}

	/** The frames that match vanish; their connections live on, and whoever waits for them waits. */
	drop(match: FrameMatch): FaultRule {
		return this.#rule(match, 'drop', this.#rules);
	}

	/** The frames that match are lost with their connection: a lost reply, or a request that never came. */
	resetOn(match: FrameMatch): FaultRule {
		return this.#rule(match, 'reset', this.#rules);
	}

	/** The frames that match pass as if nobody looked; `arrived` and `hits` tell of them. */
	observe(match: FrameMatch): FaultRule {
		return this.#rule(match, 'pass', this.#observers);
	}

	/** Counts requests and flights from now on. */
	record(options: RecordingOptions = {}): ProxyRecording {
		const recording = new ProxyRecording(options, stopped => this.#recordings.delete(stopped));
		this.#recordings.add(recording);
		return recording;
	}

	/** Resets every connection and stops listening. Idempotent. */
	async close(): Promise<void> {
		if (this.#mode === 'closed') return;
		this.#mode = 'closed';
		for (const rule of [...this.#rules, ...this.#observers]) rule.remove();
		this.#recordings.clear();
		this.reset();
		const server = this.#server;
		if (!server?.listening) return;
		server.close();
		await once(server, 'close');
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#open(): void {
		if (this.#mode === 'closed') throw new TestingError('NOT_RUNNING', `the proxy ${this.address} is closed`);
	}

	#rule(match: FrameMatch, fate: FrameFate, rules: Set<FaultRule>): FaultRule {
		this.#check(match);
		const rule = new FaultRule(match, fate, this.#forget);
		rules.add(rule);
		return rule;
	}

	#check(match: FrameMatch): void {
		this.#open();
		const op = match.request ?? match.reply;
		const known = operations[this.#protocol];
		if (!known.includes(op)) throw new InvalidArgumentError('op', op, `one of ${known.join(', ')}`);
		if (match.times !== Infinity) checkInteger('times', match.times, 1, Number.MAX_SAFE_INTEGER);
		throwIfAborted(match.signal, 'adding a rule');
	}

	readonly #forget = (rule: FaultRule): void => {
		this.#rules.delete(rule);
		this.#observers.delete(rule);
	};

	#accept(socket: Socket): void {
		if (this.#mode === 'blackhole') {
			this.#swallowed.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => this.#swallowed.delete(socket));
			socket.resume();
			return;
		}
		const connection = new ProxyConnection(socket, this.#target, this.#protocol, ++this.#accepted, this.#policy);
		this.#connections.add(connection);
		for (const direction of this.#paused) connection.setPaused(direction, true);
	}

	readonly #policy: ProxyPolicy = {
		latency: direction => this.#latency[direction],
		judge: frame => this.#judge(frame),
		onDelivered: frame => {
			for (const recording of this.#recordings) recording.onDelivered(frame);
		},
		onClose: connection => this.#connections.delete(connection),
	};

	#judge(frame: ProxiedFrame): ReturnType<ProxyPolicy['judge']> {
		if (frame.direction === 'request') for (const recording of this.#recordings) recording.onRequest(frame);
		for (const rule of this.#observers) rule.take(frame);
		for (const rule of this.#rules) {
			const fate = rule.take(frame);
			if (fate === 'hold' && rule instanceof HeldFrames) return {fate, rule};
			if (fate && fate !== 'hold') return {fate};
		}
		return {fate: 'pass'};
	}
}

function directions(direction: ProxyDirection | undefined): ProxyDirection[] {
	return direction ? [direction] : ['upstream', 'downstream'];
}
