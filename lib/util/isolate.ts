/** Calls a stranger's function so that its exception reaches neither the caller nor what the caller does next: it surfaces as an uncaught exception. */
export function callIsolated<Arguments extends readonly unknown[]>(
	stranger: (...args: Arguments) => void,
	...args: Arguments
): void {
	try {
		stranger(...args);
	} catch (error) {
		queueMicrotask(() => {
			throw error;
		});
	}
}
