import test from 'ava';
import fc from 'fast-check';
import {Ensemble, parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {InvalidArgumentError} from '../../../lib/index.ts';

test('hosts, ports, spaces, IPv6, chroot', t => {
	const servers = (text: string): string[] => parseConnectString(text).servers.map(({host, port}) => `${host} ${port}`);
	t.deepEqual(servers('zk'), ['zk 2181']);
	t.deepEqual(servers('zk1:1, zk2:65535 ,10.0.0.1'), ['zk1 1', 'zk2 65535', '10.0.0.1 2181']);
	t.deepEqual(servers('[::1]:2182,[fe80::1%eth0]'), ['::1 2182', 'fe80::1%eth0 2181']);
	t.is(parseConnectString('zk').chroot, '');
	t.is(parseConnectString('zk/').chroot, '');
	t.is(parseConnectString('zk:1,zk2/app/x').chroot, '/app/x');
});

test('what is no connect string is refused', t => {
	for (const text of [
		'',
		' ',
		',',
		'zk,',
		',zk',
		'zk:',
		'zk:0',
		'zk:65536',
		'zk:port',
		'zk:1:2',
		'::1',
		'[::1',
		'[zk]:1',
		'[:::]',
		'/app',
		'zk/app/',
		'zk//app',
		'zk/a/../b',
		undefined as unknown as string,
	])
		t.throws(() => parseConnectString(text), {instanceOf: InvalidArgumentError}, text);
});

test('every server has its turn before any has its second', t => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 9}), size => {
			const servers = Array.from({length: size}, (_, index) => ({host: `zk${index}`, port: 1, name: `zk${index}`}));
			const ensemble = new Ensemble(servers);
			t.is(ensemble.size, size);
			const round = (): string[] => servers.map(() => ensemble.next().host);
			const first = round();
			t.is(new Set(first).size, size);
			t.deepEqual(round(), first);
		}),
	);
});

test('a server that is preferred is dialled where it was found', async t => {
	const found = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(address => ({address, family: 4}));
	const ensemble = new Ensemble(parseConnectString('zk.example,10.0.0.9').servers, (_host, _options, callback) =>
		setImmediate(() => callback(null, found)),
	);
	const next = [ensemble.next(), ensemble.next()];
	t.is(next.find(({host}) => host === '10.0.0.9')?.addresses, undefined);
	const named = next.find(({host}) => host === 'zk.example');
	for (const {address} of found) named?.addresses?.dialled(address);
	if (named) ensemble.prefer(named);
	const again = ensemble.next();
	t.is(again.host, 'zk.example');
	const order = await new Promise(resolve => {
		again.addresses?.lookup('zk.example', {all: true}, (_error, answer) => resolve(answer));
	});
	t.deepEqual(order, [found[2], found[0], found[1]]);
});
