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
