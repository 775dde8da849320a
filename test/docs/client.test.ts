import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import type {Client} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {blocksOf, DocumentProject} from '../helpers/document-project.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {until} from '../helpers/until.ts';

type Context = {readonly server: TestingServer; readonly project: DocumentProject};
const test = (anyTest as TestFn<Context>).serial;
const page = 'docs/client.md';
const blocks = blocksOf(page);

test.before(async t => {
	t.timeout(180_000);
	const server = await TestingServer.start();
	const project = await DocumentProject.empty();
	t.context = {server, project};
	await project.add(
		blocks.map(block => ({...block, code: block.code.replaceAll('localhost:2181', server.connectString)})),
	);
});
test.after.always(async t => {
	await t.context.project[Symbol.asyncDispose]();
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

for (const [file, lines] of Object.entries(printed)) {
	test(`${file} runs to its end, and prints what is expected`, async t => {
		t.timeout(60_000);
		// The process ends by itself: what the block opened, it has closed.
		const {end, output} = await t.context.project.node('--enable-source-maps', file.replace(/ts$/, 'js'));
		t.is(end, 0, output);
		// Among what a connection that goes and comes back would make it print.
		const said = output.split('\n').filter(line => lines.includes(line));
		t.deepEqual(said, lines, output);
	});
}

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
