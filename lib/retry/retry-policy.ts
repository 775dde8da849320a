/** What a policy may look at before each retry. */
export type RetryContext = {
	/** How many attempts have failed, from 1. */
	readonly attempt: number;
	/** Milliseconds since the first attempt began. */
	readonly elapsed: number;
	/** Why the last attempt failed. */
	readonly error: unknown;
};

/** The wait before the next attempt in milliseconds, or `undefined` to give up. Only sound retries are ever asked about. */
export type RetryPolicy = (context: RetryContext) => number | undefined;
