import {AsyncLocalStorage} from 'node:async_hooks';
import {type Context, type ContextManager, ROOT_CONTEXT} from '@opentelemetry/api';

/** Keeps OpenTelemetry's active span over asynchronous calls, as that of its SDK for Node does. */
export class AsyncContextManager implements ContextManager {
	readonly #storage = new AsyncLocalStorage<Context>();

	active(): Context {
		return this.#storage.getStore() ?? ROOT_CONTEXT;
	}

	with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
		context: Context,
		fn: F,
		thisArg?: ThisParameterType<F>,
		...args: A
	): ReturnType<F> {
		return this.#storage.run(context, () => fn.call(thisArg as ThisParameterType<F>, ...args));
	}

	bind<T>(_context: Context, target: T): T {
		return target;
	}

	enable(): this {
		return this;
	}

	disable(): this {
		this.#storage.disable();
		return this;
	}
}
