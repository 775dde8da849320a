import test from 'ava';
import type {OffsetRecord} from '../../../recipes/kafka/offset-record.ts';
import {reconcile} from '../../../recipes/kafka/reconcile.ts';

const lane = {topic: 'orders', partition: 0};
const at = (next: bigint) => ({next, epoch: 1n, seq: 1n});
const record = (change: Partial<OffsetRecord>): OffsetRecord => ({
	next: 10n,
	epoch: 1n,
	seq: 1n,
	owner: 'w',
	lock: 'l',
	txn: 't',
	clean: false,
	carrier: 'kafka',
	established: true,
	ts: 0,
	...change,
});

test('a lane nobody ever had starts by policy', t => {
	t.deepEqual(reconcile({lane, carrier: undefined, record: undefined, adopts: false}), {action: 'start'});
	t.deepEqual(reconcile({lane, carrier: undefined, record: undefined, adopts: true}), {action: 'start'});
});

test('a position without a record halts, unless it may be adopted', t => {
	t.like(reconcile({lane, carrier: at(5n), record: undefined, adopts: false}), {
		action: 'halt',
		error: {code: 'OFFSET_MISMATCH'},
	});
	t.deepEqual(reconcile({lane, carrier: at(5n), record: undefined, adopts: true}), {action: 'adopt'});
});

test('a start that was stored but never committed is gone on from', t => {
	t.deepEqual(reconcile({lane, carrier: undefined, record: record({established: false}), adopts: false}), {
		action: 'go',
		position: 10n,
		established: false,
	});
});

test('a sink that forgot what ZooKeeper knows halts', t => {
	t.like(reconcile({lane, carrier: undefined, record: record({}), adopts: false}), {
		action: 'halt',
		error: {code: 'CARRIER_MISSING'},
	});
});

test('the sink leads', t => {
	for (const established of [true, false])
		t.deepEqual(reconcile({lane, carrier: at(12n), record: record({established}), adopts: false}), {
			action: 'go',
			position: 12n,
			established: true,
		});
	t.like(reconcile({lane, carrier: at(10n), record: record({clean: true}), adopts: false}), {position: 10n});
});

test('the sink behind ZooKeeper halts', t => {
	t.like(reconcile({lane, carrier: at(9n), record: record({}), adopts: false}), {error: {code: 'OFFSET_MISMATCH'}});
});

test('after an orderly hand-over both must agree', t => {
	t.like(reconcile({lane, carrier: at(11n), record: record({clean: true}), adopts: false}), {
		error: {code: 'OFFSET_MISMATCH'},
	});
});
