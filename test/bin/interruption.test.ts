import test from 'ava';
import {Interruption} from '../../bin/interruption.ts';

test('a signal aborts with its name and the exit code that shells give it', t => {
	using interruption = new Interruption();
	t.false(interruption.signal.aborted);
	process.emit('SIGTERM', 'SIGTERM');
	t.is(interruption.signal.reason, 'SIGTERM');
	t.is(interruption.exitCode, 143);
});

test('what is disposed of listens no more', t => {
	const before = process.listenerCount('SIGINT');
	const interruption = new Interruption();
	t.is(process.listenerCount('SIGINT'), before + 1);
	interruption[Symbol.dispose]();
	t.is(process.listenerCount('SIGINT'), before);
});
