import {setTimeout as sleep} from 'node:timers/promises';
import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {dial} from './dial.ts';
import type {Ensemble, Server} from './ensemble.ts';

type Search = {
	readonly ensemble: Ensemble;
	readonly secure: (() => Promise<TlsOptions>) | undefined;
	readonly signal: AbortSignal;
};

/** As in the Java client. */
const minPause = 100;
const maxPause = 60_000;
const answerTimeout = 1000;

/** Asks one server after another, ever more rarely, until one says that it takes writes. `undefined` when the search was given up. */
export async function writableServer({ensemble, secure, signal}: Search): Promise<Server | undefined> {
	for (let pause = minPause; ; pause = Math.min(maxPause, pause * 2)) {
		await sleep(pause, undefined, {signal}).catch(() => undefined);
		if (signal.aborted) return undefined;
		const server = ensemble.next();
		try {
			if (await isWritable(server, await secure?.(), signal)) return server;
		} catch {
			// Certificates that cannot be had now: the next question asks for them again.
		}
	}
}

/** The four-letter word `isro`: answered by every server that knows read-only mode, on a connection of its own. */
function isWritable(server: Server, secure: TlsOptions | undefined, signal: AbortSignal): Promise<boolean> {
	return new Promise(resolve => {
		const {socket, ready} = dial(server, secure);
		const end = (): void => void socket.destroy();
		const timer = setTimeout(end, answerTimeout);
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
			resolve(answer.trim() === 'rw');
		});
	});
}
