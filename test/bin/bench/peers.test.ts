import {execFileSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {type PeerKind, peerFacts} from '../../../bin/bench/peers/peer-kind.ts';
import type {BenchResult} from '../../../bin/bench/result.ts';
import {connect} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {repository} from '../../helpers/repository.ts';
import {runCommand} from '../../helpers/run-command.ts';

type Context = {readonly server: TestingServer; readonly folder: string};

const test = (anyTest as TestFn<Context>).serial;
const command = path.join(repository, 'dist/bin/docent.js');
const brief = ['--duration', '1s', '--warm-up', '100ms', '--json'];
const bench = async (...args: readonly string[]): ReturnType<typeof runCommand> =>
	runCommand(process.execPath, [command, 'bench', ...args], repository);

test.before(async t => {
	const server = await TestingServer.start();
	Object.assign(t.context, {server, folder: await mkdtemp(path.join(tmpdir(), 'docent-bench-test-'))});
});
test.after.always(async ({context: {server, folder}}) => {
	await server?.close();
	if (folder) await rm(folder, {recursive: true, force: true});
});

function isGoThere(): boolean {
	try {
		execFileSync('go', ['version'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}

const peers: readonly PeerKind[] = isGoThere() ? ['curator', 'kazoo', 'go'] : ['curator', 'kazoo'];
for (const peer of peers) {
	test(`${peerFacts[peer].name} takes turns in the same way, and ours is compared with it`, async t => {
		t.timeout(240_000);
		const {server, folder} = t.context;
		const args = ['lock', server.connectString, '--contenders', '4', '--hold', '1ms'];
		const theirs = await bench(...args, ...brief, '--peer', peer);
		t.is(theirs.end, 0, theirs.output);
		const result = JSON.parse(theirs.stdout) as BenchResult;
		t.like(result, {client: peerFacts[peer].name, ended: 'complete', errors: {}, lostLeases: 0});
		t.is(result.contenders.length, 4);
		t.true(
			result.contenders.every(count => count > 0),
			String(result.contenders),
		);
		t.deepEqual(
			result.series.map(({name}) => name),
			['acquire', 'release', 'hand-off'],
		);
		t.true((result.requestsPerTurn ?? 0) >= 3, String(result.requestsPerTurn));
		const before = path.join(folder, `${peer}.json`);
		await writeFile(before, theirs.stdout);
		const ours = await bench(...args, ...brief.slice(0, -1), '--compare', before);
		t.is(ours.end, 0, ours.output);
		t.true(ours.stdout.includes(`before: ${peerFacts[peer].name} on ${server.connectString}`), ours.stdout);
		await using client = await connect(server.connectString);
		const {children} = await client.children('/');
		t.deepEqual(
			children.filter(name => name.startsWith('docent-bench')),
			[],
		);
	});
}

test('so do its readers and writers, semaphores, single operations and elections', async t => {
	t.timeout(240_000);
	const address = t.context.server.connectString;
	for (const args of [
		['rwlock', address, ...brief, '--reads', '50'],
		['semaphore', address, ...brief, '--leases', '2'],
		['raw', address, ...brief, '--in-flight', '5'],
		['election', address, '--rounds', '2', '--kills', '1', '--json'],
	]) {
		const {end, stdout, output} = await bench(...args, '--peer', 'kazoo');
		t.is(end, 0, output);
		const result = JSON.parse(stdout) as BenchResult;
		t.true(
			result.series.every(({count}) => count > 0),
			stdout,
		);
	}
});

test('a runtime that is not there is told in one line', t => {
	t.timeout(240_000);
	for (const [peer, says] of [
		['curator', /^docent bench: .*Maven/m],
		['kazoo', /^docent bench: kazoo 2\.11\.0 could not be installed\. Either install Python/m],
		['go', /^docent bench: go-zookeeper needs Go 1\.20 or newer/m],
	] as const) {
		const environment = {XDG_CACHE_HOME: path.join(t.context.folder, 'cache'), PATH: '/nowhere'};
		const run = (): string =>
			execFileSync(process.execPath, [command, 'bench', 'lock', t.context.server.connectString, '--peer', peer], {
				env: environment,
				encoding: 'utf8',
				stdio: 'pipe',
			});
		const error = t.throws(run) as Error & {readonly status: number; readonly stderr: string};
		t.is(error.status, 1, error.stderr);
		t.regex(error.stderr, says);
		t.is(error.stderr.match(/^docent bench:/gm)?.length, 1);
		t.notRegex(error.stderr, /\n\s+at /);
	}
});
