import test from 'ava';
import {Inbox} from '../../../lib/driver/wire/inbox.ts';

/** Frames named by a letter: `r1` is a reply, `e1` an event. */
const frames = (...names: readonly string[]): Buffer[] => names.map(name => Buffer.from(name));

type Rig = {readonly inbox: Inbox; readonly told: string[]};

/** @param onFrame what a delivery does besides being noted */
function open(onFrame: (name: string, rig: Rig) => void = () => {}): Rig {
	const told: string[] = [];
	const inbox = new Inbox({
		isEvent: frame => frame.toString().startsWith('e'),
		deliver: frame => {
			told.push(frame.toString());
			onFrame(frame.toString(), rig);
		},
		drained: () => void told.push('drained'),
		failed: error => void told.push((error as Error).message),
	});
	const rig: Rig = {inbox, told};
	return rig;
}

const isDone = async (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('thousands of replies and events are delivered in order, all in the turn in which they came', async t => {
	const {inbox, told} = open();
	const names = Array.from({length: 10_000}, (_, index) => `${index % 2 ? 'e' : 'r'}${index}`);
	inbox.push(frames(...names));
	t.true(inbox.isDelivering);
	await isDone();
	t.deepEqual(told, [...names, 'drained']);
	t.false(inbox.isDelivering);
});

test('an event waits for all that a reply led to, however deep', async t => {
	const {inbox, told} = open((name, rig) => {
		if (name !== 'r1') return;
		void (async () => {
			for (let depth = 0; depth < 100; depth++) await Promise.resolve();
			rig.told.push('led to');
		})();
	});
	inbox.push(frames('e0', 'r1', 'e2', 'r3'));
	await isDone();
	t.deepEqual(told, ['e0', 'r1', 'led to', 'e2', 'r3', 'drained']);
});

test('what comes during a delivery is delivered behind it', async t => {
	const {inbox, told} = open((name, rig) => {
		if (name === 'r1') rig.inbox.push(frames('r4', 'e5'));
	});
	inbox.push(frames('r1', 'e2', 'r3'));
	await isDone();
	t.deepEqual(told, ['r1', 'e2', 'r3', 'r4', 'e5', 'drained']);
});

test('what is dropped is never delivered, but its end is told', async t => {
	const {inbox, told} = open();
	inbox.push(frames('r1', 'e2', 'r3'));
	inbox.drop();
	await isDone();
	t.deepEqual(told, ['r1', 'drained']);
});

test('a failure drops the frames behind it, and the next ones are delivered', async t => {
	const {inbox, told} = open(name => {
		if (name === 'r2') throw new Error('no sense');
	});
	inbox.push(frames('r1', 'r2', 'r3'));
	inbox.push(frames('r4'));
	await isDone();
	t.deepEqual(told, ['r1', 'r2', 'no sense', 'r4', 'drained']);
});
