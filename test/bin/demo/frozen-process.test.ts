import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import test from 'ava';
import {FrozenProcess} from '../../../bin/demo/frozen-process.ts';
import {until} from '../../helpers/until.ts';

/** A process that lives until it is killed. */
function sleeper(): ChildProcess & {readonly pid: number} {
	const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {stdio: 'ignore'});
	return Object.assign(child, {pid: child.pid ?? 0});
}

/** `T` means stopped. */
function stateOf(pid: number): string {
	return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], {encoding: 'utf8'}).trim();
}

test('stopped until it is disposed of', async t => {
	const child = sleeper();
	t.teardown(() => child.kill('SIGKILL'));
	const frozen = new FrozenProcess(child.pid);
	await frozen.frozen;
	await until(() => stateOf(child.pid).startsWith('T'));
	await frozen[Symbol.asyncDispose]();
	await until(() => !stateOf(child.pid).startsWith('T'));
	await frozen[Symbol.asyncDispose]();
	t.pass();
});

test('woken when the one who froze it is killed', async t => {
	const child = sleeper();
	t.teardown(() => child.kill('SIGKILL'));
	const url = new URL('../../../bin/demo/frozen-process.js', import.meta.url).href;
	const script = `
		const {FrozenProcess} = await import(${JSON.stringify(url)});
		await new FrozenProcess(${child.pid}).frozen;
		console.log('frozen');
		setInterval(() => {}, 1e6);
	`;
	const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
	await once(owner.stdout, 'data');
	await until(() => stateOf(child.pid).startsWith('T'));
	owner.kill('SIGKILL');
	await until(() => !stateOf(child.pid).startsWith('T'));
	t.pass();
});
