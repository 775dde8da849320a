import test from 'ava';
import {readmeBlocks} from './readme-blocks.ts';

const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;

test('a block without a comment is checked', t => {
	t.deepEqual(readmeBlocks(`# Title\n\nText.\n${fenced('ts', 'a();')}`), [{line: 4, code: 'a();\n', run: undefined}]);
});

test('a comment names the servers and brings code of its own', t => {
	const [block] = readmeBlocks(`<!-- run: zookeeper kafka\nconst a = 1;\n-->\n${fenced('ts', 'b(a);')}`);
	t.deepEqual(block?.run, ['zookeeper', 'kafka']);
	t.is(block?.code, 'const a = 1;\nb(a);\n');
});

test('a block may run without a server, or be checked with code of its own', t => {
	t.deepEqual(
		readmeBlocks(
			`<!-- run: -->\n${fenced('ts', 'a();')}\n<!-- check\ndeclare const b: 1;\n-->\n\n${fenced('ts', 'b;')}`,
		),
		[
			{line: 2, code: '\na();\n', run: []},
			{line: 10, code: 'declare const b: 1;\nb;\n', run: undefined},
		],
	);
});

test('a comment belongs to the next block only, and other languages are left alone', t => {
	const blocks = readmeBlocks(`<!-- run: zookeeper -->\n${fenced('sh', 'npm test')}\n${fenced('ts', 'a();')}`);
	t.deepEqual(blocks, [{line: 6, code: 'a();\n', run: undefined}]);
});

test('what it does not understand it refuses', t => {
	t.throws(() => readmeBlocks(`<!-- rum: zookeeper -->\n${fenced('ts', '')}`), {message: /line 2.*rum/});
	t.throws(() => readmeBlocks(`<!-- run: etcd -->\n${fenced('ts', '')}`), {message: /etcd/});
	t.throws(() => readmeBlocks(fenced('typescript', '')), {message: /line 1.*typescript/});
});
