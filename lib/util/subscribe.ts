import type {EventMap, Listener, Subscribable} from './emitter.ts';

export type Listeners<Events extends EventMap> = {
	readonly [Name in keyof Events & string]?: Listener<Events[Name]>;
};

/** Adds many listeners at once. @returns what removes them all; idempotent */
export function subscribe<Events extends EventMap>(
	target: Subscribable<Events>,
	listeners: Listeners<Events>,
): () => void {
	const names = Object.keys(listeners) as (keyof Events & string)[];
	const undo = names.flatMap(name => {
		const listener = listeners[name];
		if (!listener) return [];
		target.on(name, listener);
		return [() => target.off(name, listener)];
	});
	return () => {
		for (const off of undo.splice(0)) off();
	};
}
