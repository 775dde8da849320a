import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {ConsumerProject} from './helpers/consumer-project.ts';
import {repository} from './helpers/repository.ts';
import {runCommand} from './helpers/run-command.ts';

type Manifest = {
	readonly name: string;
	readonly exports: Readonly<Record<string, unknown>>;
	readonly bin: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly scripts: Readonly<Record<string, string>>;
};

type Packed = {readonly folder: string; readonly tarball: string; readonly files: readonly string[]};

const test = anyTest as TestFn<Packed>;
const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as Manifest;
const entries = Object.keys(manifest.exports)
	.filter(entry => entry !== './package.json')
	.map(entry => path.posix.join(manifest.name, entry));
const bin = (name: string): string => path.join(repository, 'node_modules', name);

test.before(async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'docent-pack-'));
	// Without its scripts: `prepack` would empty the very `dist` that these tests run from.
	const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
	const {end, stdout, output} = await runCommand('npm', args, repository);
	t.is(end, 0, output);
	const [packed] = JSON.parse(stdout) as [{filename: string; files: {path: string}[]}];
	Object.assign(t.context, {
		folder,
		tarball: path.join(folder, packed.filename),
		files: packed.files.map(file => file.path),
	});
});

test.after.always(async t => {
	await rm(t.context.folder, {recursive: true, force: true});
});

test('the package holds only what its users need', t => {
	const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
	const {files} = t.context;
	const shipped =
		/^dist\/(?:lib|recipes|bin)\/.+\.(?:js|d\.ts|js\.map)$|^lib\/testing\/pom\.xml$|^bin\/demo\/Witness\.java$/;
	const peers = [
		'CuratorPeer.java',
		'kazoo_peer.py',
		...['go.mod', 'go.sum', 'main.go'].map(name => `go-zookeeper/${name}`),
	].map(name => `bin/bench/peers/${name}`);
	t.deepEqual(
		files.filter(file => ![...documents, ...peers].includes(file) && !shipped.test(file)),
		[],
	);
	t.deepEqual(
		[...documents, ...peers].filter(file => !files.includes(file)),
		[],
	);
	t.true(files.includes('dist/lib/index.js'));
});

// The maps are shipped so that a stack trace from a user's logs names the line that the reader of the repository sees.
test('every source map carries its source, and no path of the machine that built it', t => {
	const maps = t.context.files.filter(file => file.endsWith('.map'));
	t.true(maps.length > 0);
	for (const file of maps) {
		const map = JSON.parse(readFileSync(path.join(repository, file), 'utf8')) as {
			sources: string[];
			sourcesContent?: string[];
		};
		t.is(map.sourcesContent?.length, map.sources.length, file);
		t.true(
			map.sources.every(source => source.startsWith('../')),
			file,
		);
	}
});

test('the package is built before it is packed', t => {
	t.is(manifest.scripts['prepack'], 'npm run build');
});

// `npm ci` refuses a lock file without them; npm leaves out what it could not fetch on the machine that wrote the file.
test('the lock file names the packages of every platform, and no host', t => {
	const text = readFileSync(path.join(repository, 'package-lock.json'), 'utf8');
	type Locked = {readonly optionalDependencies?: Readonly<Record<string, string>>};
	const {packages} = JSON.parse(text) as {packages: Readonly<Record<string, Locked>>};
	const optional = Object.values(packages).flatMap(locked => Object.keys(locked.optionalDependencies ?? {}));
	t.true(optional.length > 0);
	t.deepEqual(
		optional.filter(name => packages[`node_modules/${name}`] === undefined),
		[],
	);
	t.notRegex(text, /"resolved"/);
});

test('publint finds nothing', async t => {
	const {end, output} = await runCommand(
		process.execPath,
		[bin('publint/src/cli.js'), '--strict', t.context.tarball],
		repository,
	);
	t.is(end, 0, output);
});

test('attw finds nothing', async t => {
	const args = [bin('@arethetypeswrong/cli/dist/index.js'), t.context.tarball, '--profile', 'esm-only', '--no-color'];
	const {end, output} = await runCommand(process.execPath, args, repository);
	t.is(end, 0, output);
});

type Consumer = {
	readonly title: string;
	readonly imports: readonly string[];
	readonly options: Readonly<Record<string, unknown>>;
};

const consumers: readonly Consumer[] = [
	// With TypeScript's own defaults, which know no globals of Node: each entry has to bring the types that it names.
	...entries.map(entry => ({title: `${entry} alone, with the defaults`, imports: [entry], options: {}})),
	{
		title: 'all entries, at an older target, with all checks on',
		imports: entries,
		options: {
			target: 'es2022',
			types: ['node'],
			exactOptionalPropertyTypes: true,
			noUncheckedIndexedAccess: true,
			isolatedModules: true,
		},
	},
];

for (const {title, imports, options} of consumers) {
	test(`a project that installs the package compiles and runs: ${title}`, async t => {
		await using project = await ConsumerProject.create();
		await project.installTarball(t.context.tarball, Object.keys(manifest.dependencies));
		const statements = imports.map((entry, index) => `import * as entry${index} from '${entry}';`);
		const counts = imports.map((_, index) => `Object.keys(entry${index}).length`);
		// `console` is one of Node's globals; an export is in every project's reach.
		await project.write(
			'consumer.ts',
			`${statements.join('\n')}\nexport const counts: number[] = [${counts.join(', ')}];\n`,
		);
		await project.write(
			'main.js',
			"import {counts} from './consumer.js';\nprocess.stdout.write(JSON.stringify(counts));\n",
		);
		const compiled = await project.compile(['consumer.ts'], options);
		t.is(compiled.end, 0, compiled.output);
		const run = await project.node('main.js');
		t.is(run.end, 0, run.output);
		const exported = JSON.parse(run.stdout) as number[];
		t.is(exported.length, imports.length);
		t.true(
			exported.every(count => count > 0),
			run.stdout,
		);
	});
}
