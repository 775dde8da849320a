import {connect} from 'node:net';

const METADATA = 3;
const VERSION = 4;
const TIMEOUT = 5000;

/**
 * How many brokers a Kafka listener says are alive; 0 while it does not answer. A broker counts itself only once the controller has
 * unfenced it, which is later than the moment it accepts connections.
 */
export async function brokerCount(port: number): Promise<number> {
	return new Promise(resolve => {
		let answer = Buffer.alloc(0);
		const socket = connect(port, '127.0.0.1', () => socket.write(metadataRequest()));
		socket.setTimeout(TIMEOUT, () => socket.destroy());
		socket.on('error', () => {});
		socket.on('close', () => resolve(0));
		socket.on('data', (chunk: Buffer) => {
			answer = Buffer.concat([answer, chunk]);
			// length, correlation id, throttle time, number of brokers
			if (answer.length < 16) return;
			resolve(answer.readInt32BE(12));
			socket.destroy();
		});
	});
}

function metadataRequest(): Buffer {
	const frame = Buffer.alloc(19);
	frame.writeInt32BE(15, 0);
	frame.writeInt16BE(METADATA, 4);
	frame.writeInt16BE(VERSION, 6);
	// correlation id 0, no client id, no topics, no creation of topics
	frame.writeInt16BE(-1, 12);
	return frame;
}
