import type {LookupAddress} from 'node:dns';
import {isIPv6} from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {Addresses, type Resolve} from '../../lib/driver/addresses.ts';
import {parseConnectString} from '../../lib/driver/wire/ensemble.ts';
import {WireDriver} from '../../lib/driver/wire/wire-driver.ts';
import {DialError} from '../../lib/index.ts';
import {failedDials} from '../helpers/failed-dials.ts';
import {openDriver} from '../helpers/open-driver.ts';
import {connectResponse, type Script, ScriptedServer} from '../helpers/scripted-server.ts';
import {until} from '../helpers/until.ts';

const toAddress = (address: string): LookupAddress => ({address, family: isIPv6(address) ? 6 : 4});

/** Answers in a later turn, as DNS does, and always in the same order. */
function answers(addresses: () => readonly string[]): Resolve {
	return (_host, _options, callback) => setImmediate(() => callback(null, addresses().map(toAddress)));
}

const answer: Script = (_, socket, index) => {
	if (index === 0) socket.write(connectResponse());
};

function orderOf(addresses: Addresses): Promise<string[]> {
	return new Promise((resolve, reject) => {
		addresses.lookup('zk.example', {all: true}, (error, found) => {
			if (error || typeof found === 'string') reject(error ?? new Error('not all of them'));
			else resolve(found.map(({address}) => address));
		});
	});
}

function driverOf(connectString: string, resolve: Resolve, sessionTimeout = 30_000): WireDriver {
	return new WireDriver({
		...parseConnectString(connectString),
		sessionTimeout,
		maxRequestLength: 1_048_575,
		maxReplyLength: 2 ** 20,
		resolve,
	});
}

test('every address has its turn before any has its second, whatever the order of the answers', async t => {
	const lists = fc.uniqueArray(fc.ipV4(), {minLength: 1, maxLength: 6});
	await fc.assert(
		fc.asyncProperty(lists, fc.func(fc.double({noNaN: true})), async (list, weight) => {
			let dials = 0;
			const addresses = new Addresses(
				answers(() => list.toSorted((one, other) => weight(dials, one) - weight(dials, other))),
			);
			const round = async (): Promise<string[]> => {
				const dialled: string[] = [];
				for (; dialled.length < list.length; dials++) {
					const [first = ''] = await orderOf(addresses);
					addresses.dialled(first);
					dialled.push(first);
				}
				return dialled;
			};
			const first = await round();
			t.deepEqual(first.toSorted(), list.toSorted());
			t.deepEqual(await round(), first);
		}),
	);
});

test('the first is one of chance; what TCP refuses is followed by the others', async t => {
	const list = ['10.0.0.1', 'fd00::1', '10.0.0.2'];
	const firsts = new Set<string>();
	while (firsts.size < list.length) {
		const order = await orderOf(new Addresses(answers(() => list)));
		t.deepEqual(order.toSorted(), list.toSorted());
		firsts.add(order[0] ?? '');
	}
});

test('an address is dialled again if that is wanted, and forgotten when the name is no longer its', async t => {
	let list = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
	const addresses = new Addresses(answers(() => list));
	addresses.dialled('10.0.0.1');
	addresses.dialled('10.0.0.2');
	addresses.repeat();
	t.deepEqual(await orderOf(addresses), ['10.0.0.2', '10.0.0.3', '10.0.0.1']);
	addresses.dialled('10.0.0.2');
	t.deepEqual(await orderOf(addresses), ['10.0.0.3', '10.0.0.1', '10.0.0.2']);
	list = ['10.0.0.1'];
	t.deepEqual(await orderOf(addresses), ['10.0.0.1']);
	list = ['10.0.0.1', '10.0.0.2'];
	t.deepEqual(await orderOf(addresses), ['10.0.0.2', '10.0.0.1']);
});

test('an address that is taken has had its turn', async t => {
	const addresses = new Addresses(answers(() => ['10.0.0.1', 'fd00::1']));
	const taken = [await addresses.next('zk.example'), await addresses.next('zk.example')];
	t.deepEqual(taken.toSorted(), ['10.0.0.1', 'fd00::1']);
	t.true((await addresses.next('zk.example')) === taken[0]);
	const nowhere = new Addresses(answers(() => []));
	await t.throwsAsync(nowhere.next('zk.example'), {code: 'ENOTFOUND'});
});

test('where only one address is asked for, one is given', async t => {
	const addresses = new Addresses(answers(() => ['fd00::1', '10.0.0.1']));
	addresses.dialled('10.0.0.1');
	const seen = await new Promise(resolve => {
		addresses.lookup('zk.example', {}, (...answer) => resolve(answer));
	});
	t.deepEqual(seen, [null, 'fd00::1', 6]);
});

test('a name whose first address takes connections and hangs up: the others are dialled', async t => {
	const dialled: string[] = [];
	const hangUp =
		(name: string): Script =>
		(_, socket) => {
			dialled.push(name);
			socket.destroy();
		};
	await using one = await ScriptedServer.start(hangUp('one'));
	const {port} = one;
	await using _two = await ScriptedServer.start(hangUp('two'), {host: '::1', port});
	await using _good = await ScriptedServer.start(
		(_, socket, index) => {
			if (index > 0) return;
			dialled.push('good');
			socket.write(connectResponse({sessionId: 5n}));
		},
		{host: '127.0.0.2', port},
	);
	const driver = driverOf(
		`zk.example:${port}`,
		answers(() => ['127.0.0.1', '::1', '127.0.0.2']),
	);
	const log = await openDriver(driver);
	t.is(log.handshakes[0]?.sessionId, 5n);
	t.is(log.handshakes[0]?.server, `zk.example:${port}`);
	t.is(new Set(dialled).size, dialled.length, `${dialled.join(', ')}: none twice`);
	t.is(dialled.at(-1), 'good');
	await driver.close(0);
});

test('a name is resolved anew at each dial: a server that has moved is found', async t => {
	let isMoved = false;
	await using old = await ScriptedServer.start((_, socket, index) => {
		if (index === 0) socket.write(connectResponse());
		else socket.destroy();
	});
	await using moved = await ScriptedServer.start(answer, {host: '127.0.0.2', port: old.port});
	const driver = driverOf(
		`zk.example:${old.port}`,
		answers(() => [isMoved ? '127.0.0.2' : '127.0.0.1']),
	);
	const log = await openDriver(driver);
	isMoved = true;
	await t.throwsAsync(driver.call('sync', {path: '/'}));
	await log.told('connected', 2);
	t.is(moved.connections, 1);
	await driver.close(0);
});

test('a name that is not resolved, and one whose addresses all refuse, are said to be such', async t => {
	const unknown = driverOf('zk.example', (host, _options, callback) => {
		setImmediate(() => callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {code: 'ENOTFOUND'}), []));
	});
	const refused = driverOf(
		'zk.example:1',
		answers(() => ['127.0.0.1', '127.0.0.2']),
	);
	const [failures, refusals] = [failedDials(unknown), failedDials(refused)];
	await until(() => failures.length > 0 && refusals.length > 0);
	await Promise.all([unknown.close(0), refused.close(0)]);
	const [failure, refusal] = [failures[0] as DialError, refusals[0] as DialError];
	t.is(failure.code, 'HOST_UNKNOWN');
	t.is(failure.message, 'zk.example: the host name was not resolved (getaddrinfo ENOTFOUND zk.example)');
	t.is(refusal.code, 'NOTHING_LISTENS');
	for (const address of ['127.0.0.1:1', '127.0.0.2:1']) t.true(refusal.message.includes(`ECONNREFUSED ${address}`));
});

test('an address is dialled as it is, without a question to DNS', async t => {
	await using server = await ScriptedServer.start(answer, {host: '::1'});
	const driver = driverOf(`[::1]:${server.port}`, () => t.fail('a name was asked for'));
	const log = await openDriver(driver);
	t.is(log.handshakes[0]?.server, `[::1]:${server.port}`);
	await driver.close(0);
});

test('closing ends a dial whose name is still being resolved; a late answer is dropped', async t => {
	let dials = 0;
	await using server = await ScriptedServer.start((_, socket, index) => {
		if (index > 0) return;
		dials++;
		socket.write(connectResponse());
	});
	const late: (() => void)[] = [];
	const driver = driverOf(`zk.example:${server.port}`, (_host, _options, callback) => {
		late.push(() => callback(null, [toAddress('127.0.0.1')]));
	});
	const failures = failedDials(driver);
	await until(() => late.length > 0);
	await driver.close(0);
	for (const resolved of late) resolved();
	// By now a dial of the first driver would have been seen.
	const other = driverOf(server.address, () => t.fail('a name was asked for'));
	await openDriver(other);
	await other.close(0);
	t.is(dials, 1);
	t.is(late.length, 1);
	t.deepEqual(failures, []);
});

test('a name that is not resolved in time costs one dial', async t => {
	await using server = await ScriptedServer.start(answer);
	let questions = 0;
	const resolve: Resolve = (_host, _options, callback) => {
		if (questions++ > 0) setImmediate(() => callback(null, [toAddress('127.0.0.1')]));
	};
	const driver = driverOf(`zk.example:${server.port}`, resolve, 1500);
	const log = await openDriver(driver);
	t.is(log.handshakes[0]?.server, `zk.example:${server.port}`);
	t.true(questions > 1);
	await driver.close(0);
});
