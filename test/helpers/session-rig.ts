import type {SessionState} from '../../lib/index.ts';
import {Session} from '../../lib/session/session.ts';
import type {SessionOptions} from '../../lib/session/session-options.ts';
import type {SessionEvents} from '../../lib/session/session-events.ts';
import {Emitter} from '../../lib/util/emitter.ts';
import {TestDriver} from './test-driver.ts';

export type SessionRig = {
	readonly driver: TestDriver;
	readonly session: Session;
	readonly emitter: Emitter<SessionEvents>;
	readonly told: string[];
};

/** A session over a driver that the test plays; `told` gets the name of each event. */
export function openSession(options: Partial<SessionOptions> = {}): SessionRig {
	const driver = new TestDriver();
	const emitter = new Emitter<SessionEvents>();
	const told: string[] = [];
	for (const name of ['connected', 'suspended', 'reconnected', 'untrusted', 'lost', 'closed'] as const)
		emitter.on(name, () => told.push(name));
	const session = new Session(
		driver,
		{
			credentials: [],
			leaseMargin: undefined,
			connectTimeout: 10_000,
			maxWaitingCalls: 10_000,
			closeTimeout: 100,
			...options,
		},
		emitter,
	);
	return {driver, session, emitter, told};
}

export function read(session: Session, path = '/a', signal?: AbortSignal): Promise<unknown> {
	return session.call('get', {path, watch: false}, {operation: 'get', path}, signal);
}

export function idOf(state: SessionState): bigint | undefined {
	return 'sessionId' in state ? state.sessionId : undefined;
}
