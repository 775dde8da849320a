import {CoordinationError} from './coordination-error.ts';

/** The request is larger than servers accept; they would close the connection without a word. Nothing was sent. */
export class RequestTooLargeError extends CoordinationError {
	readonly code = 'REQUEST_TOO_LARGE';

	constructor(what: string, size: number, limit: number) {
		super(`${what}: about ${size} bytes, more than the ${limit} that \`jute.maxbuffer\` allows`);
	}
}
