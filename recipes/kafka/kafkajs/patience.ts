import {setTimeout as sleep} from 'node:timers/promises';
import {AbortedError, isCoordinationError, unlessAborted} from '../../../lib/index.ts';
import {KafkaRefusedError, KafkaUnavailableError} from '../kafka-error.ts';

export type PatienceOptions = {
	/** Which failures are worth another attempt. */
	readonly isPassing: (error: unknown) => boolean;
	/** Milliseconds until the last failure is thrown. */
	readonly patience: number;
	readonly signal?: AbortSignal | undefined;
};

const shortest = 2;
const longest = 20;

/**
 * Repeats at 2 to 20 ms, as the Java client's 20 ms: what these calls wait for (transaction markers, a coordinator being loaded) is over in milliseconds. Rejects with
 * the last failure, as it is.
 */
export async function patiently<T>(
	attempt: () => Promise<T>,
	{isPassing, patience, signal}: PatienceOptions,
): Promise<T> {
	const deadline = performance.now() + patience;
	for (let pause = shortest; ; pause = Math.min(pause * 2, longest)) {
		try {
			return await attempt();
		} catch (error) {
			if (!isPassing(error) || performance.now() + pause > deadline) throw error;
		}
		await sleep(pause, undefined, signal ? {signal} : {});
	}
}

/**
 * {@link patiently}, with the failure told in our own words.
 *
 * @param what for messages, such as `'fencing "a.b.1"'`
 * @throws {KafkaUnavailableError} when patience ran out
 * @throws {KafkaRefusedError} for a failure that repeating does not mend
 * @throws {AbortedError}
 */
export async function attempting<T>(what: string, attempt: () => Promise<T>, options: PatienceOptions): Promise<T> {
	const {signal, isPassing} = options;
	try {
		return await unlessAborted(patiently(attempt, options), signal, what);
	} catch (error) {
		if (isCoordinationError(error)) throw error;
		AbortedError.throwIfAborted(signal, what);
		const told = `${what}: ${error instanceof Error ? error.message : String(error)}`;
		throw isPassing(error)
			? new KafkaUnavailableError(told, {cause: error})
			: new KafkaRefusedError(told, {cause: error});
	}
}
