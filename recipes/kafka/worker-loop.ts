import {ClientClosedError} from '../../lib/index.ts';
import {deferred} from '../../lib/util/deferred.ts';
import {subscribe} from '../../lib/util/subscribe.ts';
import {persistently} from './persistently.ts';
import {Worker} from './worker.ts';
import type {WorkerRoom} from './worker-room.ts';

/** One worker after the other: each for one session, over one feed. */
export class WorkerLoop {
	readonly #room: WorkerRoom;
	readonly #over: AbortController = new AbortController();
	#worker: Worker | undefined;
	#isClosing = false;

	constructor(room: WorkerRoom) {
		this.#room = room;
	}

	get worker(): Worker | undefined {
		return this.#worker;
	}

	/** Until `close`. @throws what trying again cannot mend */
	async run(): Promise<void> {
		const {signal} = this.#over;
		const {feed, tell} = this.#room;
		try {
			await persistently(() => feed.start({signal}), {signal, onFailure: error => tell('failure', error)});
			while (!signal.aborted && !this.#isClosing) {
				this.#worker = new Worker(this.#room, await this.#session(signal));
				await this.#worker.run(signal);
				this.#worker = undefined;
			}
		} catch (error) {
			if (!signal.aborted) throw error;
		} finally {
			this.#worker = undefined;
			await feed.stop();
		}
	}

	/** Hands over what can be handed over within `timeout` ms, and ends `run`. */
	async close(timeout: number): Promise<void> {
		this.#isClosing = true;
		const late = deferred();
		const timer = setTimeout(() => late.resolve(), timeout);
		await Promise.race([this.#worker?.close().catch(() => undefined), late.promise]);
		clearTimeout(timer);
		this.#over.abort(new Error('the consumer was closed'));
	}

	/** The id of the next session that is open. */
	async #session(signal: AbortSignal): Promise<bigint> {
		const {client} = this.#room;
		for (;;) {
			signal.throwIfAborted();
			const {state} = client;
			if (state.status === 'connected' || state.status === 'suspended') return state.sessionId;
			if (state.status === 'closed') throw new ClientClosedError('consuming');
			const changed = deferred();
			const wake = (): void => changed.resolve();
			const off = subscribe(client, {connected: wake, closed: wake});
			signal.addEventListener('abort', wake, {once: true});
			await changed.promise;
			off();
			signal.removeEventListener('abort', wake);
		}
	}
}
