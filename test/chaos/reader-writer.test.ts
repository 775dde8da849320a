import test from 'ava';
import {readerWriter} from './reader-writer.ts';
import {tenureOf} from './tenure-of.ts';

const read = (from: number, until: number) => tenureOf(from, until, {role: 'shared'});
const write = tenureOf;

test('readers together, writers alone', t => {
	t.deepEqual(readerWriter([read(1, 9), read(2, 5), read(9, 10), write(11, 12), write(13, 14), read(15, 16)]), []);
});

test('a writer among readers is found, also among those that began long before', t => {
	t.is(readerWriter([read(1, 9), read(2, 3), write(5, 6)]).length, 1);
});

test('a reader beside a writer is found, and each later one', t => {
	t.is(readerWriter([write(1, 9), read(2, 3), read(4, 5), read(10, 11)]).length, 2);
});

test('two writers are found', t => {
	t.is(readerWriter([write(1, 3), write(2, 4)]).length, 1);
});
