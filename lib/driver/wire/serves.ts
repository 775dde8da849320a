import type {ConnectionOptions as TlsOptions} from 'node:tls';
import {askMode} from './ask-mode.ts';
import type {Server} from './ensemble.ts';

/** Whether at least one of the servers answers; settles with the first that does. Never rejects. */
export async function serves(
	servers: readonly Server[],
	secure: (() => Promise<TlsOptions>) | undefined,
	signal: AbortSignal,
): Promise<boolean> {
	const answered = new AbortController();
	const either = AbortSignal.any([signal, answered.signal]);
	const questions = servers.map(async server => {
		if ((await askMode(server, secure, either)) === 'none') throw new Error(`${server.name} does not answer`);
	});
	try {
		await Promise.any(questions);
		return true;
	} catch {
		return false;
	} finally {
		answered.abort();
	}
}
