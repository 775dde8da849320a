type InboxActions = {
	/** Whether a frame is a watch event; asked when its turn has come. */
	isEvent(frame: Buffer): boolean;
	deliver(frame: Buffer): void;
	/** Everything that has arrived was delivered, or dropped. */
	drained(): void;
	/** What `deliver` threw: the frames behind it are dropped. */
	failed(error: unknown): void;
};

/**
 * A connection's frames, delivered in their order. A reply settles a promise, whose continuations run only after this turn; so an event that follows a reply waits until
 * they are through, and is told after everything the reply led to. All of it is done before the next bytes are read: a server cannot fill this faster than it is emptied.
 */
export class Inbox {
	readonly #actions: InboxActions;
	#frames: readonly Buffer[] = [];
	/** The first that was not delivered yet. */
	#next = 0;
	#isDelivering = false;

	constructor(actions: InboxActions) {
		this.#actions = actions;
	}

	/** Between the first frame of a delivery and the end of the last one. */
	get isDelivering(): boolean {
		return this.#isDelivering;
	}

	push(frames: readonly Buffer[]): void {
		if (this.#isDelivering) {
			this.#frames = [...this.#frames.slice(this.#next), ...frames];
			this.#next = 0;
			return;
		}
		this.#frames = frames;
		this.#isDelivering = true;
		this.#deliver();
	}

	/** What was not delivered yet never is. */
	drop(): void {
		this.#frames = [];
		this.#next = 0;
	}

	#deliver(): void {
		let replied = false;
		try {
			for (let frame = this.#frames[this.#next]; frame; frame = this.#frames[this.#next]) {
				const isEvent = this.#actions.isEvent(frame);
				if (isEvent && replied) {
					this.#deliverLater();
					return;
				}
				this.#next++;
				this.#actions.deliver(frame);
				replied ||= !isEvent;
			}
		} catch (error) {
			this.#end();
			this.#actions.failed(error);
			return;
		}
		this.#end();
		this.#actions.drained();
	}

	/** Ticks run once no microtask is left: then every continuation of the replies so far has run. */
	#deliverLater(): void {
		queueMicrotask(() => process.nextTick(() => this.#deliver()));
	}

	#end(): void {
		this.drop();
		this.#isDelivering = false;
	}
}
