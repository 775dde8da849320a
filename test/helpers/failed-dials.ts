import type {Driver} from '../../lib/driver/driver.ts';

/** Starts a driver whose dials fail, and lists the causes as they come. */
export function failedDials(driver: Driver): readonly Error[] {
	const causes: Error[] = [];
	driver.start({
		connected: () => {},
		disconnected: () => {},
		expired: () => {},
		answered: () => {},
		event: () => {},
		dialFailed: cause => void causes.push(cause),
	});
	return causes;
}
