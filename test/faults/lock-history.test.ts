import {fork} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {connect} from '../../lib/index.ts';
import {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {eventually} from '../helpers/eventually.ts';
import type {LockWorkerMessage, LockWorkerOptions} from '../helpers/lock-worker.ts';

const worker = fileURLToPath(new URL('../helpers/lock-worker.js', import.meta.url));
const processes = 4;
const contendersEach = 2;
const rounds = 250;

type Note = {readonly what: string; readonly token: bigint};

/** An entry that was made while an earlier holder, which wrote again later, was inside. */
function overlaps(notes: readonly Note[]): number {
	let inside = 0n;
	let count = 0;
	for (const {what, token} of notes) {
		if (what === 'enter') inside = token;
		else if (inside !== token) count++;
	}
	return count;
}

test('the checker counts an overlap', t => {
	const note = (what: string, token: bigint): Note => ({what, token});
	t.is(overlaps([note('enter', 1n), note('leave', 1n), note('enter', 2n), note('enter', 3n), note('leave', 3n)]), 0);
	t.is(overlaps([note('enter', 1n), note('enter', 2n), note('leave', 1n), note('leave', 2n)]), 1);
});

test('8 contenders in 4 processes, with resets and expiries: no overlap, growing tokens, nothing left', async t => {
	t.timeout(180_000);
	await using server = await TestingServer.start();
	await using onlooker = await connect(server.connectString);
	await onlooker.create('/history');
	const proxies = await Promise.all(
		Array.from({length: processes * contendersEach}, () =>
			FaultProxy.start({target: server.connectString, protocol: 'zookeeper'}),
		),
	);
	const sessions = new Map<number, {readonly id: bigint; readonly password: Buffer}>();
	let acquired = 0;
	let lost = 0;
	let isOver = false;
	const ended = Promise.all(
		Array.from({length: processes}, async (_, index) => {
			const connectStrings = proxies.slice(index * contendersEach, (index + 1) * contendersEach);
			const options: LockWorkerOptions = {
				connectStrings: connectStrings.map(({address}) => address),
				lock: '/lock',
				history: '/history',
				rounds,
			};
			const child = fork(worker, [JSON.stringify(options)]);
			t.teardown(() => child.kill());
			child.on('message', (message: LockWorkerMessage) => {
				if (message.type === 'session') {
					const {contender, id, password} = message;
					sessions.set(index * contendersEach + contender, {
						id: BigInt(id),
						password: Buffer.from(password, 'hex'),
					});
				} else {
					acquired += message.acquired;
					lost += message.lost;
				}
			});
			const [code] = await once(child, 'exit');
			t.is(code, 0);
		}),
	).finally(() => {
		isOver = true;
	});
	let resets = 0;
	let expiries = 0;
	for (let disturbance = 0; !isOver; disturbance++) {
		await Promise.race([sleep(100), ended]);
		const victim = (disturbance * 5) % proxies.length;
		const session = sessions.get(victim);
		if (disturbance % 3 !== 2) {
			proxies[victim]?.reset();
			resets++;
		} else if (session) {
			// It may have ended or changed hands just now.
			await server.killSession(session.id, session.password).then(
				() => expiries++,
				() => {},
			);
		}
	}
	await ended;
	t.is(acquired, processes * contendersEach * rounds);
	const {children} = await onlooker.children('/history');
	const notes = await Promise.all(
		[...children].sort().map(async (name): Promise<Note> => {
			const [what = '', token = ''] = String((await onlooker.get(`/history/${name}`)).data).split(' ');
			return {what, token: BigInt(token)};
		}),
	);
	const entries = notes.filter(({what}) => what === 'enter').map(({token}) => token);
	t.log(`${acquired} acquired, ${lost} lost under way, ${resets} resets, ${expiries} expiries, ${notes.length} notes`);
	t.is(overlaps(notes), 0);
	t.true(entries.every((token, index) => index === 0 || token > (entries[index - 1] ?? token)));
	await eventually(
		async () => (await onlooker.children('/lock')).children.length,
		left => left === 0,
	);
	await Promise.all(proxies.map(proxy => proxy.close()));
});
