import test from 'ava';
import {fencing} from './fencing.ts';
import type {ChaosEvent, Tenure} from './history.ts';
import {tenureOf} from './tenure-of.ts';

const write = ({request, token}: Tenure, at: number, accepted: boolean): ChaosEvent => ({
	type: 'written',
	at,
	request,
	token,
	accepted,
});
const first = tenureOf(1, 3);
const second = tenureOf(5, 7);

test('tokens that grow, and a late write that is refused', t => {
	t.deepEqual(fencing([first, second], [write(first, 2, true), write(second, 6, true), write(first, 6, false)]), []);
});

test('a token that does not grow is found; of readers nothing is asked', t => {
	t.is(fencing([first, {...second, token: first.token}], []).length, 1);
	t.is(fencing([first, {...second, token: 0n}], []).length, 1);
	t.deepEqual(fencing([first, {...second, token: 0n, role: 'shared'}], []), []);
});

test('a late write that is accepted is found', t => {
	t.is(fencing([first, second], [write(second, 6, true), write(first, 6.5, true)]).length, 1);
});

test('a holder that is refused is found', t => {
	t.is(fencing([first, second], [write(second, 6, false)]).length, 1);
});
