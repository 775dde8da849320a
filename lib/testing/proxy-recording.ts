import type {ProxiedFrame, ProxiedOperation, RequestFrame} from './proxied-frame.ts';

export type RecordingOptions = {
	/** Requests that are left out, and whose replies nobody waited for. @default ['ping'] */
	readonly ignore?: readonly ProxiedOperation[];
};

/** One request that a recording has seen. */
export type RecordedRequest = Pick<RequestFrame, 'op' | 'at' | 'connection' | 'path' | 'version'> & {
	/** The flight it belongs to, from 1. */
	readonly flight: number;
};

/**
 * Counts requests and flights from the moment it is made.
 *
 * A *flight* is one round trip of waiting. A request belongs to the flight after the latest one of which the client had seen a reply when
 * it sent the request, and to the first if it had seen none: requests that were pipelined share a flight, however many replies they
 * get, and a request that needed an answer first opens the next. Watch events answer nothing and end no flight.
 *
 * Whether a reply had been seen is judged at the proxy, so give it a few milliseconds of latency: without one, what the client sends
 * in the same breath may cross a reply and count as caused by it. Record one client at a time: two clients of one proxy look like one.
 */
export class ProxyRecording implements Disposable {
	/** In the order in which the proxy read them. */
	readonly requests: RecordedRequest[] = [];
	readonly #ignored: ReadonlySet<string>;
	readonly #flightOf = new WeakMap<RequestFrame, number>();
	readonly #onStop: (recording: ProxyRecording) => void;
	#answered = 0;
	#flights = 0;

	constructor({ignore = ['ping']}: RecordingOptions, onStop: (recording: ProxyRecording) => void) {
		this.#ignored = new Set(ignore);
		this.#onStop = onStop;
	}

	/** How many flights there were so far. */
	get flights(): number {
		return this.#flights;
	}

	/** How many requests there were so far, of one operation or of all. */
	count(op?: ProxiedOperation): number {
		return op === undefined ? this.requests.length : this.requests.filter(request => request.op === op).length;
	}

	/** The proxy has read a request. */
	onRequest(frame: RequestFrame): void {
		if (this.#ignored.has(frame.op)) return;
		const flight = this.#answered + 1;
		this.#flights = Math.max(this.#flights, flight);
		this.#flightOf.set(frame, flight);
		const {op, at, connection, path, version} = frame;
		this.requests.push({
			op,
			at,
			connection,
			flight,
			...(path !== undefined && {path}),
			...(version !== undefined && {version}),
		});
	}

	/** The proxy has written a frame to the socket it was meant for. */
	onDelivered(frame: ProxiedFrame): void {
		if (frame.direction === 'request' || !frame.request) return;
		this.#answered = Math.max(this.#answered, this.#flightOf.get(frame.request) ?? 0);
	}

	/** It sees no more; what it has seen stays. Idempotent. */
	stop(): void {
		this.#onStop(this);
	}

	[Symbol.dispose](): void {
		this.stop();
	}
}
