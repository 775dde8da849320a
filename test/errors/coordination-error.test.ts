import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {keeperError} from '../../lib/errors/keeper-error.ts';
import * as docent from '../../lib/index.ts';
import {CoordinationError, isCoordinationError} from '../../lib/index.ts';

const keeper = (code: number): docent.KeeperError => keeperError(code, 'get', '/a');
/** One of each class that users can catch, with its code. */
const samples: readonly (readonly [CoordinationError, string])[] = [
	[new docent.AbortedError('get /a', new Error('enough')), 'ABORTED'],
	[new docent.InvalidArgumentError('path', 'a', 'absolute'), 'INVALID_ARGUMENT'],
	[new docent.UnsupportedError('no'), 'UNSUPPORTED'],
	[new docent.AuthFailedError('auth'), 'AUTH_FAILED'],
	[new docent.ClientClosedError('get /a'), 'CLIENT_CLOSED'],
	[new docent.ConnectionLossError('get /a', {sent: true}), 'CONNECTION_LOSS'],
	[new docent.ConnectTimeoutError('connect'), 'CONNECT_TIMEOUT'],
	[new docent.ProtocolError('garbage'), 'PROTOCOL'],
	[new docent.SessionExpiredError('get /a'), 'SESSION_EXPIRED'],
	[new docent.TooManyWaitingError(1), 'TOO_MANY_WAITING'],
	[new docent.RequestTooLargeError('set /a', 2, 1), 'REQUEST_TOO_LARGE'],
	[new docent.DataTooLargeError(1), 'DATA_TOO_LARGE'],
	[new docent.TransactionError(1, keeper(-101)), 'TRANSACTION_FAILED'],
	[new docent.DialError('NO_ANSWER', 'zk1:2181', 'no answer'), 'NO_ANSWER'],
	[new docent.DriverUnavailableError('install it'), 'DRIVER_UNAVAILABLE'],
	[keeper(-1), 'KEEPER'],
	[keeper(-13), 'NEW_CONFIG_NO_QUORUM'],
	[keeper(-14), 'RECONFIG_IN_PROGRESS'],
	[keeper(-101), 'NO_NODE'],
	[keeper(-102), 'NO_AUTH'],
	[keeper(-103), 'BAD_VERSION'],
	[keeper(-108), 'NO_CHILDREN_FOR_EPHEMERALS'],
	[keeper(-110), 'NODE_EXISTS'],
	[keeper(-111), 'NOT_EMPTY'],
	[keeper(-114), 'INVALID_ACL'],
	[keeper(-119), 'NOT_READ_ONLY'],
	[keeper(-123), 'RECONFIG_DISABLED'],
	[keeper(-125), 'QUOTA_EXCEEDED'],
];

test('every class has a code of its own', t => {
	for (const [error, code] of samples) t.is(error.code, code);
	const classes = new Set(samples.map(([error]) => error.constructor));
	t.is(new Set(samples.map(([{code}]) => code)).size, classes.size);
	const exported = Object.values<unknown>(docent).filter(
		(value): value is typeof CoordinationError =>
			typeof value === 'function' && value.prototype instanceof CoordinationError,
	);
	t.deepEqual(
		exported.filter(value => !classes.has(value)),
		[],
		'each exported class is in this list',
	);
});

for (const [error, code] of samples) {
	test(`${error.constructor.name}: name, guard and text`, t => {
		t.is(error.name, error.constructor.name);
		t.true(error instanceof Error);
		t.true(isCoordinationError(error));
		t.true(isCoordinationError(error, code));
		t.false(isCoordinationError(error, 'OTHER'));
		t.true(inspect(error).includes(error.message));
		t.regex(error.stack ?? '', new RegExp(error.constructor.name));
	});
}

test('causes are kept', t => {
	const cause = new Error('deep');
	t.is(new docent.AbortedError('get /a', cause).cause, cause);
	t.is(new docent.ConnectionLossError('get /a', {sent: false, cause}).cause, cause);
	t.is(new docent.SessionExpiredError('get /a', {cause}).cause, cause);
	const refusal = keeper(-103);
	t.is(new docent.TransactionError(2, refusal).cause, refusal);
	t.regex(new docent.TransactionError(2, refusal).message, /operation 2: get \/a: the version does not match/);
});

test('any result code gives an error with operation, path and number', t => {
	fc.assert(
		fc.property(fc.integer({min: -200, max: -1}), code => {
			const error = keeper(code);
			t.is(error.resultCode, code);
			t.is(error.operation, 'get');
			t.is(error.path, '/a');
			t.regex(error.message, /^get \/a: ./);
		}),
	);
});

test('the guard never throws, whatever it is handed', t => {
	fc.assert(
		fc.property(fc.anything({withNullPrototype: true, withBigInt: true}), value => {
			t.false(isCoordinationError(value));
		}),
	);
	const refuses = (): never => {
		throw new Error('no');
	};
	t.false(isCoordinationError(new Proxy({}, {has: refuses, get: refuses, getPrototypeOf: refuses})));
});
