import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {ConsumerProject} from './helpers/consumer-project.ts';
import {repository} from './helpers/repository.ts';

// One breach of each rule that the house leans on; two of the files import each other.
const breaches = {
	'a.ts': "import {b} from './b.ts';\nexport const a: () => number = () => b();\n",
	'b.ts': "import {a} from './a.ts';\nexport const b: () => number = () => a();\n",
	'floating.ts': 'async function work(): Promise<void> {}\nexport function start(): void {\n\twork();\n}\n',
	'misused.ts':
		'export function all(items: readonly number[]): void {\n\titems.forEach(async item => Promise.resolve(item));\n}\n',
	'switch.ts':
		"export function isOpen(status: 'open' | 'closed'): boolean {\n\tswitch (status) {\n\t\tcase 'open':\n\t\t\treturn true;\n\t}\n\treturn false;\n}\n",
	'any.ts': 'export const anything: any = 1;\n',
};

const rules = [
	'import(no-cycle)',
	'typescript(no-floating-promises)',
	'typescript(no-misused-promises)',
	'typescript(switch-exhaustiveness-check)',
	'typescript(no-explicit-any)',
];

test('the linter reports a breach of every rule that the house leans on', async t => {
	await using project = await ConsumerProject.create();
	for (const [file, text] of Object.entries(breaches)) {
		await project.write(file, text);
	}
	const compilerOptions = {
		module: 'nodenext',
		target: 'es2023',
		strict: true,
		allowImportingTsExtensions: true,
		noEmit: true,
	};
	await project.write('tsconfig.json', JSON.stringify({compilerOptions}));
	await project.write('.oxlintrc.json', await readFile(path.join(repository, '.oxlintrc.json'), 'utf8'));
	const {end, output} = await project.node(path.join(repository, 'node_modules/oxlint/bin/oxlint'));
	t.is(end, 1, output);
	t.deepEqual(
		rules.filter(rule => !output.includes(rule)),
		[],
		output,
	);
});
