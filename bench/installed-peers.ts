import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {copyFile, mkdir, mkdtemp, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {type NpmPeer, npmPackages} from './peer.ts';

/** Of the sources, not of `dist`. */
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A folder where the packages of `peers/package.json` are installed, once until they change, and which of them are there: one needs a compiler. */
export async function installedPeers(): Promise<{readonly folder: string; readonly peers: readonly NpmPeer[]}> {
	const files = ['package.json', 'package-lock.json'].map(name => path.join(repository, 'bench/peers', name));
	const hash = createHash('sha256').update(process.versions.modules);
	for (const file of files) hash.update(await readFile(file));
	const folder = path.join(repository, '.cache/bench-peers', hash.digest('hex').slice(0, 16));
	if (!existsSync(folder)) {
		// Made beside and then renamed: half of an installation is none.
		await mkdir(path.dirname(folder), {recursive: true});
		const workshop = await mkdtemp(`${folder}-`);
		try {
			for (const file of files) await copyFile(file, path.join(workshop, path.basename(file)));
			await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], {cwd: workshop});
			await rename(workshop, folder);
		} finally {
			await rm(workshop, {recursive: true, force: true});
		}
	}
	const peers = (Object.keys(npmPackages) as NpmPeer[]).filter(peer =>
		existsSync(path.join(folder, 'node_modules', npmPackages[peer])),
	);
	return {folder, peers};
}
