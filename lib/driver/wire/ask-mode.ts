import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {dial} from './dial.ts';
import type {Server} from './ensemble.ts';
import {tlsMaterial} from './tls-material.ts';

/** For the TLS material, and then for the answer. */
const timeout = 1000;

/** `unsaid`: the server's `4lw.commands.whitelist` lacks `isro`; but it serves. `none`: no answer, or that of something else. */
export type Mode = 'writable' | 'read-only' | 'unsaid' | 'none';

const modes: readonly (readonly [string, Mode])[] = [
	['rw', 'writable'],
	['ro', 'read-only'],
	['isro is not executed', 'unsaid'],
];

/** The four-letter word `isro`: answered by every server that serves, on a connection of its own. Never rejects. */
export async function askMode(
	server: Server,
	secure: (() => Promise<TlsOptions>) | undefined,
	signal: AbortSignal,
): Promise<Mode> {
	try {
		const material = secure && (await tlsMaterial({secure, server, timeout, signal}));
		return await ask(server, material, signal);
	} catch {
		// Certificates that cannot be had now: the next question asks for them again.
		return 'none';
	}
}

function ask(server: Server, secure: TlsOptions | undefined, signal: AbortSignal): Promise<Mode> {
	return new Promise(resolve => {
		const {socket, ready} = dial(server, secure);
		const end = (): void => void socket.destroy();
		const timer = setTimeout(end, timeout);
		signal.addEventListener('abort', end);
		let answer = '';
		socket.once(ready, () => socket.write('isro'));
		socket.on('data', chunk => (answer += chunk.toString('latin1')));
		socket.once('end', end);
		// The question is asked again anyway.
		socket.once('error', end);
		socket.once('close', () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve(modes.find(([start]) => answer.startsWith(start))?.[1] ?? 'none');
		});
	});
}
