import {writeFileSync} from 'node:fs';
import process from 'node:process';

/** Names the file that a run's numbers go to; unset, they go nowhere. */
export const countsVariable = 'DOCENT_TEST_COUNTS';

/**
 * Takes AVA's own numbers, for its closing lines do not tell how many tests passed beside one that failed, and its TAP
 * reporter breaks on a timeout.
 */
export async function observeRun({events}) {
	const file = process.env[countsVariable];
	if (file === undefined) {
		return;
	}
	for await (const event of events) {
		if (event.type === 'stats') {
			writeFileSync(file, JSON.stringify(counts(event.stats)));
		}
	}
}

/** A file that broke without a failed test to its name counts as one that failed. */
function counts({byFile, passedTests, passedKnownFailingTests}) {
	let failed = 0;
	for (const file of byFile.values()) {
		const broken =
			file.declaredTests === 0 ||
			file.internalErrors + file.uncaughtExceptions + file.unhandledRejections + file.unexpectedProcessExits > 0;
		failed += Math.max(file.failedTests + file.failedHooks + file.remainingTests, broken ? 1 : 0);
	}
	return {passed: passedTests + passedKnownFailingTests, failed};
}
