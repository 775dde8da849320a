#!/usr/bin/env node
// Makes a fresh clone ready: tools checked, packages installed, sources compiled, server jars at hand.
// Runs before any package is there, so it is plain JavaScript on Node's own modules.
//
//   node bin/setup.mjs            what the demo needs: packages build servers
//   node bin/setup.mjs PHASE…     only those of: python packages build servers peers; the first and the last are for the tests alone
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const local = path => fileURLToPath(new URL(`../${path}`, import.meta.url));
const isWindows = process.platform === 'win32';

/** A step that could not be done, in words the person at the keyboard can act on. */
class SetupError extends Error {
	name = 'SetupError';
}

function say(text) {
	process.stdout.write(`${text}\n`);
}

/** Runs a command with its output shown, and says every ten seconds that it is still at work. */
async function run(title, command, args, options = {}) {
	const started = Date.now();
	const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
	say(`• ${title}`);
	const heartbeat = setInterval(() => say(`  … still at it after ${seconds()}`), 10_000);
	try {
		const child = spawn(command, args, {cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options});
		const [code, signal] = await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (...end) => resolve(end));
		});
		if (code !== 0) {
			throw new SetupError(`${title}: \`${[command, ...args].join(' ')}\` ended with ${signal ?? `exit code ${code}`}`);
		}
	} finally {
		clearInterval(heartbeat);
	}
}

/** Node, Java and Maven: looked for before anything is downloaded or compiled. */
function checkTools() {
	const problems = [nodeProblem(process.versions.node), javaProblem(), mavenProblem()].filter(Boolean);
	if (problems.length > 0) {
		throw new SetupError(`This machine is not ready yet:\n${problems.map(problem => `  - ${problem}`).join('\n')}`);
	}
}

function nodeProblem(version) {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const ready = major > 20 || (major === 20 && minor >= 19);
	return ready ? undefined : `Node.js 20.19 or newer is needed; this is ${version} (https://nodejs.org)`;
}

function javaProblem() {
	const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
	const {stderr, error} = spawnSync(java, ['-version'], {encoding: 'utf8'});
	const how = 'install a JDK 17, e.g. `apt install openjdk-17-jdk-headless` or https://adoptium.net, or set JAVA_HOME';
	if (error) {
		return `Java 17 or newer is needed to run ZooKeeper and Kafka; \`${java}\` could not be started: ${how}`;
	}
	const version = /version "(\d+)/.exec(stderr)?.[1];
	return Number(version) >= 17
		? undefined
		: `Java 17 or newer is needed; \`${java}\` says ${stderr.split('\n')[0]}: ${how}`;
}

function mavenProblem() {
	if (process.env.ZOOKEEPER_HOME && process.env.KAFKA_HOME) {
		return undefined;
	}
	const {error, status} = spawnSync('mvn', ['--version'], {stdio: 'ignore', shell: isWindows});
	return !error && status === 0
		? undefined
		: 'Maven is needed to fetch ZooKeeper and Kafka; `mvn` could not be started: install it, e.g. `apt install maven` or ' +
				'https://maven.apache.org, or set both ZOOKEEPER_HOME and KAFKA_HOME to unpacked distributions';
}

function pythonProblem() {
	if (process.env.KAZOO_PYTHON) {
		return undefined;
	}
	const {error, status} = spawnSync(isWindows ? 'python' : 'python3', ['-c', 'import venv, ensurepip'], {
		stdio: 'ignore',
	});
	return !error && status === 0
		? undefined
		: 'Python 3.8 or newer with venv and pip is needed to run the tests beside kazoo; `python3 -c "import venv, ensurepip"` failed: install it, ' +
				'e.g. `apt install python3-venv` or https://www.python.org, or set KAZOO_PYTHON to an interpreter that finds kazoo 2.11';
}

/** `npm ci`, unless exactly these packages were installed whole before. */
async function installPackages() {
	// A linked node_modules belongs to another checkout: `npm ci` would empty it under that one's feet.
	if (lstatSync(local('node_modules'), {throwIfNoEntry: false})?.isSymbolicLink()) {
		return;
	}
	const stamp = local('node_modules/.installed');
	const wanted = createHash('sha256')
		.update(readFileSync(local('package-lock.json')))
		.digest('hex');
	const expected = `${wanted} ${process.platform}-${process.arch}\n`;
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === expected) {
		return;
	}
	await run('Installing npm packages', 'npm', ['ci'], {shell: isWindows});
	// Renamed into place: an install that was cut short leaves no stamp, hence is done again.
	writeFileSync(`${stamp}.${process.pid}`, expected);
	renameSync(`${stamp}.${process.pid}`, stamp);
}

/** Compiles everything into an empty `dist`: what a renamed source left behind is neither tested nor shipped. */
async function build() {
	rmSync(local('dist'), {recursive: true, force: true});
	await run('Compiling', process.execPath, [local('node_modules/typescript/bin/tsc')]);
}

/** Fetches the server jars ahead of the first test or demo, so that neither waits in silence. */
async function servers() {
	const {resolveJars} = await import('../dist/lib/testing/index.js');
	await plainly(() =>
		resolveJars({
			onProgress({kind, version, state, file}) {
				say(file ? `  ${file}` : `• ${kind} ${version}: ${state === 'ready' ? 'ready' : 'looking for its jars'}`);
			},
		}),
	);
}

/** What the test library says it lacks is told without a stack. */
async function plainly(work) {
	const {TestingError} = await import('../dist/lib/testing/index.js');
	try {
		await work();
	} catch (error) {
		throw error instanceof TestingError ? new SetupError(error.message, {cause: error}) : error;
	}
}

/** Fetches the clients in other languages that the tests run beside Docent. */
async function peers() {
	const {kazooPython} = await import('../dist/lib/testing/kazoo-python.js');
	const {resolveCurator} = await import('../dist/lib/testing/curator-jars.js');
	say('• Curator and kazoo');
	await plainly(async () => {
		await resolveCurator({onDownload: file => say(`  ${file}`)});
		await kazooPython({onInstall: () => say('  installing kazoo')});
	});
}

const phases = {
	/** Looked for ahead of everything that takes long. */
	python() {
		const problem = pythonProblem();
		if (problem) {
			throw new SetupError(`This machine is not ready for the tests yet:\n  - ${problem}`);
		}
	},
	async packages() {
		checkTools();
		await installPackages();
	},
	build,
	servers,
	peers,
};

try {
	const asked = process.argv.slice(2);
	for (const phase of asked.length > 0 ? asked : ['packages', 'build', 'servers']) {
		if (!Object.hasOwn(phases, phase)) {
			throw new SetupError(`Unknown phase '${phase}'; there are: ${Object.keys(phases).join(', ')}`);
		}
		await phases[phase]();
	}
} catch (error) {
	process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
	process.exitCode = 1;
}
