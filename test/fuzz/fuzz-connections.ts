import {Connection} from '../../lib/driver/wire/connection.ts';
import {codecs} from '../../lib/driver/wire/jute/request/codecs.ts';
import {noPassword} from '../../lib/driver/wire/jute/request/connect.ts';
import {between, pick, type Random} from '../chaos/seeded-random.ts';
import {connectResponse, ScriptedServer} from '../helpers/scripted-server.ts';
import {framed, headerLength, mutated, type Specimen} from './mutated-frames.ts';

/** Under way on each connection: one of them is answered with a mutated frame. */
const calls = 8;
const request = {lastZxid: 0n, timeout: 60_000, sessionId: 0n, password: noPassword, canBeReadOnly: false};

/** Sends so many mutated frames, each to a connection of its own, among good answers. @returns how many calls were answered @throws if a call or a connection does not settle as it should */
export async function fuzzConnections(random: Random, corpus: readonly Specimen[], frames: number): Promise<number> {
	await using server = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		if (index !== calls) return;
		const wrong = Math.floor(between(random, 1, calls + 1));
		const xids = Array.from({length: calls}, (_each, call) => call + 1);
		socket.end(Buffer.concat(xids.map(xid => answer(random, corpus, xid, xid === wrong))));
	});
	let answered = 0;
	for (let sent = 0; sent < frames; sent++) {
		const connection = new Connection({
			server: {host: '127.0.0.1', port: server.port, name: server.address},
			codecs: codecs(() => 0n),
			maxRequestLength: 2 ** 20,
			maxReplyLength: 2 ** 20,
			listener: {answered: () => {}, event: () => {}},
			onZxid: () => {},
		});
		await connection.handshake(request, 60_000);
		const results = await Promise.allSettled(Array.from({length: calls}, (_, index) => ask(connection, index)));
		answered += results.filter(({status}) => status === 'fulfilled').length;
		await connection.ended;
	}
	return answered;
}

function answer(random: Random, corpus: readonly Specimen[], xid: number, isWrong: boolean): Buffer {
	const kind = kinds[(xid - 1) % kinds.length];
	const {payload} = pick(
		random,
		corpus.filter(({name}) => name === kind),
	);
	const bytes = Buffer.from(payload);
	bytes.writeInt32BE(xid, 0);
	if (isWrong) return framed(random, mutated(random, bytes, corpus, random() < 0.5 ? headerLength : 0));
	const length = Buffer.alloc(4);
	length.writeInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

const kinds = ['get', 'children', 'create', 'getAcl', 'whoAmI'] as const;

function ask(connection: Connection, index: number): Promise<unknown> {
	const path = '/';
	const asks: readonly (() => Promise<unknown>)[] = [
		() => connection.call('get', {path, watch: true}),
		() => connection.call('children', {path, watch: true}),
		() => connection.call('create', {path, data: null, acl: [], mode: 'persistent'}),
		() => connection.call('getAcl', {path}),
		() => connection.call('whoAmI', undefined),
	];
	return asks[index % kinds.length]?.() ?? Promise.resolve();
}
