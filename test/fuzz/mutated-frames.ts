import fc from 'fast-check';
import {Writer} from '../../lib/driver/wire/jute/writer.ts';
import type {OperationName} from '../../lib/driver/operation.ts';
import {between, pick, type Random} from '../chaos/seeded-random.ts';
import {connectResponse} from '../helpers/scripted-server.ts';
import {serverSide} from '../driver/wire/jute/server-side.ts';

/** What a server might send in answer to an operation, before anything is changed in it: header and body, without the length. */
export type Specimen = {readonly name: OperationName; readonly payload: Buffer};

const names = Object.keys(serverSide) as OperationName[];
const nasty = [0, 1, -1, 2, 4, 0x7f, 0xff, 0x100, 0xffff, 2 ** 20, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];
/** Where a reply's header ends: xid, zxid, result code. */
export const headerLength = 16;

/** Some replies to each operation; the same for the same seed. */
export function specimens(seed: number): readonly Specimen[] {
	return [...names.flatMap(name => repliesTo(name, seed)), ...events, handshake];
}

const events: readonly Specimen[] = [1, 2, 3, 4].map(type => ({
	name: 'sync',
	payload: Buffer.from(new Writer().int(-1).long(-1n).int(0).int(type).int(3).string('/a').frame().subarray(4)),
}));
const handshake: Specimen = {name: 'sync', payload: Buffer.from(connectResponse().subarray(4))};

function repliesTo<Name extends OperationName>(name: Name, seed: number): Specimen[] {
	return fc.sample(serverSide[name].reply, {seed, numRuns: 20}).map(reply => {
		const writer = new Writer().int(1).long(1n).int(0);
		serverSide[name].writeReply(writer, reply);
		return {name, payload: Buffer.from(writer.frame().subarray(4))};
	});
}

/** A copy with one to three changes: bytes and lengths that are wrong, pieces that are missing, twice there or of another frame. */
export function mutated(random: Random, payload: Buffer, others: readonly Specimen[], from = 0): Buffer {
	let bytes: Buffer = Buffer.from(payload);
	for (let changes = Math.floor(between(random, 1, 4)); changes > 0; changes--)
		bytes = change(random, bytes, others, from);
	return bytes;
}

function change(random: Random, bytes: Buffer, others: readonly Specimen[], from: number): Buffer {
	const at = Math.floor(between(random, Math.min(from, bytes.length), bytes.length + 1));
	switch (Math.floor(between(random, 0, 6))) {
		case 0:
			if (at < bytes.length) bytes[at] = Math.floor(between(random, 0, 256));
			return bytes;
		case 1:
			if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(between(random, 0, 8)));
			return bytes;
		case 2:
			if (at + 4 <= bytes.length) bytes.writeInt32BE(pick(random, nasty), at);
			return bytes;
		case 3:
			return bytes.subarray(0, at);
		case 4: {
			const end = Math.floor(between(random, at, bytes.length + 1));
			return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
		}
		default:
			return Buffer.concat([bytes.subarray(0, at), pick(random, others).payload.subarray(headerLength)]);
	}
}

/** With its length before it, which is wrong itself now and then. */
export function framed(random: Random, payload: Buffer): Buffer {
	const bytes = Buffer.allocUnsafe(4 + payload.length);
	const length = random() < 0.99 ? payload.length : pick(random, nasty);
	bytes.writeInt32BE(length, 0);
	payload.copy(bytes, 4);
	return bytes;
}
