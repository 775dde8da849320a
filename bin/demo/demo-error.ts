/** What the demo cannot go on from, in words for the person at the keyboard. */
export class DemoError extends Error {
	readonly code: 'USAGE' | 'WORKER_ENDED' | 'NOT_IN_TIME' | 'WITNESS' | 'UNEXPECTED';

	constructor(code: DemoError['code'], message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}

	override get name(): string {
		return 'DemoError';
	}
}
