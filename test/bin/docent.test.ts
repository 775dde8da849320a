import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {repository} from '../helpers/repository.ts';
import {type CommandResult, runCommand} from '../helpers/run-command.ts';

async function docent(...args: readonly string[]): Promise<CommandResult> {
	return runCommand(process.execPath, [path.join(repository, 'dist/bin/docent.js'), ...args], repository);
}

test('it says what it can do', async t => {
	const {end, stdout} = await docent('--help');
	t.is(end, 0);
	t.regex(stdout, /docent demo/);
});

test('it says its version', async t => {
	const {version} = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as {version: string};
	t.deepEqual(await docent('--version').then(({end, stdout}) => [end, stdout]), [0, `${version}\n`]);
});

test('without a command, or with one that is not there, it ends with 2', async t => {
	t.is((await docent()).end, 2);
	const {end, output} = await docent('dmeo');
	t.is(end, 2);
	t.regex(output, /there is no command 'dmeo'/);
});

test('the demo has its own help', async t => {
	const {end, stdout} = await docent('demo', '--help');
	t.is(end, 0);
	t.regex(stdout, /--fault WHICH/);
});

test('a mistake in the options of the demo is told in one line', async t => {
	const {end, stdout, output} = await docent('demo', '--records', 'many');
	t.is(end, 2);
	t.is(stdout, '');
	t.regex(output, /^docent demo: --records must be a whole number from 600 to 1000000, not 'many'$/m);
	t.is(output.trimEnd().split('\n').length, 2, output);
});
