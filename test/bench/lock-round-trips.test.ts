import test from 'ava';
import {growth, readBaseline} from '../../bench/baseline.ts';
import {countRoundTrips} from '../../bench/count-round-trips.ts';
import {TestingServer} from '../../lib/testing/index.ts';

test('no recipe takes more round trips or requests than the committed baseline says', async t => {
	await using server = await TestingServer.start();
	const counted = await countRoundTrips(server);
	// An improvement passes; `npm run bench:round-trips -- --update` makes it the new bound.
	t.deepEqual(growth(counted, readBaseline()), []);
});

test('growth is told, and so is a case that is missing on either side', t => {
	const baseline = {acquire: {flights: 1, requests: 2}, release: {flights: 1, requests: 1}};
	t.deepEqual(growth(baseline, baseline), []);
	t.deepEqual(growth({...baseline, acquire: {flights: 0, requests: 1}}, baseline), []);
	t.deepEqual(growth({...baseline, acquire: {flights: 2, requests: 2.5}}, baseline), [
		'acquire: 2 flights, 1 in the baseline',
		'acquire: 2.5 requests, 2 in the baseline',
	]);
	t.deepEqual(growth({acquire: baseline.acquire}, baseline), ['release: is in the baseline, but is not counted']);
	t.deepEqual(growth(baseline, {acquire: baseline.acquire}), ['release: is not in the baseline']);
});
