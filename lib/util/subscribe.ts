import type {EventMap, Listener, Subscribable} from './emitter.ts';
import {callIsolated} from './isolate.ts';

export type Listeners<Events extends EventMap> = {
	readonly [Name in keyof Events & string]?: Listener<Events[Name]>;
};

/** All that was subscribed to one target. It listens there once for each event: thousands may come and go, and an emitter looks through all its listeners for the one that goes. */
class Subscriptions<Events extends EventMap> {
	readonly #target: Subscribable<Events>;
	readonly #listeners = new Set<{readonly listeners: Listeners<Events>}>();
	readonly #undo = new Map<string, () => void>();

	constructor(target: Subscribable<Events>) {
		this.#target = target;
	}

	add(listeners: Listeners<Events>): () => void {
		for (const name of Object.keys(listeners)) if (!this.#undo.has(name)) this.#listen(name);
		const subscription = {listeners};
		this.#listeners.add(subscription);
		return () => {
			if (!this.#listeners.delete(subscription) || this.#listeners.size > 0) return;
			for (const undo of this.#undo.values()) undo();
			this.#undo.clear();
		};
	}

	#listen<Name extends keyof Events & string>(name: Name): void {
		const tell = (...args: Events[Name]): void => {
			const present = [...this.#listeners];
			for (const subscription of present) {
				const listener = this.#listeners.has(subscription) ? subscription.listeners[name] : undefined;
				if (listener) callIsolated(listener, ...args);
			}
		};
		this.#target.on(name, tell);
		this.#undo.set(name, () => this.#target.off(name, tell));
	}
}

const subscriptions = new WeakMap<object, unknown>();

/** Adds many listeners at once, told in the order of their addition. @returns what removes them all; idempotent */
export function subscribe<Events extends EventMap>(
	target: Subscribable<Events>,
	listeners: Listeners<Events>,
): () => void {
	const known = subscriptions.get(target) as Subscriptions<Events> | undefined;
	const all = known ?? new Subscriptions<Events>(target);
	if (!known) subscriptions.set(target, all);
	return all.add(listeners);
}
