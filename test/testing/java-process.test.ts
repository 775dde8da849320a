import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {access, mkdtemp, readdir, rm} from 'node:fs/promises';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import test from 'ava';
import {until} from '../helpers/until.ts';

const entry = JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../lib/testing/index.js')).href);

type Owned = {readonly pid: number; readonly address: string; readonly folder: string};

/** Another Node process that runs `body`, with its temporary files in `folder`. */
function owner(body: string, folder = tmpdir()): ChildProcess & {readonly stdout: NonNullable<ChildProcess['stdout']>} {
	const script = `const {TestingServer, TestingBroker} = await import(${entry});\n${body}`;
	return spawn(process.execPath, ['--input-type=module', '-e', script], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: {...process.env, TMPDIR: folder},
		detached: true,
	});
}

async function firstLine(process: {readonly stdout: NonNullable<ChildProcess['stdout']>}): Promise<Owned> {
	const [line] = (await once(createInterface({input: process.stdout}), 'line')) as [string];
	return JSON.parse(line) as Owned;
}

async function accepts(address: string): Promise<boolean> {
	const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

async function isGone(path: string): Promise<boolean> {
	return access(path).then(
		() => false,
		() => true,
	);
}

const start = {
	TestingServer: 'const server = await TestingServer.start(); const address = server.connectString;',
	TestingBroker: 'const server = await TestingBroker.start(); const [address] = server.brokers;',
};
const report = 'console.log(JSON.stringify({pid: server.pid, address, folder: server.folder}));';

for (const [kind, body] of Object.entries(start)) {
	test(`${kind}: neither process nor data outlive an owner that is killed with its whole group`, async t => {
		const child = owner(`${body} ${report} setInterval(() => {}, 1000);`);
		const {address, folder} = await firstLine(child);
		t.true(await accepts(address));
		// Detached, it leads a group of its own.
		process.kill(-(child.pid ?? 0), 'SIGKILL');
		await once(child, 'exit');
		await until(async () => isGone(folder));
		await until(async () => !(await accepts(address)));
		t.pass();
	});
}

test('an owner that is killed while it starts a server leaves nothing', async t => {
	const folder = await mkdtemp(join(tmpdir(), 'docent-test-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const child = owner(
		`void TestingServer.start(); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 150);`,
		folder,
	);
	await once(child, 'exit');
	await until(async () => (await readdir(folder)).length === 0);
	t.pass();
});

test('an owner that only stopped its server leaves no data when it ends', async t => {
	const child = owner(`${start.TestingServer} ${report} await server.stop();`);
	const {folder} = await firstLine(child);
	await once(child, 'exit');
	t.is(child.exitCode, 0);
	await until(async () => isGone(folder));
	t.pass();
});
