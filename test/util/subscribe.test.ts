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
