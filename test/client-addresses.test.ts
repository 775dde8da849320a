import test from 'ava';
import {clientAddresses} from '../lib/client-addresses.ts';
import {type EnsembleConfig, parseServer} from '../lib/ensemble-config.ts';

function addresses(lines: readonly string[], {isSecure = false, isLocal = false} = {}): string | undefined {
	const servers = lines.map(line => {
		const server = parseServer(line);
		if (!server) throw new Error(line);
		return server;
	});
	return clientAddresses({servers, version: 1n, raw: '', stat: {} as EnsembleConfig['stat']}, {isSecure, isLocal});
}

test('each server where clients reach it, observers too, by the names that the configuration has', t => {
	const lines = [
		'server.1=zk1:2888:3888:participant;zk1.public:2181',
		'server.2=10.0.0.2:2888:3888:observer;10.0.0.2:2182',
		'server.3=[2001:db8::3]:2888:3888;[2001:db8::4]:2181',
	];
	t.is(addresses(lines), 'zk1.public:2181,10.0.0.2:2182,[2001:db8::4]:2181');
});

test('one that listens on all its addresses is where the other servers reach it, at the port for clients', t => {
	t.is(addresses(['server.1=zk1:2888:3888;2181']), 'zk1:2181');
	t.is(addresses(['server.1=[2001:db8::3]:2888:3888;[::]:2181']), '[2001:db8::3]:2181');
	t.is(addresses(['server.1=0.0.0.0:2888:3888;0.0.0.0:2181']), undefined);
});

test('what says less than all is not followed', t => {
	t.is(addresses([]), undefined);
	t.is(addresses(['server.1=zk1:2888:3888:participant']), undefined);
	t.is(addresses(['server.1=zk1:2888:3888;2181', 'server.2=zk2:2888:3888:observer']), undefined);
});

test('loopback addresses are those of another machine, unless the client knows one of its own', t => {
	for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
		const lines = ['server.1=zk1:2888:3888;2181', `server.2=zk2:2888:3888;${host}:2181`];
		t.is(addresses(lines), undefined);
		t.is(addresses(lines, {isLocal: true}), `zk1:2181,${host}:2181`);
	}
});

test('a client that speaks TLS goes to the port for TLS, where one is told', t => {
	const lines = ['server.1=zk1:2888:3888;2181;2281', 'server.2=zk2:2888:3888;2181'];
	t.is(addresses(lines, {isSecure: true}), 'zk1:2281,zk2:2181');
	t.is(addresses(lines), 'zk1:2181,zk2:2181');
});
