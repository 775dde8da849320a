/** What a measurement cannot go on from, in words for the person at the keyboard. */
export class BenchError extends Error {
	readonly code:
		| 'USAGE'
		| 'PEER_MISSING'
		| 'WORKER_ENDED'
		| 'NO_LEADER'
		| 'UNREACHABLE'
		| 'NOTHING_MEASURED'
		| 'NOT_WRITTEN';

	constructor(code: BenchError['code'], message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}

	override get name(): string {
		return 'BenchError';
	}
}
