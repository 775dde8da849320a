import test from 'ava';
import {Emitter} from '../../lib/util/emitter.ts';
import {subscribe} from '../../lib/util/subscribe.ts';

type Events = {up: [level: number]; down: []};

test('adds many listeners, and takes exactly them back', t => {
	const emitter = new Emitter<Events>();
	const seen: unknown[] = [];
	emitter.on('up', () => seen.push('other'));
	const unsubscribe = subscribe<Events>(emitter, {up: level => seen.push(level), down: () => seen.push('down')});
	emitter.emit('up', 3);
	emitter.emit('down');
	unsubscribe();
	unsubscribe();
	emitter.emit('up', 4);
	emitter.emit('down');
	t.deepEqual(seen, ['other', 3, 'down', 'other']);
	t.is(emitter.listenerCount('down'), 0);
});

test('of many, each is told in its turn, and not after it has gone', t => {
	const emitter = new Emitter<Events>();
	const seen: string[] = [];
	const add = (name: string, then?: () => void): (() => void) =>
		subscribe<Events>(emitter, {
			up() {
				seen.push(name);
				then?.();
			},
		});
	const first = add('first', () => {
		second();
		add('late');
	});
	const second = add('second');
	const third = add('third');
	emitter.emit('up', 1);
	t.deepEqual(seen.splice(0), ['first', 'third'], 'who comes meanwhile is told the next time');
	t.is(emitter.listenerCount('up'), 1, 'the target sees one');
	first();
	emitter.emit('up', 2);
	t.deepEqual(seen, ['third', 'late']);
	third();
});
