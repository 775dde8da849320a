import {createHash} from 'node:crypto';
import {copyFile, mkdir, readFile} from 'node:fs/promises';
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
	await mkdir(folder, {recursive: true});
	await copyFile(manifest, path.join(folder, 'package.json'));
	const {end, output} = await runCommand('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], folder);
	if (end !== 0) return {type: 'failed', output};
	try {
		return {type: 'installed', folder, addon: await load()};
	} catch (error) {
		return {type: 'failed', output: `${output}\n${(error as Error).message}\n${String((error as Error).cause)}`};
	}
}
