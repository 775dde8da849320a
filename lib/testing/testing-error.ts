import {CoordinationError} from '../errors/coordination-error.ts';

/** What went wrong with a test server or a proxy. */
export type TestingErrorCode =
	/** Neither a home directory nor Maven gave the server's jars. */
	| 'JARS_MISSING'
	/** There is no `java` to run the server with. */
	| 'JAVA_MISSING'
	/** There is no Python that finds kazoo, nor one to install it with. */
	| 'PYTHON_MISSING'
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
	/** The broker was started without a proxy in front of it. */
	| 'NOT_PROXIED'
	/** The rule ended before the frame it was made for came by. */
	| 'NOT_ARRIVED';

/** Every failure of a test server or proxy: tell them apart by `code`. Bad arguments and aborts have their own classes, as everywhere. */
export class TestingError extends CoordinationError {
	readonly code: TestingErrorCode;

	constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
