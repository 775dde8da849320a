import {CoordinationError} from './coordination-error.ts';

/** The driver that was asked for cannot be loaded; the message says what to install. */
export class DriverUnavailableError extends CoordinationError {
	readonly code = 'DRIVER_UNAVAILABLE';
}
