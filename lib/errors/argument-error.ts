import {inspect} from 'node:util';
import {CoordinationError} from './coordination-error.ts';

/** A value that was refused before any I/O: the message says which, what it was, and what is accepted. */
export class InvalidArgumentError extends CoordinationError {
	readonly code = 'INVALID_ARGUMENT';
	/** The name of the argument or option, for example `options.sessionTimeout`. */
	readonly argument: string;

	constructor(argument: string, value: unknown, accepted: string) {
		super(`\`${argument}\` must be ${accepted}, got ${inspect(value, {depth: 0, maxStringLength: 200})}`);
		this.argument = argument;
	}
}

/** What the driver or the server cannot do. The message names what can. */
export class UnsupportedError extends CoordinationError {
	readonly code = 'UNSUPPORTED';
}
