import test from 'ava';
import {keeperError} from '../../lib/errors/keeper-error.ts';
import {ConnectionLossError, forever, nTimes, type RetryContext, SessionExpiredError} from '../../lib/index.ts';
import {outcomeOf} from '../../lib/retry/outcome.ts';
import {withRetry} from '../../lib/retry/with-retry.ts';

const lost = (sent: boolean): Error => new ConnectionLossError('get /a', {sent});
const always = (): boolean => true;

/** Fails as often as asked, then succeeds with how often it was called. */
function failing(times: number, error = lost(true)): () => Promise<number> {
	let calls = 0;
	return () => (++calls > times ? Promise.resolve(calls) : Promise.reject(error));
}

test('the first attempt starts in the same turn', t => {
	let started = false;
	void withRetry(
		() => {
			started = true;
			return Promise.resolve();
		},
		{policy: forever(0), isSound: always},
	);
	t.true(started);
});

test('repeats while the policy gives a delay, and tells it what happened', async t => {
	const contexts: RetryContext[] = [];
	const error = lost(true);
	const result = await withRetry(failing(3, error), {
		policy(context) {
			contexts.push(context);
			return 0;
		},
		isSound: always,
	});
	t.is(result, 4);
	t.deepEqual(
		contexts.map(({attempt}) => attempt),
		[1, 2, 3],
	);
	t.true(contexts.every(context => context.error === error && context.elapsed >= 0));
});

test('gives up with the last failure', async t => {
	const error = lost(true);
	t.is(await t.throwsAsync(withRetry(failing(9, error), {policy: nTimes(2, 0), isSound: always})), error);
});

test('never repeats what is not sound, at whichever attempt', async t => {
	let calls = 0;
	const errors = [lost(false), new SessionExpiredError('get /a')];
	const operation = (): Promise<never> => Promise.reject(errors[calls++] ?? new Error('called too often'));
	await t.throwsAsync(withRetry(operation, {policy: forever(0), isSound: error => outcomeOf(error) === 'unsent'}), {
		instanceOf: SessionExpiredError,
	});
	t.is(calls, 2);
});

test('a policy that throws is told as it is', async t => {
	const broken = new Error('broken policy');
	const policy = (): never => {
		throw broken;
	};
	t.is(await t.throwsAsync(withRetry(failing(9), {policy, isSound: always})), broken);
});

test('an abort ends the pause at once; the next attempt is the one to say so', async t => {
	const controller = new AbortController();
	let calls = 0;
	const operation = (): Promise<never> => {
		calls++;
		return Promise.reject(controller.signal.aborted ? new SessionExpiredError('aborted') : lost(true));
	};
	const retrying = withRetry(operation, {
		policy: forever(2 ** 30),
		signal: controller.signal,
		isSound: error => error instanceof ConnectionLossError,
	});
	setImmediate(() => controller.abort());
	await t.throwsAsync(retrying, {message: /^aborted/});
	t.is(calls, 2);
});

test('what a failure says about its request', t => {
	t.is(outcomeOf(lost(false)), 'unsent');
	t.is(outcomeOf(lost(true)), 'ambiguous');
	t.is(outcomeOf(keeperError(-127, 'get')), 'unsent');
	for (const error of [keeperError(-101, 'get'), new SessionExpiredError('get'), new TypeError('x'), undefined])
		t.is(outcomeOf(error), 'final');
});
