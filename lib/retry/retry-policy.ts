import {InvalidArgumentError} from '../errors/argument-error.ts';

/** What a policy may look at before each retry. */
export type RetryContext = {
	/** How many attempts have failed, from 1. */
	readonly attempt: number;
	/** Milliseconds since the first attempt began. */
	readonly elapsed: number;
	/** Why the last attempt failed. */
	readonly error: unknown;
};

/** The wait before the next attempt in milliseconds, or `undefined` to give up. Only sound retries are ever asked about. Any such function is a policy. */
export type RetryPolicy = (context: RetryContext) => number | undefined;

/** Curator's bound: beyond it the doubling would overflow. */
const maxDoublings = 29;

function checked(argument: string, value: number, accepted: string, holds: boolean): number {
	if (!holds) throw new InvalidArgumentError(argument, value, accepted);
	return value;
}
const delayOf = (argument: string, value: number): number =>
	checked(argument, value, 'a number of milliseconds from 0', Number.isFinite(value) && value >= 0);
const countOf = (argument: string, value: number): number =>
	checked(argument, value, 'a whole number from 0', Number.isInteger(value) && value >= 0);

/** ExponentialBackoffRetry: `baseDelay` times a random whole number below 2^attempt (at least 1), `maxRetries` times. */
export function exponentialBackoff(baseDelay: number, maxRetries: number): RetryPolicy {
	return boundedExponentialBackoff(baseDelay, Number.MAX_SAFE_INTEGER, maxRetries);
}

/** BoundedExponentialBackoffRetry: the same, but no wait is longer than `maxDelay` ms. */
export function boundedExponentialBackoff(baseDelay: number, maxDelay: number, maxRetries: number): RetryPolicy {
	delayOf('baseDelay', baseDelay);
	delayOf('maxDelay', maxDelay);
	countOf('maxRetries', maxRetries);
	return ({attempt}) => {
		if (attempt > maxRetries) return undefined;
		return Math.min(
			maxDelay,
			baseDelay * Math.max(1, Math.floor(Math.random() * 2 ** Math.min(maxDoublings, attempt))),
		);
	};
}

/** RetryNTimes: `delay` ms between attempts, `retries` times. */
export function nTimes(retries: number, delay: number): RetryPolicy {
	countOf('retries', retries);
	delayOf('delay', delay);
	return ({attempt}) => (attempt > retries ? undefined : delay);
}

/** RetryOneTime. */
export function oneTime(delay: number): RetryPolicy {
	return nTimes(1, delay);
}

/** RetryUntilElapsed: `delay` ms between attempts until `maxElapsed` ms have passed since the first began. */
export function untilElapsed(maxElapsed: number, delay: number): RetryPolicy {
	delayOf('maxElapsed', maxElapsed);
	delayOf('delay', delay);
	return ({elapsed}) => (elapsed >= maxElapsed ? undefined : delay);
}

/** RetryForever: `delay` ms between attempts; ended by the call's signal or the client's end. */
export function forever(delay: number): RetryPolicy {
	delayOf('delay', delay);
	return () => delay;
}
