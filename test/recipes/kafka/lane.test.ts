import test from 'ava';
import fc from 'fast-check';
import {type LaneEvent, type LaneState, next} from '../../../recipes/kafka/lane.ts';
import type {Lease} from '../../../recipes/lease.ts';

const lease: Lease = {
	path: '/lock/_c_1-lock-0000000000',
	fencingToken: 1n,
	signal: new AbortController().signal,
	release: () => Promise.resolve(),
	fenced: transaction => transaction,
	throwIfLost: () => undefined,
	[Symbol.asyncDispose]: () => Promise.resolve(),
};
const error = new Error('cause');
const idle: LaneState = {status: 'idle'};

function after(...events: readonly LaneEvent[]): LaneState {
	return events.reduce(next, idle);
}

const takeover: readonly LaneEvent[] = [
	{type: 'assigned'},
	{type: 'locked', lease},
	{type: 'fenced'},
	{type: 'recorded'},
	{type: 'positioned', epoch: 3n, paused: false},
];

test('lock, fence, record, position, run', t => {
	t.deepEqual(
		takeover.map((_, at) => after(...takeover.slice(0, at + 1)).status),
		['locking', 'fencing', 'recording', 'positioning', 'running'],
	);
});

test('nothing is skipped on the way', t => {
	for (const [at] of takeover.entries())
		for (const later of takeover.slice(at + 1)) {
			const state = after(...takeover.slice(0, at));
			t.is(next(state, later), state);
		}
});

test('who was outrun looks and fences again', t => {
	t.is(after(...takeover.slice(0, 3), {type: 'outrun'}).status, 'fencing');
});

test('the user and the queue pause independently', t => {
	const paused = after(...takeover, {type: 'paused', by: 'user'}, {type: 'paused', by: 'back-pressure'});
	t.like(paused, {status: 'running', pausedBy: ['user', 'back-pressure']});
	t.like(next(paused, {type: 'resumed', by: 'user'}), {pausedBy: ['back-pressure']});
});

test('recovery comes and goes without leaving the lane', t => {
	const recovering = after(...takeover, {type: 'recovering', cause: error});
	t.like(recovering, {status: 'running', recovering: error});
	t.false('recovering' in next(recovering, {type: 'recovered'}));
});

test('a halted lane keeps its lock until it is restarted or revoked', t => {
	const halted = after(...takeover, {type: 'halted', error});
	t.like(halted, {status: 'halted', lease, error});
	t.like(next(halted, {type: 'restarted', paused: true}), {status: 'running', epoch: 3n, pausedBy: ['user']});
	t.like(next(halted, {type: 'revoked', reason: 'plan'}), {status: 'draining', reason: 'plan'});
});

test('a lane that halted before it had an epoch cannot be restarted in place', t => {
	const halted = after(...takeover.slice(0, 3), {type: 'halted', error});
	t.is(next(halted, {type: 'restarted', paused: false}), halted);
});

test('whatever happens, a lost lane holds nothing, and no lease is held without the lock', t => {
	const events: readonly LaneEvent[] = [
		...takeover,
		{type: 'outrun'},
		{type: 'paused', by: 'user'},
		{type: 'resumed', by: 'user'},
		{type: 'recovering', cause: error},
		{type: 'recovered'},
		{type: 'halted', error},
		{type: 'restarted', paused: false},
		{type: 'revoked', reason: 'plan'},
		{type: 'released'},
		{type: 'lost', reason: 'lock'},
	];
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...events), {maxLength: 40}), sequence => {
			let state: LaneState = {status: 'idle'};
			for (const event of sequence) {
				const before = state;
				state = next(before, event);
				if (event.type === 'lost') t.false('lease' in state);
				if ('lease' in state && !('lease' in before)) t.is(event.type, 'locked');
			}
		}),
	);
});
