import {AsyncLocalStorage} from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import {channelNames} from '../../lib/index.ts';

const requests = `tracing:${channelNames.request}`;

type Call = {inFlight: number; roundTrips: number};

/** Counts the requests that a call sends itself, as far as they follow one another: what is sent beside an unanswered one costs no further round trip. */
export class RoundTripCounter implements Disposable {
	readonly #current = new AsyncLocalStorage<Call>();
	readonly #callOf = new WeakMap<object, Call>();
	#calls = 0;
	#roundTrips = 0;

	constructor() {
		diagnostics.subscribe(`${requests}:start`, this.#onStart);
		diagnostics.subscribe(`${requests}:asyncEnd`, this.#onEnd);
	}

	/** The mean of all calls that succeeded. */
	get mean(): number | undefined {
		return this.#calls === 0 ? undefined : this.#roundTrips / this.#calls;
	}

	async count<T>(work: () => Promise<T>): Promise<T> {
		const call: Call = {inFlight: 0, roundTrips: 0};
		const result = await this.#current.run(call, work);
		this.#calls++;
		this.#roundTrips += call.roundTrips;
		return result;
	}

	[Symbol.dispose](): void {
		diagnostics.unsubscribe(`${requests}:start`, this.#onStart);
		diagnostics.unsubscribe(`${requests}:asyncEnd`, this.#onEnd);
	}

	readonly #onStart = (trace: unknown): void => {
		const call = this.#current.getStore();
		if (!call) return;
		this.#callOf.set(Object(trace), call);
		if (call.inFlight++ === 0) call.roundTrips++;
	};

	readonly #onEnd = (trace: unknown): void => {
		const call = this.#callOf.get(Object(trace));
		if (call) call.inFlight--;
	};
}
