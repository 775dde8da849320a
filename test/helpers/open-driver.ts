import type {Driver, DriverListener, Handshake} from '../../lib/driver/driver.ts';
import type {WatchedEvent} from '../../lib/index.ts';
import {until} from './until.ts';

/** What a driver told its listener, in order; the test may add its own marks. */
export type DriverLog = {
	readonly entries: string[];
	readonly handshakes: Handshake[];
	readonly events: WatchedEvent[];
	readonly answers: number[];
	/** Why dials gave no session. */
	readonly failures: Error[];
	/** Waits until the entry has come `times` times. */
	told(entry: string, times?: number): Promise<void>;
};

/** Starts a driver and waits for its first session. @param failures where those are listed that come before it, too */
export async function openDriver(driver: Driver, failures: Error[] = []): Promise<DriverLog> {
	const entries: string[] = [];
	const handshakes: Handshake[] = [];
	const events: WatchedEvent[] = [];
	const answers: number[] = [];
	const listener: DriverListener = {
		connected(handshake) {
			handshakes.push(handshake);
			entries.push('connected');
		},
		disconnected: () => void entries.push('disconnected'),
		expired: () => void entries.push('expired'),
		answered: sentAt => void answers.push(sentAt),
		event(event) {
			events.push(event);
			entries.push(`${event.type} ${event.path}`);
		},
		dialFailed: cause => void failures.push(cause),
	};
	const told = (entry: string, times = 1): Promise<void> =>
		until(() => entries.filter(other => other === entry).length >= times);
	driver.start(listener);
	await told('connected');
	return {entries, handshakes, events, answers, failures, told};
}
