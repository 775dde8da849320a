// `npm test`: every step in order, stops at the first that fails, closes with how many checks passed and failed.
// A test of AVA's counts for itself, every other step for one.
import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {nodeBuild} from './node-build.mjs';
import {countsVariable} from './observe-run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiledTests = path.join(root, 'dist/test');
const tools = {
	oxlint: path.join(root, 'node_modules/oxlint/bin/oxlint'),
	biome: path.join(root, 'node_modules/@biomejs/biome/bin/biome'),
	ava: path.join(root, 'node_modules/ava/entrypoints/cli.mjs'),
};

const total = {passed: 0, failed: 0};

/** Runs a script with Node and resolves with whether it ended well. */
async function node(args, env = {}, execPath = process.execPath) {
	const child = spawn(execPath, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: {...process.env, ...env},
	});
	return new Promise(resolve => {
		child.once('error', () => resolve(false));
		child.once('close', code => resolve(code === 0));
	});
}

async function command(...args) {
	const ok = await node(args);
	total[ok ? 'passed' : 'failed'] += 1;
	return ok;
}

async function ava(files, {execPath, env} = {}) {
	// Given no file AVA would run them all.
	if (files.length === 0) {
		process.stdout.write('There is no test file for this step\n');
		total.failed += 1;
		return false;
	}
	const folder = mkdtempSync(path.join(tmpdir(), 'docent-counts-'));
	try {
		const file = path.join(folder, 'counts.json');
		const ok = await node([tools.ava, ...files], {...env, [countsVariable]: file}, execPath);
		const {passed, failed} = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {passed: 0, failed: 0};
		total.passed += passed;
		total.failed += ok && passed > 0 ? failed : Math.max(failed, 1);
		return ok && passed > 0;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

const imported = /(?:from|import|import\()\s*['"](?<specifier>\.[^'"]+)['"]/g;

/** Whether a compiled test file reaches `lib/testing`, itself or through another file of the tests. */
function usesServers(file, visited = new Set()) {
	// What looks like an import may be one that a test writes into a project of its own.
	if (visited.has(file) || !existsSync(file)) {
		return false;
	}
	visited.add(file);
	return [...readFileSync(file, 'utf8').matchAll(imported)].some(({groups}) => {
		const target = path.resolve(path.dirname(file), groups.specifier);
		return (
			target.includes(path.join('dist', 'lib', 'testing')) ||
			(target.startsWith(compiledTests) && usesServers(target, visited))
		);
	});
}

/** They need a C client that is compiled first, and run in a step of their own. */
const needsAddon = [
	'native',
	'native-3-8',
	'native-ensemble',
	'native-ensemble-3-8',
	'native-driver',
	'native-handle',
	'native-connect',
	'native-addresses',
].map(name => path.join('driver', 'native', `${name}.test.js`));

/** A part of the suite that shows a Node to carry Docent: its sockets, codecs and timers, and one recipe. */
const everyNode = ['connect', 'driver/wire', 'paths', 'recipes/mutex', 'session/state'];
const nodes = ['20', '22', '24'];

function testFiles() {
	const files = readdirSync(compiledTests, {recursive: true})
		.filter(name => name.endsWith('.test.js') && !needsAddon.includes(name))
		.map(name => path.join(compiledTests, name))
		.sort();
	const isArchitecture = file => path.basename(file) === 'architecture.test.js';
	const rest = files.filter(file => !isArchitecture(file));
	return {
		architecture: files.filter(isArchitecture),
		unit: rest.filter(file => !usesServers(file)),
		integration: rest.filter(file => usesServers(file)),
	};
}

/** A step that this machine cannot do; that fails nothing. */
function notRun(reason) {
	process.stdout.write(`NOT RUN: ${reason}\n`);
	return true;
}

async function nativeDriver() {
	const {installedAddon} = await import('../dist/test/driver/native/installed-addon.js');
	const installed = await installedAddon();
	return installed.type === 'failed'
		? notRun(`the package \`zookeeper\` could not be installed\n${installed.output}`)
		: ava(needsAddon.map(name => path.join(compiledTests, name)));
}

async function otherNodes() {
	const [own] = process.versions.node.split('.');
	for (const version of nodes.filter(other => other !== own)) {
		let build;
		try {
			build = nodeBuild(version);
		} catch (error) {
			notRun(`Node ${version}: ${error.message}`);
			continue;
		}
		process.stdout.write(`Node ${build.version}\n`);
		if (
			!(await ava(
				everyNode.map(name => path.join(compiledTests, `${name}.test.js`)),
				build,
			))
		) {
			return false;
		}
	}
	return true;
}

const steps = [
	{title: 'Set-up', step: () => command('bin/setup.mjs', 'python', 'packages')},
	{title: 'Build and types', step: () => command('bin/setup.mjs', 'build')},
	{title: 'Lint', step: () => command(tools.oxlint)},
	{title: 'Format', step: () => command(tools.biome, 'format')},
	{title: 'Architecture', step: () => ava(testFiles().architecture)},
	{title: 'Unit', step: () => ava(testFiles().unit)},
	{title: 'Servers and peers', step: () => command('bin/setup.mjs', 'servers', 'peers')},
	{title: 'Integration', step: () => ava(testFiles().integration)},
	{title: 'Native driver', step: nativeDriver},
	{title: 'Other versions of Node', step: otherNodes},
];

async function succeeds(step) {
	try {
		return await step();
	} catch (error) {
		process.stdout.write(`${error.stack}\n`);
		total.failed += 1;
		return false;
	}
}

for (const {title, step} of steps) {
	const started = Date.now();
	process.stdout.write(`\n── ${title}\n`);
	const ok = await succeeds(step);
	process.stdout.write(`${ok ? '✔' : '✘'} ${title}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
	if (!ok) {
		process.exitCode = 1;
		break;
	}
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
