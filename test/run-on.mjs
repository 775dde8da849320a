// `npm run test:node -- 22`: the whole suite, run by another version of Node than the one that is installed.
import {spawn} from 'node:child_process';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {nodeBuild} from './node-build.mjs';

const [version = ''] = process.argv.slice(2);
if (/^\d+(?:\.\d+){0,2}$/.test(version)) {
	const build = nodeBuild(version);
	process.stdout.write(`Node ${build.version}\n`);
	const suite = spawn(build.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url))], {
		stdio: 'inherit',
		env: {...process.env, ...build.env},
	});
	suite.once('exit', (code, signal) => {
		process.exitCode = signal ? 1 : code;
	});
} else {
	process.stderr.write('Which version of Node? `npm run test:node -- 22`\n');
	process.exitCode = 2;
}
