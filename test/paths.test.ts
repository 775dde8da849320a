import test from 'ava';
import fc from 'fast-check';
import {ancestorsOf, InvalidArgumentError, joinPath, nameOf, parentOf, validatePath} from '../lib/index.ts';
import {validateSequentialPath} from '../lib/paths.ts';

test("ZooKeeper's own rules", t => {
	for (const path of [
		'/',
		'/a',
		'/a/b',
		'/ä/日本',
		'/a.b',
		'/.a',
		'/a..',
		'/...',
		'/a b',
		'/\u00a0',
		'/\uf900',
		'/\uffef',
	])
		t.notThrows(() => validatePath(path), path);
	for (const path of [
		'',
		'a',
		'a/b',
		'/a/',
		'//',
		'//a',
		'/a//b',
		'/.',
		'/..',
		'/a/./b',
		'/a/../b',
		'/a/..',
		'/\u0000',
		'/\u0001',
		'/\u001f',
		'/\u007f',
		'/\u009f',
		'/\ud800',
		'/\udfff',
		'/\ue000',
		'/\uf8ff',
		'/\ufff0',
		'/\uffff',
		'/🎈',
		undefined as unknown as string,
		7 as unknown as string,
	])
		t.throws(() => validatePath(path), {instanceOf: InvalidArgumentError}, JSON.stringify(path));
});

test('a sequential path may end in a slash, and in nothing else', t => {
	for (const path of ['/', '/a/', '/a', '/a/b-']) t.notThrows(() => validateSequentialPath(path), path);
	for (const path of ['', '//', '/a//', 'a/', '/../', undefined as unknown as string])
		t.throws(() => validateSequentialPath(path), {instanceOf: InvalidArgumentError});
});

test('parents, names and ancestors fit together', t => {
	const name = fc.stringMatching(/^[a-z]{1,5}$/);
	fc.assert(
		fc.property(fc.array(name, {minLength: 1, maxLength: 6}), names => {
			const path = names.reduce(joinPath, '/');
			validatePath(path);
			t.is(joinPath(parentOf(path), nameOf(path)), path);
			t.is(nameOf(path), names.at(-1) ?? '');
			t.deepEqual(
				[...ancestorsOf(path), path],
				names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`),
			);
		}),
	);
	t.is(parentOf('/a'), '/');
	t.deepEqual(ancestorsOf('/'), []);
});
