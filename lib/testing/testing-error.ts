/** What went wrong with a test server or a proxy. */
export type TestingErrorCode =
	/** An option or argument was not acceptable; nothing was started. */
	| 'BAD_OPTION'
	/** Neither a home directory nor Maven gave the server's jars. */
	| 'JARS_MISSING'
	/** There is no `java` to run the server with. */
	| 'JAVA_MISSING'
	/** The process ended before it was ready; the message holds its output. */
	| 'START_FAILED'
	/** The process was not ready in time; the message holds its output. */
	| 'START_TIMEOUT'
	/** The server does not run (any more), or does not answer. */
	| 'NOT_RUNNING'
	/** The session to kill is not known to the server under that id and password. */
	| 'NO_SUCH_SESSION'
	/** No member of the cluster became leader in time. */
	| 'NO_LEADER'
	/** The wait was aborted; `cause` is the signal's reason. */
	| 'ABORTED';

/** Every failure of `docent/testing`: tell them apart by `code`. */
export class TestingError extends Error {
	override readonly name = 'TestingError';
	readonly code: TestingErrorCode;

	constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/** Rejects with one class, whatever the reason of the signal is. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
	if (signal?.aborted) throw new TestingError('ABORTED', `${what} was aborted`, {cause: signal.reason});
}
