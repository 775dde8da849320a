import {once} from 'node:events';
import type {Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import anyTest, {type TestFn} from 'ava';
import {Registry} from 'prom-client';
import {type Client, connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {DocumentProject} from '../helpers/document-project.ts';
import {nextEvent} from '../helpers/next-event.ts';
import {until} from '../helpers/until.ts';

type Measuring = {readonly measureZooKeeper: (client: Client, registry: Registry) => () => void};
type Serving = {readonly metricsServer: (registry: Registry) => Server};

const test = (anyTest as TestFn<{readonly server: TestingServer; readonly project: DocumentProject}>).serial;

test.before(async t => {
	const project = await DocumentProject.of('docs/prometheus.md');
	t.context = {project, server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.project[Symbol.asyncDispose]();
	await t.context.server.close();
});

test('what happened is on the page that is scraped', async t => {
	const {server, project} = t.context;
	const {measureZooKeeper} = await project.import<Measuring>('measure-zookeeper.ts');
	const {metricsServer} = await project.import<Serving>('metrics-server.ts');
	await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	const client = await connect(proxy.address, {sessionTimeout: 20_000});
	const registry = new Registry();
	const stop = measureZooKeeper(client, registry);
	const http = metricsServer(registry).listen(0, '127.0.0.1');
	await once(http, 'listening');
	const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/metrics`;
	/** The value of each line of the page, by its name and labels. */
	const scrape = async (): Promise<Map<string, number>> => {
		const response = await fetch(url, {headers: {connection: 'close'}});
		t.regex(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
		const lines = (await response.text()).split('\n').filter(line => line && !line.startsWith('#'));
		return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
	};

	await client.create('/measured');
	await client.get('/measured', {watch: () => {}});
	await t.throwsAsync(client.get('/none'));
	const first = await scrape();
	const count = (operation: string, outcome: string): string =>
		`zookeeper_request_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`;
	t.is(first.get(count('create', 'ok')), 1);
	t.is(first.get(count('get', 'ok')), 1);
	t.is(first.get(count('get', 'NO_NODE')), 1);
	t.is(first.get('zookeeper_request_duration_seconds_bucket{le="+Inf",operation="get",outcome="ok"}'), 1);
	const seconds = first.get('zookeeper_request_duration_seconds_sum{operation="get",outcome="ok"}') ?? 0;
	t.true(seconds > 0 && seconds < 60);
	t.is(first.get('zookeeper_client_state{state="connected"}'), 1);
	t.is(first.get('zookeeper_client_state{state="suspended"}'), 0);
	t.is(first.get('zookeeper_watches{kind="one_shot"}'), 1);
	t.is(first.get('zookeeper_retries_total'), 0);

	const suspended = nextEvent(client, 'suspended');
	proxy.refuse();
	await suspended;
	const waiting = client.exists('/');
	const second = await scrape();
	t.is(second.get('zookeeper_client_state{state="suspended"}'), 1);
	t.is(second.get('zookeeper_requests_pending{state="waiting"}'), 1);
	await until(() => client.stats().connections.failed > 0);
	await proxy.restore();
	await waiting;
	proxy.resetOn({reply: 'getData'});
	await client.get('/measured');
	const third = await scrape();
	t.is(third.get(count('get', 'CONNECTION_LOSS')), 1);
	t.is(third.get('zookeeper_retries_total'), 1);
	t.is(third.get('zookeeper_session_events_total{event="reconnected"}'), 2);
	t.is(third.get('zookeeper_connections_total{event="opened"}'), 2);
	t.true((third.get('zookeeper_connections_total{event="failed"}') ?? 0) > 0);

	stop();
	await client.close();
	const last = await scrape();
	t.is(last.get('zookeeper_client_state{state="closed"}'), 1);
	t.is(last.get('zookeeper_session_events_total{event="closed"}'), undefined);
	http.close();
});
