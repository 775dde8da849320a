import {TestingServer} from '../lib/testing/index.ts';
import {growth, readBaseline, writeBaseline} from './baseline.ts';
import {countRoundTrips} from './count-round-trips.ts';

/**
 * Round trips and requests of every case, beside the committed baseline. Ends with 1 when one has grown; `--update` makes today's counts the baseline.
 *
 *     npm run bench:round-trips
 *     npm run bench:round-trips -- --update
 */
await using server = await TestingServer.start();
const counted = await countRoundTrips(server);
const baseline = readBaseline();
const show = (now: number, before: number | undefined): string =>
	now === before ? String(now) : `${now} (was ${before ?? 'not counted'})`;
for (const [name, {flights, requests}] of Object.entries(counted)) {
	const before = baseline[name];
	console.log(`${name}: ${show(flights, before?.flights)} round trips, ${show(requests, before?.requests)} requests`);
}
if (process.argv.includes('--update')) writeBaseline(counted);
else {
	const grown = growth(counted, baseline);
	for (const line of grown) console.error(line);
	process.exitCode = grown.length > 0 ? 1 : 0;
}
