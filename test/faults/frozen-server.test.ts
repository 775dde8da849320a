import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import test from 'ava';
import {channelNames, type Client, connect, type ConnectionNotice} from '../../lib/index.ts';
import {TestingCluster, type TestingServer} from '../../lib/testing/index.ts';
import {eventLog} from '../helpers/event-log.ts';
import {nextEvent} from '../helpers/next-event.ts';

const sessionTimeout = 12_000;

/** A client that is on a follower: without the leader the others would have to elect one first. */
async function openOnFollower(
	cluster: TestingCluster,
	opened: readonly string[],
): Promise<{readonly client: Client; readonly server: TestingServer}> {
	for (;;) {
		const client = await connect(cluster.connectString, {sessionTimeout});
		const followers = await cluster.followers();
		const server = followers.find(({connectString}) => connectString === opened.at(-1));
		if (server) return {client, server};
		await client.close();
	}
}

test('the server of the connection freezes: the next one goes on with the session', async t => {
	const opened: string[] = [];
	const onConnection = (message: unknown): void => {
		const notice = message as ConnectionNotice;
		if (notice.event === 'opened') opened.push(notice.server);
	};
	await using cluster = await TestingCluster.start();
	subscribe(channelNames.connection, onConnection);
	const {client, server} = await openOnFollower(cluster, opened);
	const id = client.session?.id;
	await client.create('/mine', null, {mode: 'ephemeral'});
	const events = eventLog(client);
	const suspended = nextEvent(client, 'suspended');
	const reconnected = nextEvent(client, 'reconnected');
	server.freeze();
	try {
		const {expiresAt} = await suspended;
		t.true(performance.now() < expiresAt, 'the silence is noticed before the session may end');
		await reconnected;
		t.not(opened.at(-1), server.connectString);
		t.is((await client.exists('/mine'))?.ephemeralOwner, id);
	} finally {
		server.thaw();
	}
	t.deepEqual(
		events.filter(name => name !== 'untrusted'),
		['suspended', 'reconnected'],
	);
	t.is(client.session?.id, id);
	unsubscribe(channelNames.connection, onConnection);
	// What the thawed server still knew of the old connection does no harm to the session.
	await using witness = await connect(server.connectString);
	await witness.sync('/');
	t.is((await witness.exists('/mine'))?.ephemeralOwner, id);
	await client.set('/mine', 'still here');
	await client.close();
});
