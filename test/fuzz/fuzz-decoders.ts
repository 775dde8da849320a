import {FrameDecoder} from '../../lib/driver/wire/jute/frame.ts';
import {Reader} from '../../lib/driver/wire/jute/reader.ts';
import {codecs} from '../../lib/driver/wire/jute/request/codecs.ts';
import {decodeConnect} from '../../lib/driver/wire/jute/request/connect.ts';
import {decodeEvent} from '../../lib/driver/wire/jute/request/event.ts';
import type {OperationName, RequestOf} from '../../lib/driver/operation.ts';
import {ProtocolError} from '../../lib/index.ts';
import {pick, type Random} from '../chaos/seeded-random.ts';
import {framed, mutated, type Specimen} from './mutated-frames.ts';

const all = codecs(() => 0n);
const maxFrame = 4096;
const operation = {type: 'delete', path: '/', version: -1};

/** Puts so many mutated frames through everything that reads bytes of a server. @returns how many were read without a complaint @throws what is no ProtocolError, with its frame */
export function fuzzDecoders(random: Random, corpus: readonly Specimen[], frames: number): number {
	let decoder = new FrameDecoder(maxFrame);
	let accepted = 0;
	for (let count = 0; count < frames; count++) {
		const {name, payload} = pick(random, corpus);
		const frame = framed(random, mutated(random, payload, corpus));
		const attempt = (work: () => void): boolean => {
			try {
				work();
				return true;
			} catch (error) {
				if (error instanceof ProtocolError) return false;
				throw new Error(`${name}, frame ${count}: ${frame.toString('hex')}`, {cause: error});
			}
		};
		let received: readonly Buffer[] = [];
		const isCut = attempt(() => {
			received = decoder.push(frame);
		});
		if (!isCut) decoder = new FrameDecoder(maxFrame);
		for (const each of received) {
			if (attempt(() => read(name, new Reader(each)))) accepted++;
			attempt(() => void decodeConnect(each));
		}
	}
	return accepted;
}

function read(name: OperationName, reader: Reader): void {
	const xid = reader.int();
	reader.long();
	reader.int();
	if (xid === -1) decodeEvent(reader);
	else decode(name, reader);
}

function decode<Name extends OperationName>(name: Name, reader: Reader): void {
	const asked = name === 'multi' || name === 'multiRead' ? [operation, operation] : {path: '/'};
	all[name].decode(reader, asked as RequestOf<Name>);
}
