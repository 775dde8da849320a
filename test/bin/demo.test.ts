import {type ChildProcessByStdio, execFileSync, spawn} from 'node:child_process';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Readable} from 'node:stream';
import anyTest, {type TestFn} from 'ava';
import {connect} from '../../lib/index.ts';
import {repository} from '../helpers/repository.ts';
import {until} from '../helpers/until.ts';

type Demo = {
	readonly process: ChildProcessByStdio<null, Readable, Readable>;
	/** Everything it has printed so far. */
	readonly output: () => string;
	/** The exit code, or the name of the signal that ended it. */
	readonly ended: Promise<number | string>;
};

/** A temporary folder in place of the machine's own, so that what is left behind is seen. */
const test = anyTest as TestFn<{folder: string}>;

test.beforeEach(async t => {
	t.context.folder = await mkdtemp(path.join(tmpdir(), 'docent-test-'));
});

test.afterEach.always(async t => {
	await rm(t.context.folder, {recursive: true, force: true});
});

function start(folder: string, ...args: readonly string[]): Demo {
	const child = spawn(process.execPath, [path.join(repository, 'dist/bin/docent.js'), 'demo', ...args], {
		cwd: repository,
		env: {...process.env, TMPDIR: folder},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const ended = new Promise<number | string>(resolve => {
		child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
	});
	return {process: child, output: () => output, ended};
}

/** The children of a process, with their command lines. */
function childrenOf(pid: number | undefined): readonly {readonly pid: number; readonly command: string}[] {
	const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], {encoding: 'utf8'}).split('\n');
	return rows.flatMap(row => {
		const [, child, parent, command = ''] = /^ *(\d+) +(\d+) +(.*)$/.exec(row) ?? [];
		return Number(parent) === pid && pid !== undefined ? [{pid: Number(child), command}] : [];
	});
}

function lives(pid: number): boolean {
	const state = execFileSync('ps', ['-e', '-o', 'pid=,state='], {encoding: 'utf8'})
		.split('\n')
		.find(line => Number.parseInt(line, 10) === pid);
	// A process that ended and that nobody has asked for counts as gone.
	return state !== undefined && !state.trim().endsWith('Z');
}

test.serial('a worker is killed inside a transaction, and each record comes out exactly once', async t => {
	t.timeout(180_000);
	const demo = start(t.context.folder, '--records', '3000', '--fault', 'kill');
	t.teardown(() => demo.process.kill('SIGKILL'));
	t.is(await demo.ended, 0, demo.output());
	const output = demo.output();
	t.regex(output, /killed in a transaction \(EndTxn held back\); the broker says: Ongoing/);
	t.regex(output, /let through now, comes too late/);
	t.regex(output, /w4 joins/);
	t.regex(output, /commits at 2,000 records/);
	t.regex(output, /^ +5 +500 +500 +0 +0 +0 +500 +500 +500$/m);
	t.regex(output, /Each of 3,000 records came out exactly once, in order/);
	t.deepEqual(await readdir(t.context.folder), []);
});

for (const [signal, end] of [
	['SIGINT', 130],
	['SIGKILL', 'SIGKILL'],
] as const) {
	test.serial(`${signal} while a worker is frozen: nothing is left`, async t => {
		t.timeout(120_000);
		const demo = start(t.context.folder, '--records', '600', '--fault', 'freeze');
		t.teardown(() => demo.process.kill('SIGKILL'));
		await until(() => demo.output().includes(' frozen') || demo.process.exitCode !== null);
		const children = childrenOf(demo.process.pid);
		t.true(children.length >= 8, `${children.length} children: ${demo.output()}`);
		demo.process.kill(signal);
		t.is(await demo.ended, end, demo.output());
		await until(() => !children.some(({pid}) => lives(pid)));
		await until(async () => (await readdir(t.context.folder)).length === 0);
	});
}

test.serial('a worker that dies by itself is told, and ends the demo with 1', async t => {
	t.timeout(120_000);
	const demo = start(t.context.folder, '--records', '600', '--fault', 'none');
	t.teardown(() => demo.process.kill('SIGKILL'));
	const workers = (): readonly number[] =>
		childrenOf(demo.process.pid).flatMap(({pid, command}) => (command.includes('worker.js') ? [pid] : []));
	await until(() => workers().length === 3 || demo.process.exitCode !== null);
	process.kill(workers()[1] ?? 0, 'SIGKILL');
	t.is(await demo.ended, 1, demo.output());
	t.regex(demo.output(), /^docent demo: worker w2 ended with SIGKILL$/m);
	t.deepEqual(await readdir(t.context.folder), []);
});

test.serial('with --keep the servers stay until Ctrl-C, and the exit code is that of the verdict', async t => {
	t.timeout(120_000);
	const demo = start(t.context.folder, '--records', '600', '--fault', 'none', '--keep');
	t.teardown(() => demo.process.kill('SIGKILL'));
	await until(() => demo.output().includes('Ctrl-C ends them') || demo.process.exitCode !== null);
	const [, connectString = ''] = /ZooKeeper +(127\.0\.0\.1:\d+) +data in/.exec(demo.output()) ?? [];
	{
		await using client = await connect(connectString);
		const {data} = await client.get('/docent/docent-demo/lanes/numbers/3/offset');
		t.like(JSON.parse(String(data)), {next: '100', clean: true});
	}
	demo.process.kill('SIGINT');
	t.is(await demo.ended, 0, demo.output());
	t.deepEqual(await readdir(t.context.folder), []);
});
