import {connect} from 'node:net';
import {InvalidArgumentError} from '../errors/argument-error.ts';
import {TestingError} from './testing-error.ts';

/**
 * Asks a ZooKeeper server one of its four-letter words (`srvr`, `mntr`, `cons`, `dump`, `wchs`, …) and returns the answer as it is.
 *
 * @throws {InvalidArgumentError} unless it is four lower-case letters
 * @throws {TestingError} `NOT_RUNNING` when the server does not answer within `timeout` milliseconds
 */
export async function fourLetterWord(port: number, word: string, timeout = 5000): Promise<string> {
	if (!/^[a-z]{4}$/.test(word)) throw new InvalidArgumentError('word', word, 'four letters a-z');
	return new Promise((resolve, reject) => {
		let answer = '';
		const socket = connect(port, '127.0.0.1', () => socket.write(word));
		socket.setEncoding('utf8');
		const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
		socket.on('data', (text: string) => {
			answer += text;
		});
		socket.on('error', cause =>
			reject(new TestingError('NOT_RUNNING', `no answer to ${word} on port ${port}`, {cause})),
		);
		socket.on('close', () => {
			clearTimeout(timer);
			resolve(answer);
		});
	});
}
