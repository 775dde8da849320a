import test from 'ava';
import fc from 'fast-check';
import {FrameDissector} from '../../lib/testing/frame-dissector.ts';

function frame(...words: number[]): Buffer {
	const bytes = Buffer.alloc(4 + 4 * words.length);
	bytes.writeInt32BE(4 * words.length, 0);
	for (const [index, word] of words.entries()) bytes.writeInt32BE(word, 4 + 4 * index);
	return bytes;
}

test('ZooKeeper: replies get the name of the request with their xid, watch events their own', t => {
	const dissector = new FrameDissector('zookeeper', 7);
	const connect = Buffer.alloc(49);
	connect.writeInt32BE(45, 0);
	const exists = Buffer.concat([frame(5, 3), Buffer.from([0, 0, 0, 2]), Buffer.from('/a'), Buffer.from([1])]);
	exists.writeInt32BE(exists.length - 4, 0);
	const requests = dissector.requests(Buffer.concat([connect, exists, frame(-2, 11), frame(6, -11), frame(7, 99)]));
	t.deepEqual(
		requests.map(({op, id, path, connection}) => ({op, id, path, connection})),
		[
			{op: 'connect', id: 0, path: undefined, connection: 7},
			{op: 'exists', id: 5, path: '/a', connection: 7},
			{op: 'ping', id: -2, path: undefined, connection: 7},
			{op: 'closeSession', id: 6, path: undefined, connection: 7},
			{op: 'unknown', id: 7, path: undefined, connection: 7},
		],
	);
	const replies = dissector.replies(
		Buffer.concat([
			frame(0, 1000, 0, 1),
			frame(-1, 0, 0, 0),
			frame(5, 0, 9, -101),
			frame(-2, 0, 9, 0),
			frame(6, 0, 9, 0),
			frame(8, 0, 9, 0),
		]),
	);
	t.deepEqual(
		replies.map(({op, id, error}) => ({op, id, error})),
		[
			{op: 'connect', id: 0, error: undefined},
			{op: 'notification', id: -1, error: 0},
			{op: 'exists', id: 5, error: -101},
			{op: 'ping', id: -2, error: 0},
			{op: 'closeSession', id: 6, error: 0},
			{op: 'unknown', id: 8, error: 0},
		],
	);
	t.is(replies[2]?.request, requests[1]);
});

test('Kafka: replies get the name of the request with their correlation id, in any order', t => {
	const dissector = new FrameDissector('kafka', 1);
	const requests = dissector.requests(Buffer.concat([frame((26 << 16) | 1, 4), frame((0 << 16) | 7, 5)]));
	t.deepEqual(
		requests.map(({op, id, version}) => ({op, id, version})),
		[
			{op: 'EndTxn', id: 4, version: 1},
			{op: 'Produce', id: 5, version: 7},
		],
	);
	const replies = dissector.replies(Buffer.concat([frame(5), frame(4)]));
	t.deepEqual(
		replies.map(({op}) => op),
		['Produce', 'EndTxn'],
	);
});

test('nothing that comes by makes it throw or lose a byte', t => {
	fc.assert(
		fc.property(
			fc.constantFrom('zookeeper', 'kafka', 'raw'),
			fc.array(fc.uint8Array({maxLength: 60})),
			(protocol, bodies) => {
				const dissector = new FrameDissector(protocol, 1);
				const stream = Buffer.concat(bodies.map(body => Buffer.concat([Buffer.from([0, 0, 0, body.length]), body])));
				t.deepEqual(Buffer.concat(dissector.requests(stream).map(({bytes}) => bytes)), stream);
				t.deepEqual(Buffer.concat(dissector.replies(stream).map(({bytes}) => bytes)), stream);
			},
		),
	);
});
