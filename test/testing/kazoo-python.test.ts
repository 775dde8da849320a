import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {AbortedError} from '../../lib/index.ts';
import {TestingError} from '../../lib/testing/index.ts';
import {kazooPython} from '../../lib/testing/kazoo-python.ts';

let folder: string;
test.before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'docent-test-'));
	process.env['XDG_CACHE_HOME'] = folder;
	process.env['PATH'] = folder;
	delete process.env['KAZOO_PYTHON'];
});
test.after.always(() => rm(folder, {recursive: true}));

test.serial('without Python it says what to install, and leaves nothing half made', async t => {
	const error = await t.throwsAsync(kazooPython(), {instanceOf: TestingError});
	t.is(error.code, 'PYTHON_MISSING');
	t.regex(error.message, /install Python .* with venv and pip .* KAZOO_PYTHON/);
	t.deepEqual(await readdir(join(folder, 'docent')), []);
});

test.serial('can be aborted', async t => {
	await t.throwsAsync(kazooPython({signal: AbortSignal.abort()}), {instanceOf: AbortedError});
});

test.serial('takes the interpreter it is given', async t => {
	process.env['KAZOO_PYTHON'] = '/opt/python/bin/python3';
	t.is(await kazooPython(), '/opt/python/bin/python3');
});
