import {EventEmitter} from 'eventemitter3';
import {callIsolated} from './isolate.ts';

/** Maps an event's name to the arguments its listeners get. */
export type EventMap = Readonly<Record<string, readonly unknown[]>>;
export type Listener<Arguments extends readonly unknown[]> = (...args: Arguments) => void;

/** The part of an emitter that its owner's users see. Listeners are called in the order they were added. */
export interface Subscribable<Events extends EventMap> {
	on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this;
	once<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this;
	off<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this;
	/** The same as `off`; with it `once` and `on` of `node:events` accept this emitter. */
	removeListener<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this;
	listenerCount(event: keyof Events & string): number;
}

/**
 * eventemitter3, but a throwing listener reaches neither `emit` nor the other listeners: its error surfaces as an uncaught exception of its own turn.
 * (eventemitter3 throws it into `emit`, that is, into the middle of a state transition.)
 */
export class Emitter<Events extends EventMap> implements Subscribable<Events> {
	readonly #emitter = new EventEmitter<string>();
	/** What each listener was wrapped in, by event, so that `off` finds it. */
	readonly #wrapped = new Map<string, Map<unknown, (...args: unknown[]) => void>>();

	on<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this {
		this.#emitter.on(event, this.#wrap(event, listener, false));
		return this;
	}

	once<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this {
		this.#emitter.on(event, this.#wrap(event, listener, true));
		return this;
	}

	off<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this {
		const wrapped = this.#wrapped.get(event)?.get(listener);
		if (wrapped) {
			this.#emitter.off(event, wrapped);
			this.#wrapped.get(event)?.delete(listener);
		}
		return this;
	}

	removeListener<Name extends keyof Events & string>(event: Name, listener: Listener<Events[Name]>): this {
		return this.off(event, listener);
	}

	listenerCount(event: keyof Events & string): number {
		return this.#emitter.listenerCount(event);
	}

	/** For the owner only: tells every listener. */
	emit<Name extends keyof Events & string>(event: Name, ...args: Events[Name]): void {
		this.#emitter.emit(event, ...args);
	}

	removeAllListeners(): void {
		this.#emitter.removeAllListeners();
		this.#wrapped.clear();
	}

	#wrap<Name extends keyof Events & string>(
		event: Name,
		listener: Listener<Events[Name]>,
		once: boolean,
	): (...args: unknown[]) => void {
		const wrapped = (...args: unknown[]): void => {
			if (once) this.off(event, listener);
			callIsolated(listener, ...(args as unknown as Events[Name]));
		};
		let listeners = this.#wrapped.get(event);
		if (!listeners) this.#wrapped.set(event, (listeners = new Map()));
		const before = listeners.get(listener);
		if (before) this.#emitter.off(event, before);
		listeners.set(listener, wrapped);
		return wrapped;
	}
}
