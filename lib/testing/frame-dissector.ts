import {FrameSplitter} from './frame-splitter.ts';
import {kafkaOperation} from './kafka-operations.ts';
import type {ReplyFrame, RequestFrame} from './proxied-frame.ts';
import {pathFirst, zooKeeperOperation} from './zookeeper-operations.ts';

/** How a proxy reads what passes through it. */
export type ProxyProtocol = 'zookeeper' | 'kafka' | 'raw';

const NOTIFICATION_XID = -1;
// No frame is that long, but four letters read as a length are.
const FOUR_LETTERS = 0x20_00_00_00;

/** Names the frames of one connection, and matches replies to requests by xid or correlation id. */
export class FrameDissector {
	readonly #protocol: ProxyProtocol;
	readonly #connection: number;
	readonly #upstream = new FrameSplitter();
	readonly #downstream = new FrameSplitter();
	readonly #pending = new Map<number, RequestFrame[]>();
	#raw: boolean;
	#requests = 0;
	#replies = 0;

	constructor(protocol: ProxyProtocol, connection: number) {
		this.#protocol = protocol;
		this.#connection = connection;
		this.#raw = protocol === 'raw';
		if (this.#raw) this.#passThrough();
	}

	/** The requests that are whole with this chunk of the client's bytes. */
	requests(chunk: Buffer): RequestFrame[] {
		this.#upstream.push(chunk);
		const head = this.#requests === 0 && this.#protocol === 'zookeeper' ? this.#upstream.peek() : undefined;
		if (head !== undefined && head > FOUR_LETTERS) {
			this.#raw = true;
			this.#passThrough();
		}
		return this.#upstream.frames().map(bytes => this.#request(bytes));
	}

	/** The replies that are whole with this chunk of the server's bytes. */
	replies(chunk: Buffer): ReplyFrame[] {
		this.#downstream.push(chunk);
		return this.#downstream.frames().map(bytes => this.#reply(bytes));
	}

	#passThrough(): void {
		this.#upstream.passThrough();
		this.#downstream.passThrough();
	}

	#request(bytes: Buffer): RequestFrame {
		const frame = this.#named(bytes);
		this.#requests++;
		if (!this.#raw) {
			const waiting = this.#pending.get(frame.id);
			if (waiting) waiting.push(frame);
			else this.#pending.set(frame.id, [frame]);
		}
		return frame;
	}

	#named(bytes: Buffer): RequestFrame {
		const base = {direction: 'request', connection: this.#connection, at: performance.now(), bytes} as const;
		if (this.#raw || bytes.length < 12) return {...base, op: this.#raw ? 'data' : 'unknown', id: 0};
		if (this.#protocol === 'kafka') {
			const op = kafkaOperation(bytes.readInt16BE(4)) ?? 'unknown';
			return {...base, op, id: bytes.readInt32BE(8), version: bytes.readInt16BE(6)};
		}
		if (this.#requests === 0) return {...base, op: 'connect', id: 0};
		const op = zooKeeperOperation(bytes.readInt32BE(8)) ?? 'unknown';
		const path = op !== 'unknown' && pathFirst.has(op) ? textAt(bytes, 12) : undefined;
		return {...base, op, id: bytes.readInt32BE(4), ...(path !== undefined && {path})};
	}

	#reply(bytes: Buffer): ReplyFrame {
		const base = {direction: 'reply', connection: this.#connection, at: performance.now(), bytes} as const;
		if (this.#raw) return {...base, op: 'data', id: 0};
		const first = this.#replies++ === 0;
		if (this.#protocol === 'kafka') return {...base, ...this.#answered(bytes.length < 8 ? 0 : bytes.readInt32BE(4))};
		if (first) return {...base, ...this.#answered(0)};
		if (bytes.length < 20) return {...base, op: 'unknown', id: 0};
		const id = bytes.readInt32BE(4);
		const error = bytes.readInt32BE(16);
		if (id === NOTIFICATION_XID) return {...base, op: 'notification', id, error};
		return {...base, ...this.#answered(id), error};
	}

	#answered(id: number): Pick<ReplyFrame, 'op' | 'id' | 'request'> {
		const waiting = this.#pending.get(id);
		const request = waiting?.shift();
		if (waiting?.length === 0) this.#pending.delete(id);
		return request ? {op: request.op, id, request} : {op: 'unknown', id};
	}
}

function textAt(bytes: Buffer, offset: number): string | undefined {
	if (bytes.length < offset + 4) return undefined;
	const length = bytes.readInt32BE(offset);
	return length < 0 || bytes.length < offset + 4 + length
		? undefined
		: bytes.toString('utf8', offset + 4, offset + 4 + length);
}
