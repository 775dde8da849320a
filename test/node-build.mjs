// Other versions of Node, which npm carries as packages, each in a folder of its own below `.cache`.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const cache = fileURLToPath(new URL('../.cache/node', import.meta.url));

/**
 * The newest Node of a line, `22` or `22.12`, once it is installed.
 *
 * @throws when npm has no such build for this machine, or cannot be reached
 */
export function nodeBuild(version) {
	const name = `node-${process.platform}-${process.arch}`;
	const folder = path.join(cache, version);
	const root = path.join(folder, 'node_modules', name);
	const execPath = path.join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	if (!existsSync(execPath)) {
		install(`${name}@${version}`, folder);
	}
	const {status, stdout, stderr, error} = spawnSync(execPath, ['--version'], {encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(`${execPath} does not start: ${error?.message ?? stderr.trim()}`);
	}
	return {
		execPath,
		version: stdout.trim(),
		/** What its child processes find: this Node before any other, and its headers for whoever compiles an addon. */
		env: {
			PATH: `${path.dirname(execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
			npm_config_nodedir: root,
		},
	};
}

/** Made beside and then renamed: an install that was cut short leaves nothing. */
function install(packageSpec, folder) {
	mkdirSync(cache, {recursive: true});
	const workshop = mkdtempSync(`${folder}-`);
	try {
		writeFileSync(path.join(workshop, 'package.json'), '{"private": true}\n');
		const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', packageSpec];
		const {status, stderr, error} = spawnSync('npm', args, {
			cwd: workshop,
			encoding: 'utf8',
			shell: process.platform === 'win32',
		});
		if (status !== 0) {
			throw new Error(`npm has no ${packageSpec}: ${error?.message ?? stderr.trim()}`);
		}
		rmSync(folder, {recursive: true, force: true});
		renameSync(workshop, folder);
	} finally {
		rmSync(workshop, {recursive: true, force: true});
	}
}
