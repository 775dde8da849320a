/** Shared by every copy of the package in a process, so that `isCoordinationError` holds across them. */
const brand = Symbol.for('docent.coordination-error');

/**
 * The base of every error that Docent throws. Tell them apart by class or by `code`; the original is in `cause`.
 */
export abstract class CoordinationError extends Error {
	/** Names the cause, for example `NO_NODE`. Stable across releases. */
	abstract readonly code: string;

	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		Object.defineProperty(this, brand, {value: true});
	}

	override get name(): string {
		return this.constructor.name;
	}
}

/** Whether `error` comes from Docent and, when `code` is given, has that code. Never throws, whatever it is handed. */
export function isCoordinationError(error: unknown, code?: string): error is CoordinationError {
	try {
		return (
			typeof error === 'object' &&
			error !== null &&
			brand in error &&
			(code === undefined || (error as unknown as CoordinationError).code === code)
		);
	} catch {
		// A proxy's traps may throw; ours are no proxies.
		return false;
	}
}
