import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {until} from './until.ts';

export type Arrival = {readonly path: string; readonly token: bigint; readonly response: ServerResponse};

/**
 * A service that the examples call: it counts who calls at the same time, answers when it is told to, and refuses a fencing token smaller than one it has seen at a path, if
 * calls carry one.
 */
export class Upstream implements AsyncDisposable {
	/** Every call, in order, the refused ones too. */
	readonly arrivals: Arrival[] = [];
	/** The calls that are under way. */
	readonly underWay: Set<Arrival> = new Set();
	/** Calls that were given up by their caller. */
	abandoned = 0;
	refused = 0;
	/** The most calls that were ever under way at once: at one path, and at all. */
	peak: {readonly path: number; readonly all: number} = {path: 0, all: 0};
	readonly #server: Server;
	readonly #greatest = new Map<string, bigint>();
	#holds = false;

	private constructor() {
		this.#server = createServer((request, response) => void this.#serve(request, response));
	}

	static async start(): Promise<Upstream> {
		const upstream = new Upstream();
		await once(upstream.#server.listen(0, '127.0.0.1'), 'listening');
		return upstream;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Answers no call until `release`. */
	hold(): void {
		this.#holds = true;
	}

	release(): void {
		this.#holds = false;
		for (const arrival of this.underWay) this.#answer(arrival);
	}

	async arrived(count: number): Promise<void> {
		await until(() => this.underWay.size === count);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.close();
		this.#server.closeAllConnections();
		await once(this.#server, 'close');
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const path = request.url ?? '';
		const arrival = {path, token: BigInt(request.headers['fencing-token']?.toString() ?? 0), response};
		this.arrivals.push(arrival);
		if (arrival.token < (this.#greatest.get(path) ?? 0n)) {
			this.refused++;
			response.writeHead(409).end();
			return;
		}
		this.#greatest.set(path, arrival.token);
		this.underWay.add(arrival);
		response.once('close', () => {
			if (!this.underWay.delete(arrival)) return;
			this.abandoned++;
		});
		const atPath = [...this.underWay].filter(other => other.path === path).length;
		this.peak = {path: Math.max(this.peak.path, atPath), all: Math.max(this.peak.all, this.underWay.size)};
		// Lets others overlap with it, if anything lets them in.
		for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
		if (!this.#holds) this.#answer(arrival);
	}

	#answer(arrival: Arrival): void {
		if (!this.underWay.delete(arrival)) return;
		arrival.response.setHeader('content-type', 'application/json').end(JSON.stringify({path: arrival.path}));
	}
}
