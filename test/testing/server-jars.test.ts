import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {InvalidArgumentError} from '../../lib/index.ts';
import {type JarProgress, resolveJars, TestingError} from '../../lib/testing/index.ts';
import {serverJars} from '../../lib/testing/server-jars.ts';

// The environment is the process's own, so these take turns.
const variables = ['XDG_CACHE_HOME', 'ZOOKEEPER_HOME', 'KAFKA_HOME', 'PATH'] as const;
const before = variables.map(name => [name, process.env[name]] as const);

test.beforeEach(() => {
	delete process.env['ZOOKEEPER_HOME'];
	delete process.env['KAFKA_HOME'];
});

test.afterEach.always(() => {
	for (const [name, value] of before) {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
});

async function folder(): Promise<string> {
	return mkdtemp(join(tmpdir(), 'docent-test-'));
}

test.serial('fills an empty cache once, however many ask, and leaves nothing else there', async t => {
	const cache = await folder();
	t.teardown(() => rm(cache, {recursive: true}));
	process.env['XDG_CACHE_HOME'] = cache;
	const files: string[] = [];
	const asked = [1, 2, 3].map(async () => serverJars('zookeeper', '3.9', {onDownload: file => files.push(file)}));
	const [first = [], ...others] = await Promise.all(asked);
	t.true(first.some(jar => /zookeeper-3\.9\.\d+\.jar$/.test(jar)));
	for (const other of others) t.deepEqual(other, first);
	t.deepEqual(await readdir(join(cache, 'docent')), ['zookeeper-3.9.6']);
});

test.serial('reports each server ahead of the tests', async t => {
	const progress: JarProgress[] = [];
	await resolveJars({servers: [{kind: 'zookeeper', version: '3.9'}], onProgress: step => progress.push(step)});
	t.deepEqual(
		progress.filter(step => step.file === undefined),
		[
			{kind: 'zookeeper', version: '3.9.6', state: 'fetching'},
			{kind: 'zookeeper', version: '3.9.6', state: 'ready'},
		],
	);
});

test.serial('a home directory comes first', async t => {
	const home = await folder();
	t.teardown(() => rm(home, {recursive: true}));
	process.env['ZOOKEEPER_HOME'] = home;
	process.env['KAFKA_HOME'] = home;
	const error = await t.throwsAsync(serverJars('zookeeper'), {instanceOf: TestingError, message: /ZOOKEEPER_HOME/});
	t.is(error.code, 'JARS_MISSING');
	await mkdir(join(home, 'lib'));
	await writeFile(join(home, 'lib', 'zookeeper.jar'), '');
	t.deepEqual(await serverJars('zookeeper'), [join(home, 'lib', 'zookeeper.jar')]);
	await mkdir(join(home, 'libs'));
	await writeFile(join(home, 'libs', 'kafka.jar'), '');
	t.deepEqual(await serverJars('kafka'), [join(home, 'libs', 'kafka.jar')]);
});

test.serial('without Maven and a home directory the error names both ways', async t => {
	const empty = await folder();
	t.teardown(() => rm(empty, {recursive: true}));
	process.env['XDG_CACHE_HOME'] = empty;
	process.env['PATH'] = empty;
	for (const kind of ['zookeeper', 'kafka'] as const) {
		const error = await t.throwsAsync(serverJars(kind), {
			instanceOf: TestingError,
			message: new RegExp(`Maven.*${kind.toUpperCase()}_HOME`),
		});
		t.is(error.code, 'JARS_MISSING');
	}
});

test.serial('a release that no repository has says what Maven said', async t => {
	const error = await t.throwsAsync(serverJars('zookeeper', '0.0.1'), {instanceOf: TestingError});
	t.is(error.code, 'JARS_MISSING');
	t.regex(error.message, /zookeeper:jar:0\.0\.1/);
});

test.serial('what cannot be a release is refused', async t => {
	await t.throwsAsync(serverJars('kafka', 'latest'), {instanceOf: InvalidArgumentError, message: /3\.9, 4\.1/});
});
