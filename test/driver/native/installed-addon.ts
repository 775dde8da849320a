import {createHash} from 'node:crypto';
import {copyFile, mkdir, mkdtemp, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {type Addon, loadAddon} from '../../../lib/driver/native/addon.ts';
import {repository} from '../../helpers/repository.ts';
import {runCommand} from '../../helpers/run-command.ts';

export type Installed =
	| {readonly type: 'installed'; readonly folder: string; readonly addon: Addon}
	/** No compiler, or no registry. */
	| {readonly type: 'failed'; readonly output: string};

const manifest = path.join(repository, 'test/driver/native/package.json');

/** Installs the package that the native driver needs into a folder of its own, which compiles it; once, until its manifest changes. */
export async function installedAddon(): Promise<Installed> {
	const version = createHash('sha256')
		.update(await readFile(manifest))
		.update(process.versions.modules)
		.digest('hex');
	const folder = path.join(repository, '.cache/native-driver', version.slice(0, 16));
	const load = (): Promise<Addon> =>
		loadAddon(() => import(pathToFileURL(path.join(folder, 'node_modules/zookeeper/lib/index.js')).href));
	const present = await load().catch(() => undefined);
	if (present) return {type: 'installed', folder, addon: present};
	// Made beside and then renamed: test files run side by side, and each may be the first.
	await mkdir(path.dirname(folder), {recursive: true});
	const workshop = await mkdtemp(`${folder}-`);
	await copyFile(manifest, path.join(workshop, 'package.json'));
	const args = ['install', '--no-audit', '--no-fund', '--no-package-lock'];
	const {end, output} = await runCommand('npm', args, workshop);
	// It is there already if another file was faster.
	if (end === 0) await rename(workshop, folder).catch(() => undefined);
	await rm(workshop, {recursive: true, force: true});
	if (end !== 0) return {type: 'failed', output};
	try {
		return {type: 'installed', folder, addon: await load()};
	} catch (error) {
		return {type: 'failed', output: `${output}\n${(error as Error).message}\n${String((error as Error).cause)}`};
	}
}
