import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import type {BenchResult} from '../../../bin/bench/result.ts';
import {connect} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {repository} from '../../helpers/repository.ts';
import {type CommandResult, runCommand} from '../../helpers/run-command.ts';

type Context = {readonly server: TestingServer; readonly folder: string};

const test = anyTest as TestFn<Context>;
const command = path.join(repository, 'dist/bin/docent.js');

async function bench(...args: readonly string[]): Promise<CommandResult> {
	return runCommand(process.execPath, [command, 'bench', ...args], repository);
}

/** Runs a measurement, and does something to it once it is shown to be under way. */
async function disturbed(
	args: readonly string[],
	disturb: (pid: number) => void | Promise<void>,
): Promise<{readonly code: number; readonly stdout: string; readonly stderr: string}> {
	const child = spawn(process.execPath, [command, 'bench', ...args], {stdio: ['ignore', 'pipe', 'pipe']});
	const stdout = text(child.stdout);
	let stderr = '';
	let isDisturbed = false;
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
		stderr += chunk;
		if (isDisturbed || !/\d+ done/.test(stderr)) return;
		isDisturbed = true;
		void disturb(child.pid ?? 0);
	});
	const [code] = (await once(child, 'close')) as [number];
	return {code, stdout: await stdout, stderr};
}

async function leftBehind({server}: Context): Promise<readonly string[]> {
	await using client = await connect(server.connectString);
	return (await client.children('/')).children.filter(name => name.startsWith('docent-bench'));
}

function resultIn(t: ExecutionContext<Context>, {end, stdout, output}: CommandResult): BenchResult {
	t.is(end, 0, output);
	return JSON.parse(stdout) as BenchResult;
}

const brief = ['--duration', '1s', '--warm-up', '100ms', '--json'];

test.before(async t => {
	const server = await TestingServer.start();
	Object.assign(t.context, {server, folder: await mkdtemp(path.join(tmpdir(), 'docent-bench-test-'))});
});
test.after.always(async ({context: {server, folder}}) => {
	await server?.close();
	if (folder) await rm(folder, {recursive: true, force: true});
});

test.serial('a lock is measured, reported and compared, and nothing is left behind', async t => {
	const {server, folder} = t.context;
	const lock = ['lock', server.connectString, '--contenders', '3', '--hold', '1ms'];
	const before = await bench(...lock, ...brief);
	const result = resultIn(t, before);
	t.like(result, {workload: 'lock', ended: 'complete', target: server.connectString, errors: {}, lostLeases: 0});
	t.deepEqual(
		result.series.map(({name}) => name),
		['acquire', 'release', 'hand-off'],
	);
	// Create, list, delete; who waits watches its own znode and one or two more.
	t.true((result.requestsPerTurn ?? 0) >= 3, String(result.requestsPerTurn));
	t.is(result.roundTripsPerAcquisition, undefined);
	const acquired = result.series[0]?.count ?? 0;
	t.true(acquired > 0);
	t.is(
		result.contenders.reduce((sum, count) => sum + count, 0),
		acquired,
	);

	const earlier = path.join(folder, 'before.json');
	const report = path.join(folder, 'report.html');
	await writeFile(earlier, before.stdout);
	const after = await bench(...lock, ...brief.slice(0, -1), '--compare', earlier, '--report', report);
	t.is(after.end, 0, after.output);
	t.regex(after.stdout, /to before/);
	t.regex(await readFile(report, 'utf8'), /class="before"/);
	t.deepEqual(await leftBehind(t.context), []);

	const other = await bench('raw', server.connectString, ...brief, '--compare', earlier);
	t.is(other.end, 2);
	t.regex(other.output, /this is a result of docent bench lock, not raw/);
});

test.serial('so are a read-write lock, a semaphore, single operations and elections', async t => {
	const {server} = t.context;
	const shared = resultIn(t, await bench('rwlock', server.connectString, ...brief, '--reads', '50'));
	t.true(shared.series.every(({count}) => count > 0));
	const alone = resultIn(t, await bench('lock', server.connectString, ...brief, '--contenders', '2', '--paths', '2'));
	// The first of all finds no folder for its locks yet.
	t.true((alone.roundTripsPerAcquisition ?? 0) >= 1, String(alone.roundTripsPerAcquisition));
	const limited = resultIn(t, await bench('semaphore', server.connectString, ...brief, '--leases', '2'));
	t.true(limited.series.every(({count}) => count > 0));
	const raw = resultIn(t, await bench('raw', server.connectString, ...brief, '--in-flight', '10'));
	t.deepEqual(
		raw.series.map(({name}) => name),
		['create', 'get', 'set', 'delete'],
	);
	t.true(raw.series.every(({count, perSecond}) => count > 0 && (perSecond ?? 0) > 0));
	const times = ['--rounds', '3', '--kills', '1', '--session-timeout', '1s', '--json'];
	const election = resultIn(t, await bench('election', server.connectString, ...times));
	t.deepEqual(
		election.series.map(({count}) => count),
		[3, 1],
	);
	t.deepEqual(await leftBehind(t.context), []);
});

test.serial('an interrupt ends it with what was measured until then', async t => {
	const args = ['lock', t.context.server.connectString, '--duration', '1m', '--warm-up', '0', '--json'];
	const {code, stdout, stderr} = await disturbed(args, pid => void process.kill(pid, 'SIGINT'));
	t.is(code, 130, stderr);
	const result = JSON.parse(stdout) as BenchResult;
	t.is(result.ended, 'interrupted');
	t.true((result.series[0]?.count ?? 0) > 0);
	t.true(result.seconds < 60);
	t.regex(stderr, /^docent bench: ended by SIGINT; nothing is left running$/m);
	t.deepEqual(await leftBehind(t.context), []);
});

test.serial('an ensemble that dies on the way is told, with what was measured until then', async t => {
	await using server = await TestingServer.start();
	const args = ['lock', server.connectString, '--duration', '4s', '--warm-up', '0', '--json'];
	const {code, stdout, stderr} = await disturbed(args, () => server.kill());
	t.is(code, 1, stderr);
	const result = JSON.parse(stdout) as BenchResult;
	t.is(result.ended, 'failed');
	t.true((result.series[0]?.count ?? 0) > 0);
	t.regex(stderr, /^docent bench: \/docent-bench-\w+ is left on \S+, which does not answer$/m);
	t.regex(stderr, /^docent bench: the connection to \S+ was lost, and is not back$/m);
});

test('what cannot be measured is told in one line', async t => {
	const {server, folder} = t.context;
	for (const [args, end, says] of [
		[['lock', 'zk1:2181:9'], 2, /must be `host\[:port\]`/],
		[
			['lock', '127.0.0.1:1', '--connect-timeout', '500ms'],
			1,
			/no session within 500 ms; last failure: .*ECONNREFUSED/,
		],
		[['lock', `${server.connectString}/not/there`], 1, /the chroot of \S+\/not\/there does not exist/],
		[['lock', '--report', path.join(folder, 'none/report.html')], 2, /^docent bench: --report .*ENOENT/m],
		[['lock', '--compare', path.join(folder, 'none.json')], 2, /^docent bench: --compare .*ENOENT/m],
		[['lock', '--hold', 'long'], 2, /^docent bench: --hold must be a time/m],
	] as const) {
		const result = await bench(...args);
		t.is(result.end, end, result.output);
		t.is(result.stdout, '');
		t.regex(result.output, says);
		t.notRegex(result.output, /\n\s+at /);
	}
});

test('its help', async t => {
	const {end, stdout} = await bench('--help');
	t.is(end, 0);
	t.regex(stdout, /docent bench election/);
});
