import test from 'ava';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {Queue} from '../../recipes/index.ts';
import {until} from '../helpers/until.ts';
import {curatorPeer} from './curator-peer.ts';

test('#62 Curator and Docent take what the other has put, in one order', async t => {
	t.timeout(120_000);
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString);
	await using curator = await curatorPeer(server.connectString);
	const path = '/interop/queue';
	const queue = new Queue(client, path);
	await curator.ask('produce', path, 'first');
	await queue.put('fourth', {priority: 5});
	await curator.ask('produce-at', path, '-5/second');
	await curator.ask('produce-at', path, '5/fifth');
	await queue.put('third', {priority: 0});
	const items: string[] = [];
	for (let item = 0; item < 5; item++) await queue.take(bytes => items.push(bytes.toString()));
	t.deepEqual(items, ['first', 'second', 'third', 'fourth', 'fifth']);

	await queue.put('a', {priority: 2});
	await queue.put('b', {priority: 1});
	await queue.put('c');
	for (const item of ['c', 'b', 'a']) t.is(await curator.ask('consume', path, queue.lockPath), item);
	await until(async () => (await client.children(path)).children.length === 0);

	// Neither handles what the other does.
	await curator.ask('produce', path, 'd');
	t.is(await curator.ask('consume', path, queue.lockPath), 'd');
	const handled = Array.from({length: 40}, (_, index) => String(index));
	const end = new AbortController();
	const here: string[] = [];
	const taking = (async () => {
		for (;;) await queue.take(bytes => here.push(bytes.toString()), {signal: end.signal});
	})();
	await Promise.all(handled.map(item => queue.put(item)));
	await until(async () => (await client.children(path)).children.length === 0);
	end.abort();
	await t.throwsAsync(taking, {code: 'ABORTED'});
	const there: string[] = [];
	while (here.length + there.length < handled.length) there.push(await curator.ask('consume', path, queue.lockPath));
	t.deepEqual([...here, ...there].sort(), [...handled].sort());
	await until(async () => (await client.children(queue.lockPath)).children.length === 0);
	await curator.ask('stop-consuming', path);
});
