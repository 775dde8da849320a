import {context, type Span, SpanKind, SpanStatusCode, trace} from '@opentelemetry/api';
import {
	BasicTracerProvider,
	InMemorySpanExporter,
	type ReadableSpan,
	SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import anyTest, {type TestFn} from 'ava';
import {type Client, connect, NoNodeError} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {AsyncContextManager} from '../helpers/async-context-manager.ts';
import {DocumentProject} from '../helpers/document-project.ts';
import {until} from '../helpers/until.ts';

type Tracing = {readonly traceZooKeeper: () => () => void};
type Paying = {
	readonly payOrder: (client: Client, id: number, pay: (lease: Lease) => Promise<void>) => Promise<void>;
};
type Shared = {readonly server: TestingServer; readonly project: DocumentProject; readonly stop: () => void};

const test = (anyTest as TestFn<Shared>).serial;
const exporter = new InMemorySpanExporter();
const tracer = trace.getTracer('test');

test.before(async t => {
	context.setGlobalContextManager(new AsyncContextManager());
	trace.setGlobalTracerProvider(new BasicTracerProvider({spanProcessors: [new SimpleSpanProcessor(exporter)]}));
	const project = await DocumentProject.of('docs/opentelemetry.md');
	const {traceZooKeeper} = await project.import<Tracing>('trace-zookeeper.ts');
	t.context = {project, server: await TestingServer.start(), stop: traceZooKeeper()};
});
test.beforeEach(() => exporter.reset());
test.after.always(async t => {
	t.context.stop();
	await t.context.project[Symbol.asyncDispose]();
	await t.context.server.close();
});

/** Runs the work in a span, and returns that span. */
async function inSpan(name: string, work: () => Promise<unknown>): Promise<Span> {
	return tracer.startActiveSpan(name, async span => {
		await work();
		span.end();
		return span;
	});
}

const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter(span => span.name === name);
const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

test('a request is a span of its own, below that of its caller', async t => {
	await using client = await connect(t.context.server.connectString);
	const caller = await inSpan('caller', () => client.create('/traced', 'twelve bytes'));
	const [span] = named('zookeeper create');
	t.is(span?.kind, SpanKind.CLIENT);
	t.is(span && parentOf(span), caller.spanContext().spanId);
	t.is(span?.spanContext().traceId, caller.spanContext().traceId);
	t.deepEqual(span?.attributes, {
		'db.system.name': 'zookeeper',
		'db.operation.name': 'create',
		'zookeeper.path': '/traced',
		'zookeeper.request.size': 12,
	});
	t.is(span?.status.code, SpanStatusCode.UNSET);
	t.true(span?.ended);
});

test('what failed says so; what was not there is an answer', async t => {
	await using client = await connect(t.context.server.connectString);
	await t.throwsAsync(client.get('/none'), {instanceOf: NoNodeError});
	await client.exists('/none');
	const [get] = named('zookeeper get');
	t.is(get?.status.code, SpanStatusCode.ERROR);
	t.regex(get?.status.message ?? '', /\/none/);
	t.is(get?.attributes['error.type'], 'NO_NODE');
	const [exists] = named('zookeeper exists');
	t.is(exists?.status.code, SpanStatusCode.UNSET);
});

test('each attempt is a span below the same caller', async t => {
	await using proxy = await FaultProxy.start({target: t.context.server.connectString, protocol: 'zookeeper'});
	await using client = await connect(proxy.address);
	proxy.resetOn({reply: 'getData'});
	const caller = await inSpan('caller', () => client.get('/'));
	const attempts = named('zookeeper get');
	t.deepEqual(
		attempts.map(span => span.attributes['error.type']),
		['CONNECTION_LOSS', undefined],
	);
	for (const span of attempts) t.is(parentOf(span), caller.spanContext().spanId);
});

test('all that a contended lock asks for is below the span of its caller', async t => {
	await using client = await connect(t.context.server.connectString);
	await using other = await connect(t.context.server.connectString);
	const {payOrder} = await t.context.project.import<Paying>('pay-order.ts');
	const mutex = new Mutex(other, '/locks/order-42');
	const held = await mutex.acquire();
	exporter.reset();
	let token: bigint | undefined;
	const paying = payOrder(client, 42, async ({fencingToken}) => void (token = fencingToken));
	await until(async () => (await mutex.participants()).length === 2);
	await held.release();
	await paying;
	const [caller] = named('pay order');
	t.deepEqual(
		caller?.events.map(({name, attributes}) => [name, attributes]),
		[['locked', {'fencing.token': String(token)}]],
	);
	const below = exporter.getFinishedSpans().filter(span => parentOf(span) === caller?.spanContext().spanId);
	const operations = new Set(below.map(({name}) => name));
	t.true(operations.has('zookeeper create') && operations.has('zookeeper delete'), [...operations].join());
});

test('no span is made when it has stopped', async t => {
	t.context.stop();
	await using client = await connect(t.context.server.connectString);
	await client.exists('/');
	t.deepEqual(exporter.getFinishedSpans(), []);
});
