import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import type {Client} from '../../lib/index.ts';
import {FaultProxy, TestingCluster, TestingServer} from '../../lib/testing/index.ts';
import type {DocumentBlock} from '../helpers/document-blocks.ts';
import {blocksOf, DocumentProject} from '../helpers/document-project.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {until} from '../helpers/until.ts';

type Context = {readonly server: TestingServer; readonly cluster: TestingCluster; readonly project: DocumentProject};
const test = (anyTest as TestFn<Context>).serial;
const page = 'docs/client.md';
const blocks = blocksOf(page);

test.before(async t => {
	t.timeout(180_000);
	const server = await TestingServer.start();
	const cluster = await TestingCluster.start({
		size: 2,
		javaArguments: ['-Dreadonlymode.enabled=true'],
		properties: {localSessionsEnabled: true, localSessionsUpgradingEnabled: true},
	});
	const project = await DocumentProject.empty();
	t.context = {server, cluster, project};
	const at = (block: DocumentBlock, address: string): DocumentBlock => ({
		...block,
		code: block.code.replaceAll('localhost:2181', address),
	});
	const readOnly = blocks.filter(({file}) => file === 'read-only.ts');
	await project.add([
		...blocks.map(block => at(block, server.connectString)),
		...readOnly.map(block => ({...at(block, cluster.connectString), file: 'cut-off.ts'})),
	]);
});
test.after.always(async t => {
	await t.context.project[Symbol.asyncDispose]();
	await t.context.cluster.close();
	await t.context.server.close();
});

/** What the blocks that are whole programs print. */
const printed: Readonly<Record<string, readonly string[]>> = {
	'session.ts': ['connected 10000'],
	'calls.ts': ['red, version 0'],
	'creating.ts': ['true', 'false'],
	'transactions.ts': ['/transfers/t-0000000000', 'operation 1, /accounts/a: BAD_VERSION'],
	'reads.ts': ['/shop/open is yes', '/shop has open', '/shop/closed: NO_NODE'],
	'watches.ts': ['/flags/dark changed', '/flags/beta created'],
	'namespaces.ts': ['0', 'lost', 'connected'],
	'sessions.ts': ['1'],
	'read-only.ts': [],
};

/** Resolves with those of its lines that are expected: a connection that goes and comes back would make some print more. The process ends by itself: what the block opened, it has closed. */
async function run({project}: Context, file: string, expected: readonly string[]): Promise<readonly string[]> {
	const {end, output} = await project.node('--enable-source-maps', file.replace(/ts$/, 'js'));
	if (end !== 0) throw new Error(output);
	return output.split('\n').filter(line => expected.includes(line));
}

for (const [file, lines] of Object.entries(printed)) {
	test(`${file} runs to its end, and prints what is expected`, async t => {
		t.deepEqual(await run(t.context, file, lines), lines);
	});
}

test('read-only.ts on a server that is cut off from the others', async t => {
	const {cluster} = t.context;
	const leader = await cluster.leader();
	const left = cluster.servers.find(server => server !== leader);
	await leader.kill();
	await until(async () => (await left?.mode()) === 'read-only');
	const lines = ['what is read may be old', 'not now'];
	t.deepEqual(await run(t.context, 'cut-off.ts', lines), lines);
});

test('every block of the page is run', t => {
	t.deepEqual(blocks.map(({file}) => file).toSorted(), [...Object.keys(printed), 'resume.ts'].toSorted());
});

test('a process that is started again goes on with its session, or begins another when that is over', async t => {
	const {project, server} = t.context;
	const {resume} = await project.import<{resume: (connectString: string, file: string) => Promise<Client>}>(
		'resume.ts',
	);
	const folder = await mkdtemp(join(tmpdir(), 'docent-resume-'));
	const file = join(folder, 'session.json');
	await using proxy = await FaultProxy.start({target: server.connectString, protocol: 'zookeeper'});
	const first = await resume(proxy.address, file);
	const id = first.session?.id;
	// As if its process had ended: nothing of its farewell arrives.
	proxy.blackhole();
	await first.close();
	const second = await resume(server.connectString, file);
	t.is(second.session?.id, id);
	const saved = await readFile(file, 'utf8');
	await killSessionOf(second, server);
	await until(async () => (await readFile(file, 'utf8')) !== saved && second.state.status === 'connected');
	const renewed = second.session?.id;
	await second.close();
	await using third = await resume(server.connectString, file);
	t.not(third.session?.id, renewed);
	await rm(folder, {recursive: true});
});
