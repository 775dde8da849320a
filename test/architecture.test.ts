import path from 'node:path';
import test from 'ava';
import {type Source, sources} from './helpers/repository.ts';

const words = ['lib/paths.ts', 'lib/znode.ts', 'lib/codec.ts', 'lib/diagnostics.ts'];
const ground = ['lib/util/', 'lib/errors/', ...words];
/** The operations are apart from the driver's interface because the codecs may know them, and nothing else of the seam. */
const seam = ['lib/driver/', 'lib/driver/operation.ts'];
const entries = ['lib/index.ts', 'lib/testing/index.ts', 'recipes/index.ts', 'recipes/kafka/index.ts'];

/**
 * Who may import whom. A file belongs to the row with the longest name that its path begins with; it may import its
 * own row and those named here. A `/` at the end of a name makes it a folder's.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
	'lib/util/': [],
	'lib/errors/': ['lib/util/'],
	'lib/paths.ts': ground,
	'lib/znode.ts': ground,
	'lib/codec.ts': ground,
	'lib/diagnostics.ts': [],
	'lib/retry/': ground,
	'lib/driver/': [...ground, 'lib/retry/', ...seam],
	'lib/driver/wire/': [...ground, 'lib/retry/', ...seam, 'lib/driver/wire/jute/'],
	'lib/driver/operation.ts': ['lib/znode.ts'],
	'lib/driver/wire/jute/': ['lib/errors/', 'lib/znode.ts', 'lib/driver/operation.ts'],
	'lib/driver/native/': [...ground, 'lib/retry/', ...seam],
	'lib/session/': [...ground, 'lib/retry/', ...seam],
	'lib/': [...ground, 'lib/retry/', ...seam, 'lib/session/'],
	'lib/connect.ts': [
		...ground,
		'lib/retry/',
		...seam,
		'lib/session/',
		'lib/',
		'lib/driver/wire/',
		'lib/driver/native/',
	],
	'lib/index.ts': [...ground, 'lib/retry/', ...seam, 'lib/session/', 'lib/', 'lib/connect.ts'],
	'lib/testing/': [...ground, 'lib/driver/wire/jute/', 'lib/index.ts'],
	'lib/testing/index.ts': ['lib/testing/'],
	'recipes/': ['lib/index.ts', 'lib/util/'],
	'recipes/index.ts': ['recipes/'],
	'recipes/kafka/': ['lib/index.ts', 'lib/util/', 'recipes/'],
	'recipes/kafka/index.ts': ['recipes/kafka/'],
	'bin/': [...entries, 'lib/util/', 'bin/bench/report/scale.ts', 'bin/bench/peers/'],
	/** Runs other client libraries, as tests do. */
	'bin/bench/peers/': [...entries, 'lib/util/', 'lib/testing/', 'bin/'],
	'bin/bench/report/scale.ts': [],
	'bench/': [...entries, 'lib/util/', 'lib/testing/', 'bin/bench/report/scale.ts', 'bin/bench/peers/'],
};

/** Which of the packages may be named where. The demo's producer stands for a user's program. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
	'p-retry': ['lib/retry/with-retry.ts'],
	eventemitter3: ['lib/util/emitter.ts'],
	kafkajs: ['recipes/kafka/', 'bin/demo', 'bench/'],
	zookeeper: ['lib/driver/native/', 'bench/'],
};

const vagueNames = new Set(['util', 'utils', 'helper', 'helpers', 'type', 'types', 'common', 'misc']);
const folders = ['lib', 'recipes', 'bin', 'test', 'bench'];
const lineCeiling = 300;

type Import = {readonly specifier: string; readonly isType: boolean};

const statement =
	/^\s*(?:import|export)\s+(?<type>type\s+)?(?:(?:[\w$*{}\s,]+?)\s+from\s+)?(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/gm;
const call = /\bimport\(\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/g;

function importsOf(text: string): readonly Import[] {
	return [...text.matchAll(statement), ...text.matchAll(call)].map(({groups = {}}) => ({
		specifier: groups['specifier'] ?? '',
		isType: groups['type'] !== undefined,
	}));
}

const rowsLongestFirst = Object.keys(mayImport).sort((a, b) => b.length - a.length);

function rowOf(file: string): string | undefined {
	return rowsLongestFirst.find(row => (row.endsWith('/') ? file.startsWith(row) : file === row));
}

function target(from: string, specifier: string): string {
	return path.posix.join(path.posix.dirname(from), specifier);
}

function importViolations({path: file, text}: Source): readonly string[] {
	if (file.startsWith('test/')) {
		return [];
	}
	const row = rowOf(file);
	if (row === undefined) {
		return [`${file} belongs to no row of the import table`];
	}
	const relative = importsOf(text).filter(({specifier}) => specifier.startsWith('.'));
	const strayed = relative
		.map(({specifier}) => target(file, specifier))
		.filter(imported => {
			const importedRow = rowOf(imported);
			return importedRow === undefined || (importedRow !== row && !mayImport[row]?.includes(importedRow));
		});
	const packages = importsOf(text)
		.filter(({specifier}) => !/^(?:\.|node:)/.test(specifier))
		.map(({specifier}) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
	const unknown = packages.filter(specifier => !Object.hasOwn(mayUse, specifier));
	// In a file with a way of its own to load modules any quoted mention counts.
	const isMentioned = (name: string): boolean =>
		/\brequire\(|\bcreateRequire\b/.test(text) && new RegExp(`['"]${name}(?:/[^'"]*)?['"]`).test(text);
	const misplaced = Object.entries(mayUse)
		.filter(
			([name, users]) => (packages.includes(name) || isMentioned(name)) && !users.some(user => file.startsWith(user)),
		)
		.map(([name]) => name);
	return [...strayed, ...unknown, ...misplaced].map(imported => `${file} must not import ${imported}`);
}

function shapeViolations({path: file, text}: Source): readonly string[] {
	const lines = text.split('\n').length - 1;
	const isBarrel = path.posix.basename(file) === 'index.ts';
	return [
		/^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m.test(text) ? `${file} has a default export` : '',
		vagueNames.has(path.posix.basename(file).split('.')[0] ?? '') ? `${file} has a name that says nothing` : '',
		lines > lineCeiling ? `${file} has ${lines} lines, more than ${lineCeiling}` : '',
		isBarrel && !entries.includes(file) ? `${file} is a barrel that is no entry of the package` : '',
	].filter(Boolean);
}

/** Cycles of imports that are there when the program runs; types alone bind nothing. */
function cycleViolations(files: readonly Source[]): readonly string[] {
	const graph = new Map(
		files.map(({path: file, text}) => [
			file,
			importsOf(text)
				.filter(({specifier, isType}) => specifier.startsWith('.') && !isType)
				.map(({specifier}) => target(file, specifier)),
		]),
	);
	const done = new Set<string>();
	const found: string[] = [];
	const visit = (file: string, trail: readonly string[]): void => {
		const start = trail.indexOf(file);
		if (start !== -1) {
			found.push(`cycle: ${[...trail.slice(start), file].join(' → ')}`);
		} else if (!done.has(file)) {
			for (const imported of graph.get(file) ?? []) {
				visit(imported, [...trail, file]);
			}
			done.add(file);
		}
	};
	for (const file of graph.keys()) {
		visit(file, []);
	}
	return found;
}

function violations(files: readonly Source[]): readonly string[] {
	return [...files.flatMap(importViolations), ...files.flatMap(shapeViolations), ...cycleViolations(files)];
}

test('the tree keeps to the import table', t => {
	const files = sources(folders);
	t.true(files.length > 15, `only ${files.length} source files seen`);
	for (const folder of ['lib', 'test']) {
		t.true(
			files.some(({path: file, text}) => file.startsWith(`${folder}/`) && importsOf(text).length > 0),
			`no import seen in ${folder}`,
		);
	}
	t.deepEqual(violations(files), []);
});

test('every import statement of the tree is seen', t => {
	for (const {path: file, text} of sources(folders)) {
		const specifiers = importsOf(text).map(({specifier}) => specifier);
		for (const line of text.matchAll(/^(?:import|export|\}).* from '(?<specifier>[^']+)';$/gm)) {
			t.true(specifiers.includes(line.groups?.['specifier'] ?? ''), `${file}: ${line[0]}`);
		}
	}
});

const bad: readonly {readonly rule: string; readonly files: readonly Source[]; readonly says: RegExp}[] = [
	{
		rule: 'lib knows no recipes',
		files: [source('lib/client.ts', "import {Mutex} from '../recipes/mutex.ts';")],
		says: /recipes\/mutex/,
	},
	{
		rule: 'nor by type',
		files: [source('lib/a/b.ts', "import type {X} from '../../recipes/x.ts';")],
		says: /recipes\/x/,
	},
	{
		rule: 'nor by re-export',
		files: [source('lib/index.ts', "export {\n\ta,\n\tb,\n} from '../recipes/x.ts';")],
		says: /recipes\/x/,
	},
	{
		rule: 'nor lazily',
		files: [source('lib/client.ts', "const x = await import('../recipes/x.ts');")],
		says: /recipes\/x/,
	},
	{
		rule: 'recipes reach no deeper',
		files: [source('recipes/a.ts', "import '../lib/session/session.ts';")],
		says: /session\.ts/,
	},
	{
		rule: 'recipes know no Kafka',
		files: [source('recipes/a.ts', "import '../recipes/kafka/lane.ts';")],
		says: /lane\.ts/,
	},
	{
		rule: 'one importer of p-retry',
		files: [source('lib/retry/other.ts', "import retry from 'p-retry';")],
		says: /p-retry/,
	},
	{
		rule: 'one importer of eventemitter3',
		files: [source('lib/client.ts', "import {EventEmitter} from 'eventemitter3';")],
		says: /eventemitter3/,
	},
	{
		rule: 'kafkajs has one room',
		files: [source('recipes/a.ts', "createRequire(import.meta.url)('kafkajs/src/index.js');")],
		says: /kafkajs/,
	},
	{rule: 'no undeclared package', files: [source('lib/client.ts', "import _ from 'lodash';")], says: /lodash/},
	{
		rule: 'testing is for tests',
		files: [source('lib/client.ts', "import './testing/free-port.ts';")],
		says: /free-port/,
	},
	{
		rule: 'jute stands alone',
		files: [source('lib/driver/wire/jute/a.ts', "import '../connection.ts';")],
		says: /connection/,
	},
	{
		rule: 'one door to the wire',
		files: [source('lib/client.ts', "import './driver/wire/wire-driver.ts';")],
		says: /wire-driver/,
	},
	{
		rule: 'the seam knows no driver',
		files: [source('lib/session/s.ts', "import '../driver/native/native-driver.ts';")],
		says: /native-driver/,
	},
	{rule: 'no new top folder', files: [source('tools/a.ts', '')], says: /no row/},
	{rule: 'no default export', files: [source('lib/a.ts', 'export default class {}')], says: /default export/},
	{rule: 'no vague names', files: [source('recipes/helpers.ts', '')], says: /says nothing/},
	{rule: 'no barrels inside', files: [source('lib/errors/index.ts', '')], says: /barrel/},
	{rule: 'no long files', files: [source('lib/a.ts', '\n'.repeat(301))], says: /301 lines/},
	{
		rule: 'no cycles',
		files: [source('lib/a.ts', "import {b} from './b.ts';"), source('lib/b.ts', "export {a} from './a.ts';")],
		says: /cycle: lib\/a\.ts → lib\/b\.ts → lib\/a\.ts/,
	},
];

function source(file: string, text: string): Source {
	return {path: file, text};
}

for (const {rule, files, says} of bad) {
	test(`a breach is reported: ${rule}`, t => {
		t.regex(violations(files).join('\n'), says);
	});
}

test('what is allowed is not reported', t => {
	t.deepEqual(
		violations([
			source('lib/connect.ts', "import {WireDriver} from './driver/wire/wire-driver.ts';\nimport net from 'node:net';"),
			source('lib/driver/wire/jute/reader.ts', "import type {Stat} from '../../../znode.ts';"),
			source('recipes/kafka/lane.ts', "import {Mutex} from '../mutex.ts';\nimport {Kafka} from 'kafkajs';"),
			source('lib/a.ts', "import type {B} from './b.ts';\n/** `import x from 'lodash'` */\n * import y from 'lodash';"),
			source('lib/b.ts', "import type {A} from './a.ts';\nexport const from = 'lodash';"),
		]),
		[],
	);
});
