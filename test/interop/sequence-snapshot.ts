import {execFile} from 'node:child_process';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {promisify} from 'node:util';
import {serverJars} from '../../lib/testing/server-jars.ts';
import {repository} from '../helpers/repository.ts';

const run = promisify(execFile);

/**
 * A data folder for a server, made by that server's own classes, in which so many sequence numbers were given out under each path.
 *
 * @param counts parents before their children
 */
export async function sequenceSnapshot(version: string, counts: Readonly<Record<string, number>>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'docent-sequences-'));
	const source = join(repository, 'test/interop/SequenceSnapshot.java');
	const jars = (await serverJars('zookeeper', version)).join(delimiter);
	const words = Object.entries(counts).map(([path, count]) => `${path}=${count}`);
	await run('java', ['-Xmx64m', '-XX:+UseSerialGC', '-cp', jars, source, folder, ...words]);
	return folder;
}
