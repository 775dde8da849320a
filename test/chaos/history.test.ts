import test from 'ava';
import {type ChaosEvent, tenures} from './history.ts';

const asked: ChaosEvent = {type: 'asked', at: 1, request: 'a', process: 3, resource: 'it', role: 'exclusive'};
const acquired: ChaosEvent = {
	type: 'acquired',
	at: 2,
	request: 'a',
	token: 7n,
	permits: 1,
	queuedAt: 1.5,
	session: 11n,
};
const held = (at: number): ChaosEvent => ({type: 'held', at, request: 'a'});

test('a tenure lasts from the first to the last instant at which its holder was free to act', t => {
	t.deepEqual(tenures([asked, acquired, held(3), held(5), {type: 'ended', at: 9, request: 'a', how: 'released'}]), [
		{
			request: 'a',
			process: 3,
			resource: 'it',
			role: 'exclusive',
			askedAt: 1,
			queuedAt: 1.5,
			session: 11n,
			token: 7n,
			permits: 1,
			from: 3,
			until: 5,
		},
	]);
});

test('who was never free to act has none', t => {
	t.deepEqual(tenures([asked, acquired]), []);
});

test('a session that is ended by hand ends its tenures, those that begin later too, and no others', t => {
	const until = (session: bigint, at: number) =>
		tenures([asked, acquired, held(3), {type: 'expired', at, session}, held(5)])[0]?.until;
	t.is(until(11n, 4), 4);
	t.is(until(11n, 2), undefined);
	t.is(until(12n, 4), 5);
});
