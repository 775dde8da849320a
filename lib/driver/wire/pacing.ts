/** Milliseconds. */
const minPause = 50;
const maxPause = 1000;
const minDialTimeout = 500;
const minDialsInSession = 3;

/** A full round of servers without success is followed by a pause: random, so that a fleet does not come back as one. @returns ms, `0` within a round */
export function pauseAfter(failures: number, servers: number): number {
	if (failures === 0 || failures % servers !== 0) return 0;
	return Math.min(maxPause, minPause * 2 ** Math.min(10, failures / servers)) * (0.5 + Math.random() / 2);
}

/** For one dial, ms. A server that takes the connection but does not answer must not cost the session, even if it is the only one. */
export function dialTimeout(sessionTimeout: number, servers: number): number {
	return Math.round(Math.max(minDialTimeout, sessionTimeout / Math.max(minDialsInSession, servers)));
}
