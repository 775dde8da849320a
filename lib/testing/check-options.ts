import {TestingError} from './testing-error.ts';

/** Throws unless `value` is an integer in [`min`, `max`]. `undefined` passes: the option was left out. */
export function checkInteger(name: string, value: number | undefined, min: number, max: number): void {
	if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
	throw new TestingError('BAD_OPTION', `${name} must be an integer from ${min} to ${max}, not ${String(value)}`);
}

/** Throws unless every entry can stand as one `key=value` line of a Java properties file. */
export function checkProperties(properties: Readonly<Record<string, string | number | boolean>> | undefined): void {
	for (const [key, value] of Object.entries(properties ?? {})) {
		if (!/^[\w.-]+$/.test(key)) {
			throw new TestingError('BAD_OPTION', `properties: ${JSON.stringify(key)} is not a key (letters, digits, . _ -)`);
		}
		if (/[\r\n]/.test(String(value))) {
			throw new TestingError(
				'BAD_OPTION',
				`properties: the value of ${key} must be one line, not ${JSON.stringify(value)}`,
			);
		}
	}
}
