import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import test from 'ava';
import {InvalidArgumentError} from '../../lib/index.ts';
import {resolveArtifacts} from '../../lib/testing/resolve-artifacts.ts';

test('fetches an artifact with what it needs', async t => {
	const cache = await mkdtemp(join(tmpdir(), 'docent-test-'));
	t.teardown(() => rm(cache, {recursive: true}));
	process.env['XDG_CACHE_HOME'] = cache;
	const jars = await resolveArtifacts(['org.slf4j:slf4j-simple:2.0.13']);
	t.deepEqual(new Set(jars.map(jar => basename(jar))), new Set(['slf4j-api-2.0.13.jar', 'slf4j-simple-2.0.13.jar']));
	t.deepEqual(await resolveArtifacts(['org.slf4j:slf4j-simple:2.0.13']), jars);
});

test('coordinates are checked', async t => {
	await t.throwsAsync(resolveArtifacts(['slf4j']), {instanceOf: InvalidArgumentError});
});
