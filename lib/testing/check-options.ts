import {AbortedError} from '../errors/aborted-error.ts';
import {InvalidArgumentError} from '../errors/argument-error.ts';

/** Throws unless `value` is an integer in [`min`, `max`]. `undefined` passes: the option was left out. */
export function checkInteger(name: string, value: number | undefined, min: number, max: number): void {
	if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
	throw new InvalidArgumentError(name, value, `an integer from ${min} to ${max}`);
}

/** Throws unless every entry can stand as one `key=value` line of a Java properties file. */
export function checkProperties(properties: Readonly<Record<string, string | number | boolean>> | undefined): void {
	for (const [key, value] of Object.entries(properties ?? {})) {
		if (!/^[\w.-]+$/.test(key))
			throw new InvalidArgumentError('properties', key, 'keyed by letters, digits, `.`, `_` and `-`');
		if (/[\r\n]/.test(String(value))) throw new InvalidArgumentError(`properties.${key}`, value, 'one line');
	}
}

/** Rejects with one class, whatever the reason of the signal is. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
	if (signal?.aborted) throw new AbortedError(what, signal.reason);
}
