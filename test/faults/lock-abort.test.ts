import test from 'ava';
import {AbortedError} from '../../lib/index.ts';
import {Mutex} from '../../recipes/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {listenerCount, ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

async function aborted(acquiring: Promise<unknown>): Promise<boolean> {
	return acquiring.then(
		() => false,
		error => error instanceof AbortedError && error.cause === 'enough',
	);
}

test('abort before the create can be sent', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	one.proxy.refuse();
	await eventually(
		() => one.client.state.status,
		status => status === 'suspended',
	);
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/unsent').acquire({signal: controller.signal});
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await one.proxy.restore();
	await one.client.sync('/');
	await onlooker.nothingLeft('/abort/unsent', one.client);
});

for (const [name, path] of [
	['in the turn of the call', '/abort/turn'],
	['while the create is on its way', '/abort/request'],
	['while the reply is on its way', '/abort/reply'],
] as const) {
	test(`abort ${name}`, async t => {
		await using one = await ProxiedClient.connect(onlooker.server);
		await one.client.create(path, '', {createParents: true});
		const held = one.proxy.hold(path === '/abort/reply' ? {reply: 'create2'} : {request: 'create2'});
		const controller = new AbortController();
		const acquiring = new Mutex(one.client, path).acquire({signal: controller.signal});
		if (path !== '/abort/turn') await held.arrived;
		controller.abort('enough');
		t.true(await aborted(acquiring));
		await held.arrived;
		held.release();
		// What is told later is done later: the abort's delete has to have gone out.
		await one.client.sync('/');
		await onlooker.nothingLeft(path, one.client);
	});
}

test('abort after the reply was lost', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/abort/lost', '', {createParents: true});
	const lost = one.proxy.resetOn({reply: 'create2'});
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/lost').acquire({signal: controller.signal});
	await lost.arrived;
	t.is((await onlooker.names('/abort/lost')).length, 1);
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await onlooker.nothingLeft('/abort/lost', one.client);
});

test('abort, then the reply is lost', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await one.client.create('/abort/then-lost', '', {createParents: true});
	const held = one.proxy.hold({reply: 'create2'});
	const controller = new AbortController();
	const acquiring = new Mutex(one.client, '/abort/then-lost').acquire({signal: controller.signal});
	await held.arrived;
	controller.abort('enough');
	t.true(await aborted(acquiring));
	held.reset();
	await onlooker.nothingLeft('/abort/then-lost', one.client);
});

test('abort while waiting', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/abort/waiting').acquire();
	const controller = new AbortController();
	const acquiring = new Mutex(two.client, '/abort/waiting').acquire({signal: controller.signal});
	await onlooker.parked('/abort/waiting', holder);
	controller.abort('enough');
	t.true(await aborted(acquiring));
	await onlooker.queued('/abort/waiting', 1);
	await onlooker.unwatched('/abort/waiting', holder);
	t.is(listenerCount(two.client), 0);
	await holder.release();
	await onlooker.nothingLeft('/abort/waiting', one.client, two.client);
});

test('abort while the watch on the predecessor is on its way', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const holder = await new Mutex(one.client, '/abort/watching').acquire();
	const held = two.proxy.hold({reply: 'getData', where: ({request}) => request?.path === holder.path});
	const controller = new AbortController();
	const acquiring = new Mutex(two.client, '/abort/watching').acquire({signal: controller.signal});
	await held.arrived;
	controller.abort('enough');
	t.true(await aborted(acquiring));
	held.release();
	await onlooker.queued('/abort/watching', 1);
	await onlooker.unwatched('/abort/watching', holder);
	await holder.release();
	await onlooker.nothingLeft('/abort/watching', one.client, two.client);
});

test('abort at the moment of the grant: either a lease or nothing', async t => {
	await using one = await ProxiedClient.connect(onlooker.server);
	await using two = await ProxiedClient.connect(onlooker.server);
	const path = '/abort/grant';
	let granted = 0;
	for (let delay = 0; delay < 20; delay++) {
		const holder = await new Mutex(one.client, path).acquire();
		const controller = new AbortController();
		const acquiring = new Mutex(two.client, path).acquire({signal: controller.signal});
		await onlooker.parked(path, holder);
		void holder.release();
		setTimeout(() => controller.abort('enough'), delay / 2);
		const lease = await acquiring.catch(() => undefined);
		if (lease) granted++;
		await lease?.release();
		await onlooker.nothingLeft(path, one.client, two.client);
	}
	t.log(`${granted} of 20 granted`);
	t.pass();
});
