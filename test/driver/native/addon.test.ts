import test from 'ava';
import {loadAddon} from '../../../lib/driver/native/addon.ts';
import {connect, type ConnectOptions, DriverUnavailableError, UnsupportedError} from '../../../lib/index.ts';
import {runNativeProgram} from './native-program.ts';

const nowhere = '127.0.0.1:1';

test('a missing package: what to install, and what needs none', async t => {
	const missing = loadAddon(() => import(['zookeeper', 'that-nobody-has'].join('-')));
	await t.throwsAsync(missing, {instanceOf: DriverUnavailableError});
	const notFound = Object.assign(new Error("Cannot find package 'zookeeper' imported from x.js"), {
		code: 'ERR_MODULE_NOT_FOUND',
	});
	const error = await t.throwsAsync(
		loadAddon(() => Promise.reject(notFound)),
		{instanceOf: DriverUnavailableError},
	);
	t.is(error.code, 'DRIVER_UNAVAILABLE');
	t.is(error.cause, notFound);
	t.regex(error.message, /not installed: run `npm install zookeeper@7\.3`, or leave out `driver`/);
});

test('a program without the package is told what to do, and ends', async t => {
	const program = `
		import {connect} from 'docent';
		const {name, code, message} = await connect('${nowhere}', {driver: 'native'}).catch(error => error);
		console.log(name, code, message);`;
	const {end, stdout, output} = await runNativeProgram(program);
	t.is(end, 0, output);
	t.regex(
		stdout,
		/^DriverUnavailableError DRIVER_UNAVAILABLE .*run `npm install zookeeper@7\.3`, or leave out `driver`/,
	);
});

test('a package that could not be compiled: how to compile it', async t => {
	const cause = new Error('No native build was found for platform=linux arch=x64');
	const error = await t.throwsAsync(
		loadAddon(() => Promise.reject(cause)),
		{instanceOf: DriverUnavailableError},
	);
	t.is(error.cause, cause);
	t.regex(error.message, /C\+\+ compiler.*`npm rebuild zookeeper`, or leave out `driver`/);
	await t.throwsAsync(
		loadAddon(() => Promise.resolve({default: {}})),
		{instanceOf: DriverUnavailableError, message: /exports no class/},
	);
});

test('what the driver cannot is refused before it is loaded', async t => {
	const beyond: readonly ConnectOptions[] = [
		{ssl: true},
		{sasl: {username: 'a', password: 'b'}},
		{canBeReadOnly: true},
		{maxReplyLength: 10_000},
	];
	for (const options of beyond) {
		const error = await t.throwsAsync(connect(nowhere, {...options, driver: 'native'}), {instanceOf: UnsupportedError});
		t.regex(error.message, /the wire driver has/);
	}
	await t.throwsAsync(connect(nowhere, {driver: 'other' as 'wire'}), {
		code: 'INVALID_ARGUMENT',
		message: /options\.driver/,
	});
});
