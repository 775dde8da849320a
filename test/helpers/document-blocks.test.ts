import test from 'ava';
import {documentBlocks} from './document-blocks.ts';

const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;

test('a block without a comment is checked', t => {
	t.deepEqual(documentBlocks(`# Title\n\nText.\n${fenced('ts', 'a();')}`), [
		{line: 4, file: 'line-4.ts', code: 'a();\n', run: undefined},
	]);
});

test('a comment names the servers and brings code of its own', t => {
	const [block] = documentBlocks(`<!-- run: zookeeper kafka\nconst a = 1;\n-->\n${fenced('ts', 'b(a);')}`);
	t.deepEqual(block?.run, ['zookeeper', 'kafka']);
	t.is(block?.code, 'const a = 1;\nb(a);\n');
});

test('a block may run without a server, or be checked with code of its own', t => {
	t.deepEqual(
		documentBlocks(
			`<!-- run: -->\n${fenced('ts', 'a();')}\n<!-- check\ndeclare const b: 1;\n-->\n\n${fenced('ts', 'b;')}`,
		),
		[
			{line: 2, file: 'line-2.ts', code: '\na();\n', run: []},
			{line: 10, file: 'line-10.ts', code: 'declare const b: 1;\nb;\n', run: undefined},
		],
	);
});

test('a block may be a file that others import', t => {
	const markdown = `<!-- file: orders.ts\nconst a = 1;\n-->\n${fenced('ts', 'export {a};')}`;
	t.deepEqual(documentBlocks(markdown), [
		{line: 4, file: 'orders.ts', code: 'const a = 1;\nexport {a};\n', run: undefined},
	]);
	t.throws(() => documentBlocks(markdown.repeat(2)), {message: /line 10.*orders\.ts/});
	t.throws(() => documentBlocks(`<!-- file: ../orders.ts -->\n${fenced('ts', '')}`), {message: /line 2/});
});

test('a comment belongs to the next block only, and other languages are left alone', t => {
	const blocks = documentBlocks(`<!-- run: zookeeper -->\n${fenced('sh', 'npm test')}\n${fenced('ts', 'a();')}`);
	t.deepEqual(blocks, [{line: 6, file: 'line-6.ts', code: 'a();\n', run: undefined}]);
});

test('what it does not understand it refuses', t => {
	t.throws(() => documentBlocks(`<!-- rum: zookeeper -->\n${fenced('ts', '')}`), {message: /line 2.*rum/});
	t.throws(() => documentBlocks(`<!-- run: etcd -->\n${fenced('ts', '')}`), {message: /etcd/});
	t.throws(() => documentBlocks(fenced('typescript', '')), {message: /line 1.*typescript/});
});
