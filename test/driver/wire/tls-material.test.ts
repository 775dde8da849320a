import {setImmediate as nextTurn} from 'node:timers/promises';
import type {ConnectionOptions} from 'node:tls';
import test from 'ava';
import {askMode} from '../../../lib/driver/wire/ask-mode.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {tlsMaterial} from '../../../lib/driver/wire/tls-material.ts';
import {WireDriver} from '../../../lib/driver/wire/wire-driver.ts';
import {DialError} from '../../../lib/index.ts';
import {deferred} from '../../../lib/util/deferred.ts';
import {failedDials} from '../../helpers/failed-dials.ts';
import {until} from '../../helpers/until.ts';

const server = {host: '127.0.0.1', port: 1, name: 'zk:1'};
const {signal: never} = new AbortController();
const silent = (): Promise<ConnectionOptions> => new Promise(() => {});

test('what is given is taken, and a failure is said to be one of the material', async t => {
	const material = {servername: 'zk.example'};
	t.is(await tlsMaterial({secure: () => Promise.resolve(material), server, timeout: 60_000, signal: never}), material);
	const cause = new Error('the vault is sealed');
	const failing = tlsMaterial({secure: () => Promise.reject(cause), server, timeout: 60_000, signal: never});
	const error = await t.throwsAsync(failing, {instanceOf: DialError, code: 'TLS_MATERIAL', message: /^zk:1: /});
	t.is(error.cause, cause);
});

test('a function that never answers is given up, by its bound or by the signal', async t => {
	const bounded = tlsMaterial({secure: silent, server, timeout: 20, signal: never});
	await t.throwsAsync(bounded, {instanceOf: DialError, code: 'TLS_MATERIAL', message: /no answer within 20 ms/});
	const controller = new AbortController();
	const aborted = tlsMaterial({secure: silent, server, timeout: 60_000, signal: controller.signal});
	controller.abort();
	await t.throwsAsync(aborted, {instanceOf: DialError});
});

test('a late failure harms nobody', async t => {
	const late = deferred<ConnectionOptions>();
	const bounded = tlsMaterial({secure: () => late.promise, server, timeout: 10, signal: never});
	await t.throwsAsync(bounded, {message: /within 10 ms/});
	late.reject(new Error('too late'));
	// An unhandled rejection would end the process.
	await nextTurn();
});

test('a question to a server needs material that comes', async t => {
	t.is(await askMode(server, silent, never), 'none');
});

test('the driver asks again for each dial, says why it has no session, and closes while it waits', async t => {
	let questions = 0;
	const driver = new WireDriver({
		...parseConnectString('127.0.0.1:1'),
		sessionTimeout: 900,
		maxRequestLength: 1_048_575,
		maxReplyLength: 2 ** 20,
		secure: () => {
			questions++;
			return silent();
		},
	});
	const failures = failedDials(driver);
	await until(() => questions >= 3);
	const told = failures.length;
	t.is(told, questions - 1);
	for (const failure of failures) {
		t.is((failure as DialError).code, 'TLS_MATERIAL');
		t.is(failure.message, '127.0.0.1:1: the function given as `ssl` had no answer within 500 ms');
	}
	await driver.close(0);
	t.is(failures.length, told);
});
