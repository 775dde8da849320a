import test from 'ava';
import fc from 'fast-check';
import {type EnsembleServer, formatServer, parseConfig, parseServer} from '../lib/ensemble-config.ts';
import {InvalidArgumentError, ProtocolError, type Stat} from '../lib/index.ts';

const stat: Stat = {
	czxid: 1n,
	mzxid: 1n,
	ctime: 0,
	mtime: 0,
	version: 0,
	cversion: 0,
	aversion: 0,
	ephemeralOwner: 0n,
	dataLength: 0,
	numChildren: 0,
	pzxid: 1n,
};
const configOf = (...lines: readonly string[]): ReturnType<typeof parseConfig> =>
	parseConfig(Buffer.from(lines.join('\n')), stat);

test('what servers write is read, client addresses of all kinds and none', t => {
	const {servers, version, raw} = configOf(
		'server.1=zk1.example:2888:3888:participant;0.0.0.0:2181',
		'server.2=10.0.0.2:2888:3888:observer;10.0.0.2:2181',
		'server.3=[2001:db8::3]:2888:3888:participant;[::]:2181',
		'server.4=zk4:2888:3888:participant',
		'server.12=zk5:2888:3888|zk5b:2889:3889:participant;2181;2281',
		'group.1=1:2:3',
		'version=1a00000003',
	);
	const peer = (host: string): EnsembleServer['peers'][number] => ({host, quorumPort: 2888, electionPort: 3888});
	t.deepEqual(servers, [
		{id: 1, role: 'participant', peers: [peer('zk1.example')], client: {host: '0.0.0.0', port: 2181}},
		{id: 2, role: 'observer', peers: [peer('10.0.0.2')], client: {host: '10.0.0.2', port: 2181}},
		{id: 3, role: 'participant', peers: [peer('2001:db8::3')], client: {host: '::', port: 2181}},
		{id: 4, role: 'participant', peers: [peer('zk4')]},
		{
			id: 12,
			role: 'participant',
			peers: [peer('zk5'), {host: 'zk5b', quorumPort: 2889, electionPort: 3889}],
			client: {host: '0.0.0.0', port: 2181},
			secureClient: {host: '0.0.0.0', port: 2281},
		},
	]);
	t.is(version, 0x1a_0000_0003n);
	t.true(raw.includes('group.1=1:2:3'));
});

test('a server that stands alone has no configuration', t => {
	for (const data of [null, Buffer.alloc(0), Buffer.from('version=0')])
		t.like(parseConfig(data, stat), {servers: [], version: 0n});
});

test('a line that is not understood is no smaller ensemble', t => {
	for (const line of [
		'server.1',
		'server.1=zk1',
		'server.1=zk1:2888:3888:witness;2181',
		'server.1=zk1:2888:99999',
		'server.1=zk1:2888:3888;port',
		'server.1=[::zk]:2888:3888',
		'server.1=zk1:2888:3888|zk2',
		'server.1=zk1:2888:3888;1;2;3',
	]) {
		t.is(parseServer(line), undefined, line);
		t.throws(() => configOf(line, 'version=1'), {instanceOf: ProtocolError}, line);
	}
});

const port = fc.integer({min: 1, max: 65_535});
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
const address = fc.record({host, port});
const server: fc.Arbitrary<EnsembleServer> = fc
	.record({
		id: fc.nat(),
		role: fc.constantFrom('participant' as const, 'observer' as const),
		peers: fc.array(fc.record({host, quorumPort: port, electionPort: port}), {minLength: 1, maxLength: 3}),
		client: fc.option(address, {nil: undefined}),
		secureClient: fc.option(address, {nil: undefined}),
	})
	.map(({client, secureClient, ...rest}) => ({
		...rest,
		...(client && {client}),
		...(client && secureClient && {secureClient}),
	}));

test('what is written is read back', t => {
	fc.assert(
		fc.property(server, one => {
			t.deepEqual(parseServer(formatServer(one)), one);
		}),
	);
	const good: EnsembleServer = {id: 1, role: 'participant', peers: [{host: 'a', quorumPort: 1, electionPort: 2}]};
	for (const bad of [{id: -1}, {peers: []}, {client: {host: 'a,b', port: 1}}, {secureClient: {host: 'a', port: 1}}])
		t.throws(() => formatServer({...good, ...bad}), {instanceOf: InvalidArgumentError});
});
