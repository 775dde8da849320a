import {connect, type Socket} from 'node:net';
import type {FrameFate} from './fault-rule.ts';
import {FrameDissector, type ProxyProtocol} from './frame-dissector.ts';
import type {HeldFrames} from './held-frames.ts';
import type {ProxiedFrame} from './proxied-frame.ts';
import {ProxyPipe} from './proxy-pipe.ts';
import {resetSocket} from './reset-socket.ts';

/** `upstream` is from the client to the server, `downstream` back. */
export type ProxyDirection = 'upstream' | 'downstream';

/** What a connection asks its proxy about each frame. */
export type ProxyPolicy = {
	/** Milliseconds that a frame is under way in this direction, now. */
	readonly latency: (direction: ProxyDirection) => number;
	/** What becomes of a frame that has just arrived. A frame to hold comes with the rule that holds it. */
	readonly judge: (
		frame: ProxiedFrame,
	) => {readonly fate: Exclude<FrameFate, 'hold'>} | {readonly fate: 'hold'; readonly rule: HeldFrames};
	/** A frame has been handed to the socket that it was meant for. */
	readonly onDelivered: (frame: ProxiedFrame) => void;
	readonly onClose: (connection: ProxyConnection) => void;
};

/** One client's connection, and the one to the server that goes with it. */
export class ProxyConnection {
	readonly #client: Socket;
	readonly #server: Socket;
	readonly #upstream: ProxyPipe;
	readonly #downstream: ProxyPipe;
	readonly #dissector: FrameDissector;
	readonly #policy: ProxyPolicy;
	#mute = false;
	#closed = false;

	constructor(
		client: Socket,
		target: {host: string; port: number},
		protocol: ProxyProtocol,
		id: number,
		policy: ProxyPolicy,
	) {
		this.#client = client;
		this.#policy = policy;
		this.#dissector = new FrameDissector(protocol, id);
		this.#server = connect({...target, noDelay: true, allowHalfOpen: true});
		this.#upstream = new ProxyPipe(client, this.#server, policy.onDelivered);
		this.#downstream = new ProxyPipe(this.#server, client, policy.onDelivered);
		client.on('data', (chunk: Buffer) => this.#forward('upstream', this.#dissector.requests(chunk)));
		this.#server.on('data', (chunk: Buffer) => this.#forward('downstream', this.#dissector.replies(chunk)));
		this.#relayEnd(client, 'upstream');
		this.#relayEnd(this.#server, 'downstream');
	}

	/** Stops or lets go on what leaves in one direction. */
	setPaused(direction: ProxyDirection, paused: boolean): void {
		this.#pipe(direction).paused = paused;
	}

	/** From now on nothing gets through, not even the end of the connection: it can only be reset. */
	mute(): void {
		this.#mute = true;
		this.#upstream.paused = true;
		this.#downstream.paused = true;
	}

	/** Whether it was muted once: bytes may be missing, so it must not go on. */
	get muted(): boolean {
		return this.#mute;
	}

	/** RST to both sides. */
	reset(): void {
		resetSocket(this.#client);
		resetSocket(this.#server);
		this.#close();
	}

	#pipe(direction: ProxyDirection): ProxyPipe {
		return direction === 'upstream' ? this.#upstream : this.#downstream;
	}

	#forward(direction: ProxyDirection, frames: readonly ProxiedFrame[]): void {
		for (const frame of frames) {
			if (this.#mute || this.#closed) return;
			const verdict = this.#policy.judge(frame);
			if (verdict.fate === 'reset') return this.reset();
			const change = this.#pipe(direction).push(frame, this.#policy.latency(direction), verdict.fate);
			if (verdict.fate === 'hold') {
				verdict.rule.keep({release: () => change('pass'), drop: () => change('drop'), reset: () => this.reset()});
			}
		}
	}

	#relayEnd(socket: Socket, direction: ProxyDirection): void {
		const relay = (how: 'end' | 'reset'): void => {
			if (!this.#mute) this.#pipe(direction).push(how, this.#policy.latency(direction), 'pass');
		};
		socket.on('end', () => relay('end'));
		socket.on('error', () => relay('reset'));
		socket.on('close', () => {
			if (this.#client.destroyed && this.#server.destroyed) this.#close();
		});
	}

	#close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#upstream.close();
		this.#downstream.close();
		this.#policy.onClose(this);
	}
}
