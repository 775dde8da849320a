import {CoordinationError} from './coordination-error.ts';

/** Data that would take more memory than it may: it was not decompressed. */
export class DataTooLargeError extends CoordinationError {
	readonly code = 'DATA_TOO_LARGE';
	/** In bytes. */
	readonly limit: number;

	constructor(limit: number, options?: ErrorOptions) {
		super(`the data is longer than ${limit} bytes when it is decompressed`, options);
		this.limit = limit;
	}
}
