import type {ExecutionContext} from 'ava';
import type {Fleet} from './fleet.ts';

/** What came out of a fleet, once everything is carried: each output once and in order, no offset ahead, nothing left open. */
export async function assertExactlyOnce(t: ExecutionContext, fleet: Fleet): Promise<void> {
	const {lanes, foreign, wrong, records, exactlyOnce} = await fleet.finish();
	t.deepEqual(wrong, []);
	t.deepEqual(foreign, []);
	const faults = lanes.map(({lane, missing, repeated, disordered}) => ({lane, missing, repeated, disordered}));
	t.deepEqual(
		faults,
		lanes.map(({lane}) => ({lane, missing: [], repeated: [], disordered: []})),
	);
	t.true(exactlyOnce);
	const outputs = lanes.reduce((sum, {found}) => sum + found, 0);
	t.true(outputs > 0);
	const {changes, comparisons} = fleet.offsets.counts;
	t.log(
		`Kafka ${fleet.kafka.version}: ${records} records in, ${outputs} out; ${fleet.offsets.transactionalIds.size} owners; ${changes} offsets seen, ${comparisons} compared`,
	);
}
