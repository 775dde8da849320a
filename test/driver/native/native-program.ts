import {cp, symlink} from 'node:fs/promises';
import path from 'node:path';
import {ConsumerProject} from '../../helpers/consumer-project.ts';
import {repository} from '../../helpers/repository.ts';
import type {CommandResult} from '../../helpers/run-command.ts';

/**
 * Runs a program that has this package among its own, and `zookeeper` if a folder is given in which that is installed: `connect` looks for it from the program's packages upwards.
 *
 * @param args its `process.argv`, from 2
 */
export async function runNativeProgram(
	program: string,
	args: readonly string[] = [],
	installed?: {readonly folder: string},
): Promise<CommandResult> {
	await using project = await ConsumerProject.create();
	const modules = path.join(project.folder, 'node_modules');
	// Copies: a link's packages are looked for beside what it leads to.
	for (const part of ['dist/lib', 'dist/recipes', 'package.json'])
		await cp(path.join(repository, part), path.join(modules, 'docent', part), {recursive: true});
	for (const dependency of ['eventemitter3', 'p-retry'])
		await symlink(path.join(repository, 'node_modules', dependency), path.join(modules, dependency));
	if (installed) await symlink(path.join(installed.folder, 'node_modules/zookeeper'), path.join(modules, 'zookeeper'));
	await project.write('main.js', program);
	return await project.node('main.js', ...args);
}
