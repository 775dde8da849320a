import {setTimeout as sleep} from 'node:timers/promises';
import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {askMode} from './ask-mode.ts';
import type {Ensemble, Server} from './ensemble.ts';

type Search = {
	readonly ensemble: Ensemble;
	readonly secure: (() => Promise<TlsOptions>) | undefined;
	readonly signal: AbortSignal;
};

/** As in the Java client. */
const minPause = 100;
const maxPause = 60_000;

/** Asks one server after another, ever more rarely, until one says that it takes writes. `undefined` when the search was given up. */
export async function writableServer({ensemble, secure, signal}: Search): Promise<Server | undefined> {
	for (let pause = minPause; ; pause = Math.min(maxPause, pause * 2)) {
		await sleep(pause, undefined, {signal}).catch(() => undefined);
		if (signal.aborted) return undefined;
		const server = ensemble.next();
		if ((await askMode(server, secure, signal)) === 'writable') return server;
	}
}
