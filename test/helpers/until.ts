import {setTimeout as sleep} from 'node:timers/promises';

/** Asks again and again; the test's own timeout is the only bound. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await sleep(10);
}
