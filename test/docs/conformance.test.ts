import test from 'ava';
import {sources} from '../helpers/repository.ts';

const [page] = sources(['docs'], ['.md']).filter(({path}) => path === 'docs/conformance.md');
const tests = new Map(sources(['test']).map(({path, text}) => [path, text.replaceAll(String.raw`\'`, "'")]));
const rows = (page?.text ?? '').split('\n').flatMap(line => {
	const [, number, shown] = /^\| (?<number>\d+) \| [^|]+ \| (?<shown>[^|]+) \|$/.exec(line) ?? [];
	if (number === undefined || shown === undefined) return [];
	const proofs = [...shown.matchAll(/\]\(\.\.\/(?<file>[^)]+)\): “(?<title>[^”]+)”/g)].map(({groups}) => ({
		file: groups?.['file'] ?? '',
		title: groups?.['title'] ?? '',
	}));
	return [{number: Number(number), shown, proofs}];
});

test('each behaviour of the list has its row: the tests that show it, or that it is not built', t => {
	t.deepEqual(
		rows.map(({number}) => number),
		Array.from({length: 63}, (_, index) => index + 1),
	);
	for (const {number, shown, proofs} of rows) t.true(proofs.length > 0 || shown === 'not built', String(number));
	t.true(
		rows.every(({number, proofs}) => number > 40 || proofs.length > 0),
		'a client has all of its own',
	);
});

test('the titles that are named are those of the tests', t => {
	const absent = rows
		.flatMap(({proofs}) => proofs)
		.filter(({file, title}) => !tests.get(file)?.includes(title))
		.map(({file, title}) => `${file}: ${title}`);
	t.deepEqual(absent, []);
});

test('a number in a title is that of a row which names the test', t => {
	const unnamed = [...tests].flatMap(([file, text]) =>
		[...text.matchAll(/['`](?:\$\{version\}: )?(?<numbers>(?:#\d+ )+)(?<title>[^'`]+)/g)].flatMap(({groups}) => {
			const {numbers = '', title = ''} = groups ?? {};
			return [...numbers.matchAll(/\d+/g)]
				.map(Number)
				.filter(number => {
					const proofs = rows.find(row => row.number === number)?.proofs ?? [];
					return !proofs.some(proof => proof.file === file && `${numbers}${title}`.startsWith(proof.title));
				})
				.map(number => `${file}: #${number} ${title}`);
		}),
	);
	t.deepEqual(unnamed, []);
});
